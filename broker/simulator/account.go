package simulator

import (
	"sort"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

func (c *call) positions() ([]byte, *wireError) {
	cur := anyAsNone(c.p.currency())
	if cur != "" && !knownCurrency(cur) {
		return nil, core.Invalid("currency", "invalid currency")
	}
	out := []core.PositionView{}
	for _, m := range c.e.core.Markets {
		if cur != "" && m.Instrument.Settlement != cur {
			continue
		}
		if v := c.e.core.Position(c.account, m); !v.Size.IsZero() {
			out = append(out, v)
		}
	}
	return list(out, renderPosition), nil
}

func (c *call) position() ([]byte, *wireError) {
	m, err := c.market()
	if err != nil {
		return nil, err
	}
	return renderPosition(c.e.core.Position(c.account, m)), nil
}

func (c *call) openOrders() ([]byte, *wireError) {
	return renderOrders(c.e.core.OpenOrders(c.account, core.Filter{Type: c.p.text("type")})), nil
}

func (c *call) openByInstrument() ([]byte, *wireError) {
	m, err := c.market()
	if err != nil {
		return nil, err
	}
	return renderOrders(c.e.core.OpenOrders(c.account, core.Filter{Instrument: m.Instrument.Name, Type: c.p.text("type")})), nil
}

func (c *call) openByCurrency() ([]byte, *wireError) {
	f, err := c.byCurrency()
	if err != nil {
		return nil, err
	}
	return renderOrders(c.e.core.OpenOrders(c.account, f)), nil
}

func (c *call) openByLabel() ([]byte, *wireError) {
	f, err := c.byCurrency()
	if err != nil {
		return nil, err
	}
	label := c.p.text("label")
	f.Label = &label
	return renderOrders(c.e.core.OpenOrders(c.account, f)), nil
}

func (c *call) orderState() ([]byte, *wireError) {
	o := c.e.core.OrderOf(c.account.ID, c.p.text("order_id"))
	if o == nil || !c.e.core.Recent(o) {
		return nil, core.ErrOrderNotFound
	}
	return renderOrder(o), nil
}

// orderStateByLabel lists live and recent orders with a label, newest first.
func (c *call) orderStateByLabel() ([]byte, *wireError) {
	f, err := c.byCurrency()
	if err != nil {
		return nil, err
	}
	label := c.p.text("label")
	f.Label, f.Type = &label, ""
	orders := c.e.core.RecentOrders(c.account, f)
	newestFirst(orders)
	return renderOrders(orders), nil
}

func newestFirst(orders []*core.Order) {
	sort.SliceStable(orders, func(a, b int) bool { return orders[a].Created > orders[b].Created })
}

func (c *call) historyByInstrument() ([]byte, *wireError) {
	m, err := c.market()
	if err != nil {
		return nil, err
	}
	return c.history(core.Filter{Instrument: m.Instrument.Name})
}

func (c *call) historyByCurrency() ([]byte, *wireError) {
	f, err := c.byCurrency()
	if err != nil {
		return nil, err
	}
	return c.history(f)
}

// history lists ended orders, newest first; those that never traded only when asked for.
func (c *call) history(f core.Filter) ([]byte, *wireError) {
	count, err := c.p.int("count", 20)
	if err != nil {
		return nil, err
	}
	offset, err := c.p.int("offset", 0)
	if err != nil {
		return nil, err
	}
	var which core.History
	names := []string{"historical", "include_old", "include_unfilled"}
	for n, to := range []*bool{&which.Historical, &which.Old, &which.Unfilled} {
		if *to, err = c.p.flag(names[n]); err != nil {
			return nil, err
		}
	}
	if count < 1 || count > 1_000 || offset < 0 {
		return nil, core.Invalid("count", "must be between 1 and 1000")
	}
	closed := c.e.core.EndedOrders(c.account, f, which)
	out := []*core.Order{}
	for n := len(closed) - 1; n >= 0 && int64(len(out)) < count; n-- {
		if offset--; offset < 0 {
			out = append(out, closed[n])
		}
	}
	return renderOrders(out), nil
}

func (c *call) triggerHistory() ([]byte, *wireError) {
	f, err := c.byCurrency()
	if err != nil {
		return nil, err
	}
	f.Type = "trigger_all"
	orders := append(c.e.core.ClosedOrders(c.account, f), c.e.core.OpenOrders(c.account, f)...)
	newestFirst(orders)
	return newObject().raw("entries", renderOrders(orders)).end(), nil
}

func (c *call) tradesByInstrument() ([]byte, *wireError) {
	m, err := c.market()
	if err != nil {
		return nil, err
	}
	return c.trades(func(t core.Trade) bool { return t.Instrument == m.Instrument })
}

func (c *call) tradesByCurrency() ([]byte, *wireError) {
	f, err := c.byCurrency()
	if err != nil {
		return nil, err
	}
	return c.trades(func(t core.Trade) bool {
		return f.Currency == "" || t.Instrument.Settlement == f.Currency
	})
}

func (c *call) trades(fits func(core.Trade) bool) ([]byte, *wireError) {
	w, err := c.window()
	if err != nil {
		return nil, err
	}
	trades, err := c.chosen(fits)
	if err != nil {
		return nil, err
	}
	page, more := choose(trades, w, func(t core.Trade) (int64, int64) { return t.Seq, t.Time })
	return newObject().raw("trades", renderTrades(page)).bool("has_more", more).end(), nil
}

// chosen gives the account's trades that fit, of the last day or, as history, those before.
func (c *call) chosen(fits func(core.Trade) bool) ([]core.Trade, *wireError) {
	historical, err := c.p.flag("historical")
	if err != nil {
		return nil, err
	}
	out := []core.Trade{}
	for _, t := range c.e.core.UserTrades(c.account, historical) {
		if fits(t) {
			out = append(out, t)
		}
	}
	return out, nil
}

func (c *call) tradesByOrder() ([]byte, *wireError) {
	id := c.p.text("order_id")
	trades, err := c.chosen(func(t core.Trade) bool { return t.Order == id })
	if err != nil {
		return nil, err
	}
	return renderTrades(trades), nil
}

// margins tells what an order of an amount would tie up on either side.
func (c *call) margins() ([]byte, *wireError) {
	m, err := c.market()
	if err != nil {
		return nil, err
	}
	amount, err := c.p.dec("amount")
	if err != nil {
		return nil, err
	}
	margin, _ := m.Instrument.Margins(amount.Abs(), m.IndexPrice())
	low, high := m.Band()
	return newObject().dec("buy", margin).dec("sell", margin).dec("min_price", m.Instrument.Price(low)).
		dec("max_price", m.Instrument.Price(high)).end(), nil
}

func (c *call) summary() ([]byte, *wireError) {
	cur := c.p.currency()
	if !knownCurrency(cur) {
		return nil, core.Invalid("currency", "invalid currency")
	}
	extended, err := c.p.flag("extended")
	if err != nil {
		return nil, err
	}
	o := renderSummary(c.e.core.Summarize(c.account, cur)).raw("limits", c.desk.credits.limitsObject())
	if extended {
		accountFields(o, c.account)
	}
	return o.end(), nil
}

func (c *call) summaries() ([]byte, *wireError) {
	extended, err := c.p.flag("extended")
	if err != nil {
		return nil, err
	}
	o := newObject()
	if extended {
		accountFields(o, c.account)
	}
	return o.raw("summaries", list(currencies, func(cur trade.Currency) []byte {
		return renderSummary(c.e.core.Summarize(c.account, cur)).raw("limits", c.desk.credits.limitsObject()).end()
	})).end(), nil
}

// transactionLog gives rows newest first; a continuation goes on with the older ones.
func (c *call) transactionLog() ([]byte, *wireError) {
	cur := c.p.currency()
	if !knownCurrency(cur) {
		return nil, core.Invalid("currency", "invalid currency")
	}
	from, err := c.p.int("start_timestamp", 0)
	if err != nil {
		return nil, err
	}
	to, err := c.p.int("end_timestamp", forever)
	if err != nil {
		return nil, err
	}
	count, err := c.p.int("count", 100)
	if err != nil {
		return nil, err
	}
	before, err := c.p.int("continuation", forever)
	if err != nil {
		return nil, err
	}
	if count < 1 || count > 1_000 {
		return nil, core.Invalid("count", "must be between 1 and 1000")
	}
	kind := c.p.text("query")
	rows := []core.LogRow{}
	next := int64(0)
	for n := len(c.account.Log) - 1; n >= 0; n-- {
		r := c.account.Log[n]
		if r.Currency != cur || r.Time < from || r.Time > to || r.ID > before || (kind != "" && kind != r.Type) {
			continue
		}
		if int64(len(rows)) == count {
			next = r.ID
			break
		}
		rows = append(rows, r)
	}
	o := newObject().raw("logs", list(rows, func(r core.LogRow) []byte { return renderLogRow(c.account, r) }))
	if next == 0 {
		return o.null("continuation").end(), nil
	}
	return o.int("continuation", next).end(), nil
}
