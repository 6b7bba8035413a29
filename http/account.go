package http

import (
	"context"

	"github.com/tradebaas/tradebaas/trade"
)

func (s *Server) accountRoutes() {
	handle(s, route{method: get, path: "/api/v2/balance", id: "balance", tag: "Account", access: signedIn, summary: "Own balances in an environment"}, s.balance)
	handle(s, route{method: get, path: "/api/v2/positions", id: "positions", tag: "Account", access: signedIn, summary: "Own positions with their stop and target"}, s.positions)
	handle(s, route{method: get, path: "/api/v2/orders/{instrument}", id: "orders", tag: "Account", access: signedIn, summary: "Own live orders on an instrument"}, s.orders)
	handle(s, route{method: post, path: "/api/v2/positions/close", id: "closePosition", tag: "Account", access: signedIn, command: true,
		summary: "Close a whole position at market, reduce-only: a strategy's part and what was traded by hand"}, s.closePosition)
	handle(s, route{method: get, path: "/api/v2/positions/close/preview", id: "previewClose", tag: "Account", access: signedIn,
		summary: "What closing a position at market would bring: gross, slippage by the order book, fees, net"}, s.previewClose)
	handle(s, route{method: post, path: "/api/v2/positions/add-sl", id: "addStop", tag: "Account", access: signedIn, command: true,
		summary: "Put a stop under a whole position, or move it; one that stands is amended, never cancelled first"}, s.addStop)
	handle(s, route{method: post, path: "/api/v2/positions/ensure-sl", id: "ensureStop", tag: "Account", access: signedIn, command: true,
		summary: "See to it that the known stop stands under the whole position"}, s.ensureStop)
}

// BalanceInfo is one currency of an account.
type BalanceInfo struct {
	trade.Venue
	trade.Balance
	Total  trade.Dec `json:"total" doc:"Equity: cash and open profit"`
	Locked trade.Dec `json:"locked" doc:"Total without what is available"`
}

func balanceInfo(venue trade.Venue, b trade.Balance) BalanceInfo {
	return BalanceInfo{venue, b, b.Equity, b.Equity.Sub(b.Available)}
}

// BalanceAnswer carries all balances, and the one in USDC (or the first) by itself.
type BalanceAnswer struct {
	Answer
	Balance  BalanceInfo   `json:"balance"`
	Balances []BalanceInfo `json:"balances"`
}

// BalanceOutput is a BalanceAnswer.
type BalanceOutput struct{ Body BalanceAnswer }

const mainCurrency trade.Currency = "USDC"

func (s *Server) balance(ctx context.Context, in *VenueQuery) (*BalanceOutput, error) {
	account, err := in.account(ctx)
	if err != nil {
		return nil, err
	}
	found, err := s.trading.Balances(ctx, account)
	if err != nil {
		return nil, err
	}
	answer := BalanceAnswer{Balance: balanceInfo(account.Venue, trade.Balance{Currency: mainCurrency}), Balances: []BalanceInfo{}}
	for i, b := range found {
		info := balanceInfo(account.Venue, b)
		answer.Balances = append(answer.Balances, info)
		if i == 0 || b.Currency == mainCurrency {
			answer.Balance = info
		}
	}
	return &BalanceOutput{answer}, nil
}

// PositionsAnswer lists positions.
type PositionsAnswer struct {
	Answer
	Positions []trade.PositionView `json:"positions"`
}

// PositionsOutput is a PositionsAnswer.
type PositionsOutput struct{ Body PositionsAnswer }

func (s *Server) positions(ctx context.Context, in *VenueQuery) (*PositionsOutput, error) {
	account, err := in.account(ctx)
	if err != nil {
		return nil, err
	}
	found, err := s.trading.Positions(ctx, account)
	if err != nil {
		return nil, err
	}
	return &PositionsOutput{PositionsAnswer{Positions: listed(found)}}, nil
}

// InstrumentInput names an instrument in an environment.
type InstrumentInput struct {
	VenueQuery
	Instrument string `path:"instrument" maxLength:"60" pattern:"^[A-Z0-9]{2,12}(_[A-Z0-9]{2,12})?-[A-Z0-9][A-Z0-9-]{0,30}$" patternDescription:"the name of an instrument such as BTC_USDC-PERPETUAL"`
}

func (in InstrumentInput) market(ctx context.Context) (trade.AccountID, trade.Instrument, error) {
	account, err := in.account(ctx)
	if err != nil {
		return account, "", err
	}
	instrument, err := trade.ParseInstrument(decoded(in.Instrument))
	return account, instrument, err
}

// OrdersAnswer lists orders.
type OrdersAnswer struct {
	Answer
	Orders []trade.OrderView `json:"orders"`
}

// OrdersOutput is an OrdersAnswer.
type OrdersOutput struct{ Body OrdersAnswer }

func (s *Server) orders(ctx context.Context, in *InstrumentInput) (*OrdersOutput, error) {
	account, instrument, err := in.market(ctx)
	if err != nil {
		return nil, err
	}
	found, err := s.trading.Orders(ctx, account, instrument)
	if err != nil {
		return nil, err
	}
	return &OrdersOutput{OrdersAnswer{Orders: listed(found)}}, nil
}

// CloseRequest names a position.
type CloseRequest struct {
	VenueBody
	Instrument string `json:"instrument" maxLength:"60" pattern:"^[A-Z0-9]{2,12}(_[A-Z0-9]{2,12})?-[A-Z0-9][A-Z0-9-]{0,30}$" patternDescription:"the name of an instrument such as BTC_USDC-PERPETUAL"`
}

// MessageAnswer says what happened.
type MessageAnswer struct {
	Answer
	Message string `json:"message"`
}

// MessageOutput is a MessageAnswer.
type MessageOutput struct{ Body MessageAnswer }

func (s *Server) closePosition(ctx context.Context, in *struct{ Body CloseRequest }) (*MessageOutput, error) {
	account, err := in.Body.account(ctx)
	if err != nil {
		return nil, err
	}
	instrument, err := trade.ParseInstrument(in.Body.Instrument)
	if err != nil {
		return nil, err
	}
	if err := s.trading.ClosePosition(ctx, account, instrument); err != nil {
		return nil, err
	}
	s.audit(ctx, account.User, "position.close.asked", account.Venue.String()+":"+string(instrument), nil)
	return &MessageOutput{MessageAnswer{Message: "The position is being closed at market."}}, nil
}
