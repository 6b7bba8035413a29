package simulator

import (
	"slices"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// What the methods that list and cancel may be asked for.
var (
	kinds      = []string{"", "any", "future", "option", "spot", "future_combo", "option_combo", "combo"}
	orderTypes = []string{"", "all", "limit", "market", "trigger_all", "stop", "stop_all", "stop_limit", "stop_market", "take", "take_all",
		"take_limit", "take_market", "trailing_all", "trailing_stop"}
)

// futures tells whether the kind that a call asks for includes futures: nothing else is traded here.
func (c *call) futures() (bool, *wireError) {
	kind := c.p.text("kind")
	if !slices.Contains(kinds, kind) {
		return false, core.Invalid("kind", "unknown value")
	}
	return kind == "" || kind == "any" || kind == "future", nil
}

// filter reads the kind and type of the orders that a call asks for; false: none of them are here.
func (c *call) filter() (f core.Filter, some bool, err *wireError) {
	if some, err = c.futures(); err != nil {
		return f, false, err
	}
	if f.Type = c.p.text("type"); !slices.Contains(orderTypes, f.Type) {
		return f, false, core.Invalid("type", "unknown value")
	}
	return f, some, nil
}

// filterInstrument is filter for one instrument.
func (c *call) filterInstrument() (f core.Filter, err *wireError) {
	m, err := c.market()
	if err != nil {
		return f, err
	}
	f, _, err = c.filter()
	f.Instrument = m.Instrument.Name
	return f, err
}

// filterCurrency is filter for one settlement currency, or for all with "any".
func (c *call) filterCurrency() (f core.Filter, some bool, err *wireError) {
	cur, err := c.currency()
	if err != nil {
		return f, false, err
	}
	f, some, err = c.filter()
	f.Currency = cur
	return f, some, err
}

// currency reads the currency that a call must name; "" stands for any.
func (c *call) currency() (trade.Currency, *wireError) {
	cur := c.p.currency()
	if cur != "ANY" && !knownCurrency(cur) {
		return "", core.Invalid("currency", "invalid currency")
	}
	return anyAsNone(cur), nil
}

// currencyOrAny reads the currency that a call may name.
func (c *call) currencyOrAny() (trade.Currency, *wireError) {
	if !c.p.has("currency") {
		return "", nil
	}
	return c.currency()
}

func anyAsNone(c trade.Currency) trade.Currency {
	if c == "ANY" {
		return ""
	}
	return c
}

// own refuses a call about another account: there are no subaccounts.
func (c *call) own() *wireError {
	id, err := c.p.int("subaccount_id", c.account.ID)
	if err == nil && id != c.account.ID {
		return errForbidden
	}
	return err
}

// market finds the instrument that a call names.
func (c *call) market() (*core.Market, *wireError) {
	name := c.p.text("instrument_name")
	if name == "" {
		return nil, core.Invalid("instrument_name", "value required")
	}
	m := c.e.core.MarketOf(instrumentName(name))
	if m == nil {
		return nil, core.ErrUnknownInstrument
	}
	return m, nil
}

// page is which part of a list a call asks for.
type page struct{ offset, count int64 }

func (c *call) page(count, most int64) (p page, err *wireError) {
	if p.count, err = c.p.int("count", count); err != nil {
		return p, err
	}
	if p.offset, err = c.p.int("offset", 0); err != nil {
		return p, err
	}
	if p.count < 1 || p.count > most {
		return p, core.Invalid("count", "must be between 1 and "+string(number(most)))
	}
	if p.offset < 0 {
		return p, core.Invalid("offset", "must not be negative")
	}
	return p, nil
}

// of gives the page's part of a list, and whether the list goes on behind it.
func of[T any](p page, all []T) (part []T, more bool) {
	first := min(p.offset, int64(len(all)))
	last := min(first+p.count, int64(len(all)))
	return all[first:last], last < int64(len(all))
}
