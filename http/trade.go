package http

import (
	"context"
	"strings"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

func (s *Server) tradeRoutes() {
	handle(s, route{method: get, path: "/api/user/trades/history", id: "tradeHistory", tag: "Trades", access: signedIn, summary: "Own trades, newest first"}, s.tradeHistory)
	handle(s, route{method: get, path: "/api/user/trades/stats", id: "tradeStats", tag: "Trades", access: signedIn, summary: "Own trades summed up, per environment and currency"}, s.tradeStats)
	handle(s, route{method: get, path: "/api/user/trades/equity", id: "equity", tag: "Trades", access: signedIn, summary: "Own equity over time"}, s.equity)
	handle(s, route{method: get, path: "/api/user/trades/calendar", id: "tradeCalendar", tag: "Trades", access: signedIn, summary: "Own results per day, environment and currency"}, s.tradeCalendar)
	handle(s, route{method: get, path: "/api/user/trades/export", id: "exportTrades", tag: "Trades", access: signedIn, summary: "Own trades as a file"}, s.exportTrades)
	handle(s, route{method: get, path: "/api/user/trades/{id}", id: "trade", tag: "Trades", access: signedIn, summary: "One own trade with its fills and the decision that led to it"}, s.tradeDetail)
	handle(s, route{method: get, path: "/api/user/activity", id: "activity", tag: "Trades", access: signedIn, summary: "What happened, newest first: trades, repairs, refused entries, kill switches, keys"}, s.activity)
	handle(s, route{method: get, path: "/api/user/repairs", id: "repairs", tag: "Trades", access: signedIn, summary: "What was found and put right at the exchange, newest first"}, s.repairs)
}

// TradeQuery selects trades; what is left out selects all.
type TradeQuery struct {
	VenueFilter
	StrategyName string    `query:"strategyName" maxLength:"50" doc:"In any case"`
	Instrument   string    `query:"instrument" maxLength:"60" pattern:"^[A-Z0-9]{2,12}(_[A-Z0-9]{2,12})?-[A-Z0-9][A-Z0-9-]{0,30}$" patternDescription:"the name of an instrument such as BTC_USDC-PERPETUAL"`
	Status       string    `query:"status" enum:"open,closed"`
	From         time.Time `query:"from" doc:"Entered at or after"`
	To           time.Time `query:"to" doc:"Entered before"`
	Side         string    `query:"side" enum:"buy,sell"`
	ExitReason   string    `query:"exitReason" maxLength:"30" pattern:"^[a-z_]*$" patternDescription:"an exit reason such as tp or kill_switch"`
	ClosedFrom   time.Time `query:"closedFrom" doc:"Closed at or after; open trades are left out"`
	ClosedTo     time.Time `query:"closedTo" doc:"Closed before; open trades are left out"`
}

func (q TradeQuery) filter() (trade.TradeFilter, error) {
	f := trade.TradeFilter{Strategy: strings.TrimSpace(q.StrategyName), Status: q.Status, From: q.From, To: q.To,
		Side: trade.Side(q.Side), ExitReason: q.ExitReason, ClosedFrom: q.ClosedFrom, ClosedTo: q.ClosedTo}
	venue, err := q.venue()
	if err != nil {
		return f, err
	}
	f.Venue = venue
	if q.Instrument != "" {
		if f.Instrument, err = trade.ParseInstrument(q.Instrument); err != nil {
			return f, err
		}
	}
	if !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To) {
		return f, invalid("from", "must be before to")
	}
	if !f.ClosedFrom.IsZero() && !f.ClosedTo.IsZero() && !f.ClosedFrom.Before(f.ClosedTo) {
		return f, invalid("closedFrom", "must be before closedTo")
	}
	return f, nil
}

// HistoryInput selects one page of trades.
type HistoryInput struct {
	TradeQuery
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Offset int    `query:"offset" minimum:"0" maximum:"1000000" doc:"Ignored with a cursor"`
	Cursor string `query:"cursor" maxLength:"200" doc:"nextCursor of the page before"`
}

// TradeInfo is one trade.
type TradeInfo struct {
	trade.Trade
	trade.Venue
	PnLPercentage *trade.Dec `json:"pnlPercentage" doc:"Move of the price in the trade's favour, in percent; null while it is open"`
}

func tradeInfo(t trade.Trade) TradeInfo {
	info := TradeInfo{Trade: t, Venue: t.Account.Venue}
	if t.ExitPrice == nil || t.EntryPrice.Sign() <= 0 {
		return info
	}
	moved := t.ExitPrice.Sub(t.EntryPrice)
	if t.Side == trade.Sell {
		moved = moved.Neg()
	}
	percent := moved.Mul(trade.NewDec(100)).Div(t.EntryPrice).Round(4)
	info.PnLPercentage = &percent
	return info
}

// HistoryAnswer is one page of trades.
type HistoryAnswer struct {
	Answer
	Trades []TradeInfo `json:"trades"`
	Total  int         `json:"total" doc:"Of the whole filter"`
	Next   string      `json:"nextCursor,omitempty"`
}

// HistoryOutput is a HistoryAnswer.
type HistoryOutput struct{ Body HistoryAnswer }

func (s *Server) tradeHistory(ctx context.Context, in *HistoryInput) (*HistoryOutput, error) {
	filter, err := in.filter()
	if err != nil {
		return nil, err
	}
	filter.Limit, filter.Offset, filter.Cursor = in.Limit, in.Offset, in.Cursor
	page, err := s.storage.ListTrades(ctx, callerOf(ctx).user, filter)
	if err != nil {
		return nil, err
	}
	answer := HistoryAnswer{Trades: []TradeInfo{}, Total: page.Total, Next: page.Next}
	for _, t := range page.Trades {
		answer.Trades = append(answer.Trades, tradeInfo(t))
	}
	return &HistoryOutput{answer}, nil
}

// StatsInfo sums up the trades in one currency of one environment.
type StatsInfo struct {
	trade.TradeStats
	StopHits   int `json:"slHits"`
	TargetHits int `json:"tpHits"`
}

func statsInfo(stats trade.TradeStats) StatsInfo {
	if stats.ExitsByReason == nil {
		stats.ExitsByReason = map[string]int{}
	}
	return StatsInfo{stats, stats.ExitsByReason[trade.ExitStop], stats.ExitsByReason[trade.ExitTarget]}
}

// StatsInput selects trades and what to group them by.
type StatsInput struct {
	TradeQuery
	By string `query:"by" enum:"strategy,instrument,version,day,week,month" doc:"Adds groups: per strategy, instrument, strategy and version of its parameters, or UTC day, week or month of the exit"`
}

// StatsAnswer carries the figures per environment and currency, and those with most trades by themselves.
type StatsAnswer struct {
	Answer
	Stats      StatsInfo   `json:"stats" doc:"The one of byCurrency with most trades"`
	ByCurrency []StatsInfo `json:"byCurrency" doc:"One entry per environment and currency: simulated and real money are never added up"`
	Groups     []StatsInfo `json:"groups,omitempty" doc:"With by: one entry per group, environment and currency"`
}

// StatsOutput is a StatsAnswer.
type StatsOutput struct{ Body StatsAnswer }

func (s *Server) tradeStats(ctx context.Context, in *StatsInput) (*StatsOutput, error) {
	filter, err := in.filter()
	if err != nil {
		return nil, err
	}
	user := callerOf(ctx).user
	found, err := s.storage.TradeStats(ctx, user, filter, "")
	if err != nil {
		return nil, err
	}
	answer := StatsAnswer{Stats: statsInfo(trade.TradeStats{Currency: mainCurrency}), ByCurrency: []StatsInfo{}}
	for i, stats := range found {
		info := statsInfo(stats)
		answer.ByCurrency = append(answer.ByCurrency, info)
		if i == 0 || info.TotalTrades > answer.Stats.TotalTrades {
			answer.Stats = info
		}
	}
	if in.By == "" {
		return &StatsOutput{answer}, nil
	}
	if found, err = s.storage.TradeStats(ctx, user, filter, in.By); err != nil {
		return nil, err
	}
	for _, stats := range found {
		answer.Groups = append(answer.Groups, statsInfo(stats))
	}
	return &StatsOutput{answer}, nil
}

// EquityInput selects points of equity.
type EquityInput struct {
	VenueFilter
	From  time.Time `query:"from" doc:"none: 30 days before to"`
	To    time.Time `query:"to" doc:"none: now"`
	Limit int       `query:"limit" minimum:"2" maximum:"2000" default:"500"`
}

// EquityAnswer lists points of equity, oldest first.
type EquityAnswer struct {
	Answer
	Points []trade.EquityPoint `json:"points"`
}

// EquityOutput is an EquityAnswer.
type EquityOutput struct{ Body EquityAnswer }

func (s *Server) equity(ctx context.Context, in *EquityInput) (*EquityOutput, error) {
	venue, err := in.venue()
	if err != nil {
		return nil, err
	}
	from, to := in.From, in.To
	if to.IsZero() {
		to = s.now()
	}
	if from.IsZero() {
		from = to.AddDate(0, 0, -30)
	}
	if !from.Before(to) {
		return nil, invalid("from", "must be before to")
	}
	points, err := s.storage.ListEquity(ctx, callerOf(ctx).user, venue, from, to, in.Limit)
	if err != nil {
		return nil, err
	}
	return &EquityOutput{EquityAnswer{Points: listed(points)}}, nil
}
