package simulator

import (
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

const logPageMax = 250

// transactionLog gives rows newest first; a continuation goes on with the older ones.
func (c *call) transactionLog() ([]byte, *wireError) {
	cur := c.p.currency()
	if !knownCurrency(cur) {
		return nil, core.Invalid("currency", "invalid currency")
	}
	if err := c.own(); err != nil {
		return nil, err
	}
	var bounds [3]int64
	for n, name := range []string{"start_timestamp", "end_timestamp", "continuation"} {
		var err *wireError
		if n < 2 && !c.p.has(name) {
			return nil, core.Invalid(name, "value required")
		}
		if bounds[n], err = c.p.int(name, forever); err != nil {
			return nil, err
		}
	}
	p, err := c.page(100, logPageMax)
	if err != nil {
		return nil, err
	}
	query := strings.Fields(c.p.text("query"))
	rows := []core.LogRow{}
	for n := len(c.account.Log) - 1; n >= 0; n-- {
		r := c.account.Log[n]
		if r.Currency == cur && r.Time >= bounds[0] && r.Time <= bounds[1] && r.ID <= bounds[2] && sought(r, query) {
			rows = append(rows, r)
		}
	}
	p.offset = 0
	part, more := of(p, rows)
	o := newObject().raw("logs", list(part, func(r core.LogRow) []byte { return renderLogRow(c.account, r) }))
	if !more {
		return o.null("continuation").end(), nil
	}
	return o.int("continuation", rows[p.count].ID).end(), nil
}

// sought tells whether a row has every word of a query.
func sought(r core.LogRow, query []string) bool {
	for _, word := range query {
		has := word == r.Type
		switch word {
		case "maker", "taker":
			has = r.TradeID != 0 && r.Maker == (word == "maker")
		case "open", "close", "buy", "sell":
			has = strings.Contains(" "+r.Side+" ", " "+word+" ")
		case "future":
			has = r.Instrument != nil
		}
		if !has {
			return false
		}
	}
	return true
}

// renderLogRow writes a line of the transaction log.
func renderLogRow(a *core.Account, r core.LogRow) []byte {
	o := newObject().int("id", r.ID).int("user_seq", r.ID).int("user_id", a.ID).str("username", a.Name).
		int("timestamp", r.Time).str("type", r.Type).str("currency", string(r.Currency)).dec("change", r.Change).
		dec("cashflow", r.CashFlow).dec("balance", r.Balance).dec("equity", r.Equity).dec("commission", r.Commission).
		dec("interest_pl", r.Interest)
	i := r.Instrument
	if i == nil {
		return o.str("side", "-").raw("info", []byte("{}")).null("instrument_name").null("price").null("position").null("trade_id").
			null("order_id").end()
	}
	o.str("instrument_name", string(i.Name)).dec("price", r.Price).str("price_currency", string(i.Quote)).
		dec("position", i.Amount(r.Position)).dec("amount", i.Amount(r.Amount)).dec("contracts", trade.NewDec(r.Amount)).
		dec("mark_price", core.Fine(r.Mark)).dec("index_price", core.Fine(r.Index)).str("side", logSide(r))
	if r.TradeID != 0 {
		role := map[bool]string{true: "maker", false: "taker"}[r.Maker]
		return o.str("trade_id", tradeID(i, r.TradeID)).str("order_id", r.Order).str("user_role", role).str("fee_role", role).
			bool("profit_as_cashflow", false).raw("info", []byte("{}")).end()
	}
	info := newObject().dec("settlement_price", r.Price).dec("floating_pl", r.ProfitLoss).end()
	return o.null("trade_id").null("order_id").dec("settlement_price", r.Price).dec("total_interest_pl", r.Change.Sub(r.CashFlow)).
		dec("session_upl", r.ProfitLoss).dec("session_rpl", r.CashFlow.Sub(r.ProfitLoss)).raw("info", info).end()
}

// logSide is what a row says of its side: of a settlement the position's.
func logSide(r core.LogRow) string {
	switch {
	case r.Side != "":
		return r.Side
	case r.Position > 0:
		return "long"
	case r.Position < 0:
		return "short"
	}
	return "-"
}
