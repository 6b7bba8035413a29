package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/tradebaas/tradebaas/broker/simulator"
	"github.com/tradebaas/tradebaas/http"
	"github.com/tradebaas/tradebaas/trade"
)

// What a new paper account holds (10,000 USDC and 0.1 BTC), as the exchange's admin call wants it.
var paperBalances = map[string]string{"USDC": "10000", "BTC": "0.1"}

// paperAccounts makes accounts at a simulated exchange through its admin listener.
type paperAccounts struct {
	exchange *simulator.Admin // nil: the exchange has no admin address
}

func newPaperAccounts(adminURL, token string) *paperAccounts {
	if adminURL == "" {
		return &paperAccounts{}
	}
	return &paperAccounts{exchange: simulator.NewAdmin(adminURL, token)}
}

// Create makes one account and gives its key. It answers http.ErrPaperAccountsUnavailable when the
// exchange has no admin address or does not answer.
func (p *paperAccounts) Create(ctx context.Context) (trade.Key, error) {
	if p.exchange == nil {
		return trade.Key{}, http.ErrPaperAccountsUnavailable
	}
	made, err := p.exchange.Account(ctx, paperBalances, "")
	var refusal *simulator.AdminError
	switch {
	case errors.As(err, &refusal):
		return trade.Key{}, fmt.Errorf("paper account: %w", err)
	case err != nil:
		return trade.Key{}, http.ErrPaperAccountsUnavailable
	}
	return trade.Key{ID: made.Key, Secret: made.Secret}, nil
}
