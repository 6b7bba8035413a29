package simulator

import (
	"slices"
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

func (c *call) indexPrice() ([]byte, *wireError) {
	m, err := c.index("index_name")
	if err != nil {
		return nil, err
	}
	return newObject().dec("index_price", m.IndexPrice()).dec("estimated_delivery_price", c.e.core.DeliveryEstimate(m)).end(), nil
}

// index finds a perpetual that stands on the index that a call names.
func (c *call) index(param string) (*core.Market, *wireError) {
	m := marketOn(c.e.core, c.p.text(param))
	if m == nil {
		return nil, core.Invalid(param, "invalid index name")
	}
	return m, nil
}

// marketOn is the perpetual of an index; eth_usd is the index of the ETH contract too.
func marketOn(x *core.Exchange, name string) *core.Market {
	for _, m := range x.Markets {
		if i := m.Instrument; i.Perpetual() && (name == i.PriceIndex || name == strings.ToLower(string(i.Base))+"_usd") {
			return m
		}
	}
	return nil
}

func indexOf(x *core.Exchange, name string) (trade.Dec, bool) {
	m := marketOn(x, name)
	if m == nil {
		return trade.Zero, false
	}
	return m.IndexPrice(), true
}

func (e *engine) hasIndex(name string) bool { return marketOn(e.core, name) != nil }

// indexNames lists the indices, as names or with what may be made of them.
func (c *call) indexNames() ([]byte, *wireError) {
	extended, err := c.p.flag("extended")
	if err != nil {
		return nil, err
	}
	names := c.e.indices()
	if !extended {
		return list(names, text), nil
	}
	return list(names, func(name string) []byte {
		return newObject().str("name", name).bool("future_combo_creation_enabled", false).bool("option_combo_creation_enabled", false).end()
	}), nil
}

// supportedIndexNames lists the indices of a type; contracts stand on all of them.
func (c *call) supportedIndexNames() ([]byte, *wireError) {
	switch c.p.text("type") {
	case "", "all", "derivative":
		return list(c.e.indices(), text), nil
	case "spot":
		return []byte("[]"), nil
	}
	return nil, core.Invalid("type", "unknown value")
}

func (e *engine) indices() []string {
	names := []string{}
	for _, m := range e.core.Markets {
		names = append(names, m.Instrument.PriceIndex, strings.ToLower(string(m.Instrument.Base))+"_usd")
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// indexRanges are how far a chart of an index looks back, and its steps, in seconds.
var indexRanges = map[string][2]int64{"1h": {3_600, 60}, "1d": {86_400, 300}, "2d": {2 * 86_400, 600}, "1m": {30 * 86_400, 7_200},
	"1y": {365 * 86_400, 86_400}, "all": {5 * 365 * 86_400, 5 * 86_400}}

func (c *call) indexChart() ([]byte, *wireError) {
	m, err := c.index("index_name")
	if err != nil {
		return nil, err
	}
	span, known := indexRanges[c.p.text("range")]
	if !known {
		return nil, core.Invalid("range", "unknown value")
	}
	last := c.e.core.Second / span[1] * span[1]
	return c.e.kept("index "+m.Instrument.PriceIndex+" "+c.p.text("range"), last, func() []byte {
		return list(steps(last-span[0]+span[1], last, span[1]), func(at int64) []byte { return pair(at*1000, c.e.core.IndexAt(m, at)) })
	}), nil
}

// steps are the seconds from one to another.
func steps(from, to, step int64) (out []int64) {
	for at := from; at <= to; at += step {
		out = append(out, at)
	}
	return out
}

// pair writes a time in milliseconds and a value.
func pair(at int64, value trade.Dec) []byte {
	b := append(append([]byte{'['}, number(at)...), ',')
	return append(appendFloat(b, value), ']')
}

// markHistory is empty for futures, as it is at the real exchange.
func (c *call) markHistory() ([]byte, *wireError) {
	if _, err := c.market(); err != nil {
		return nil, err
	}
	for _, name := range []string{"start_timestamp", "end_timestamp"} {
		if !c.p.has(name) {
			return nil, core.Invalid(name, "value required")
		}
		if _, err := c.p.int(name, 0); err != nil {
			return nil, err
		}
	}
	return []byte("[]"), nil
}
