package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	nethttp "net/http"
	"time"

	"github.com/tradebaas/tradebaas/http"
	"github.com/tradebaas/tradebaas/trade"
)

// What a new paper account holds (10,000 USDC and 0.1 BTC), as the exchange's admin call wants it.
var paperBalances = map[string]string{"USDC": "10000", "BTC": "0.1"}

// paperAccounts makes accounts at a simulated exchange through its admin listener.
type paperAccounts struct {
	adminURL string
	token    string
	client   nethttp.Client
}

func newPaperAccounts(adminURL, token string) *paperAccounts {
	return &paperAccounts{adminURL: adminURL, token: token, client: nethttp.Client{Timeout: 10 * time.Second}}
}

// Create makes one account and gives its key. It answers http.ErrPaperAccountsUnavailable when the
// exchange has no admin address or does not answer.
func (p *paperAccounts) Create(ctx context.Context) (trade.Key, error) {
	if p.adminURL == "" {
		return trade.Key{}, http.ErrPaperAccountsUnavailable
	}
	body, err := json.Marshal(map[string]any{"balances": paperBalances})
	if err != nil {
		return trade.Key{}, fmt.Errorf("paper account: %w", err)
	}
	request, err := nethttp.NewRequestWithContext(ctx, nethttp.MethodPost, p.adminURL+"/accounts", bytes.NewReader(body))
	if err != nil {
		return trade.Key{}, fmt.Errorf("paper account: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+p.token)
	answer, err := p.client.Do(request)
	if err != nil {
		return trade.Key{}, http.ErrPaperAccountsUnavailable
	}
	defer answer.Body.Close()
	return readPaperKey(answer)
}

func readPaperKey(answer *nethttp.Response) (trade.Key, error) {
	if answer.StatusCode >= 300 {
		return trade.Key{}, fmt.Errorf("paper account: the exchange answered %d", answer.StatusCode)
	}
	var made struct{ Key, Secret string }
	if err := json.NewDecoder(io.LimitReader(answer.Body, 1<<16)).Decode(&made); err != nil {
		return trade.Key{}, fmt.Errorf("paper account: %w", err)
	}
	return trade.Key{ID: made.Key, Secret: made.Secret}, nil
}
