package simulator

import (
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

func (c *call) cancelAll() ([]byte, *wireError) { return c.cancelMany(true, core.Filter{}) }

func (c *call) cancelByInstrument() ([]byte, *wireError) {
	f, err := c.filterInstrument()
	if err != nil {
		return nil, err
	}
	return c.cancelMany(true, f)
}

func (c *call) cancelByCurrency() ([]byte, *wireError) {
	f, some, err := c.filterCurrency()
	if err != nil {
		return nil, err
	}
	return c.cancelMany(some, f)
}

// cancelByKind takes one currency, a list of them, or any.
func (c *call) cancelByKind() ([]byte, *wireError) {
	f, some, err := c.filter()
	if err != nil {
		return nil, err
	}
	names, single := c.p.texts("currency")
	if single != nil {
		names = []string{c.p.text("currency")}
	}
	filters := []core.Filter{}
	for _, name := range names {
		cur := trade.Currency(strings.ToUpper(name))
		if cur != "ANY" && !knownCurrency(cur) {
			return nil, core.Invalid("currency", "invalid currency")
		}
		f.Currency = anyAsNone(cur)
		filters = append(filters, f)
	}
	return c.cancelMany(some, filters...)
}

// cancelByPair takes a pair such as btc_usdc: the contracts whose index it is.
func (c *call) cancelByPair() ([]byte, *wireError) {
	f, some, err := c.filter()
	if err != nil {
		return nil, err
	}
	if f.Index = c.p.text("currency_pair"); !c.e.hasIndex(f.Index) {
		return nil, core.Invalid("currency_pair", "unknown value")
	}
	return c.cancelMany(some, f)
}

func (c *call) cancelByLabel() ([]byte, *wireError) {
	if !c.p.has("label") {
		return nil, core.Invalid("label", "value required")
	}
	cur, err := c.currencyOrAny()
	if err != nil {
		return nil, err
	}
	label := c.p.text("label")
	return c.cancelMany(true, core.Filter{Label: &label, Currency: cur})
}

// cancelMany cancels what any of the filters finds, if some can be there at all, and answers with
// how many or, in detail, which.
func (c *call) cancelMany(some bool, filters ...core.Filter) ([]byte, *wireError) {
	detailed, err := c.p.flag("detailed")
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"freeze_quotes", "include_combos"} { // there are neither here
		if _, err := c.p.flag(name); err != nil {
			return nil, err
		}
	}
	orders := []*core.Order{}
	for _, f := range filters {
		if !some {
			break
		}
		r, err := c.e.apply(core.Command{CancelMany: &core.CancelMany{Account: c.account.ID, Filter: f}})
		if err != nil {
			return nil, err
		}
		orders = append(orders, r.Orders...)
	}
	if !detailed {
		return number(int64(len(orders))), nil
	}
	return list(grouped(orders), renderGroup), nil
}

// grouped puts together the orders of one instrument that rest, and those that wait for a trigger.
func grouped(orders []*core.Order) (groups [][]*core.Order) {
	type key struct {
		market  int
		trigger bool
	}
	known := map[key]int{}
	for _, o := range orders {
		k := key{o.Market, o.Conditional()}
		n, there := known[k]
		if !there {
			n = len(groups)
			known[k], groups = n, append(groups, nil)
		}
		groups[n] = append(groups[n], o)
	}
	return groups
}

func renderGroup(orders []*core.Order) []byte {
	i, kind := orders[0].Instrument, core.Limit
	if orders[0].Conditional() {
		kind = "trigger"
	}
	return newObject().str("instrument_name", string(i.Name)).str("currency", string(i.Settlement)).str("type", kind).
		raw("result", renderOrders(orders)).end()
}
