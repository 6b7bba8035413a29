package simulator

import (
	"slices"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

func (c *call) lastTrades() ([]byte, *wireError) {
	m, err := c.market()
	if err != nil {
		return nil, err
	}
	return c.publicTrades(m.RecentTrades())
}

// lastTradesByCurrency puts the trades of a currency's instruments in one row.
func (c *call) lastTradesByCurrency() ([]byte, *wireError) {
	f, some, err := c.filterCurrency()
	if err != nil {
		return nil, err
	}
	all := []core.PublicTrade{}
	for _, m := range c.e.core.Markets {
		if some && (f.Currency == "" || m.Instrument.Settlement == f.Currency) {
			all = append(all, m.RecentTrades()...)
		}
	}
	slices.SortFunc(all, func(a, b core.PublicTrade) int { return int(a.ID - b.ID) })
	return c.publicTrades(all)
}

func (c *call) publicTrades(all []core.PublicTrade) ([]byte, *wireError) {
	w, err := c.window()
	if err != nil {
		return nil, err
	}
	part, more := choose(all, w, func(t core.PublicTrade) place { return place{t.Seq, t.ID, t.Time} })
	return newObject().raw("trades", list(part, renderPublicTrade)).bool("has_more", more).end(), nil
}

func (c *call) tradesByInstrument() ([]byte, *wireError) {
	m, err := c.market()
	if err != nil {
		return nil, err
	}
	return c.userTrades(func(t core.Trade) bool { return t.Instrument == m.Instrument })
}

func (c *call) tradesByCurrency() ([]byte, *wireError) {
	f, some, err := c.filterCurrency()
	if err != nil {
		return nil, err
	}
	return c.userTrades(func(t core.Trade) bool { return some && (f.Currency == "" || t.Instrument.Settlement == f.Currency) })
}

func (c *call) userTrades(fits func(core.Trade) bool) ([]byte, *wireError) {
	w, err := c.window()
	if err != nil {
		return nil, err
	}
	trades, err := c.chosen(fits)
	if err != nil {
		return nil, err
	}
	part, more := choose(trades, w, func(t core.Trade) place { return place{t.Seq, t.ID, t.Time} })
	return newObject().raw("trades", renderTrades(part)).bool("has_more", more).end(), nil
}

// chosen gives the account's trades that fit, of the last day or, as history, those before.
func (c *call) chosen(fits func(core.Trade) bool) ([]core.Trade, *wireError) {
	if err := c.own(); err != nil {
		return nil, err
	}
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

// tradesByOrder is a plain list, oldest first unless it is asked for the other way.
func (c *call) tradesByOrder() ([]byte, *wireError) {
	id := c.p.text("order_id")
	trades, err := c.chosen(func(t core.Trade) bool { return t.Order == id })
	if err != nil {
		return nil, err
	}
	if c.p.text("sorting") == "desc" {
		slices.Reverse(trades)
	}
	return renderTrades(trades), nil
}
