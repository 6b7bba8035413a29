package simulator

import (
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// expirations lists what is behind the dash of the instruments' names, by kind.
func (c *call) expirations() ([]byte, *wireError) {
	kind := c.p.text("kind")
	if kind != "future" && kind != "option" && kind != "any" {
		return nil, core.Invalid("kind", "unknown value")
	}
	pair := c.p.text("currency_pair")
	if pair != "" && !c.e.hasIndex(pair) {
		return nil, core.Invalid("currency_pair", "unknown value")
	}
	if c.p.currency() == "GROUPED" {
		o := newObject()
		for _, cur := range currencies {
			o.raw(string(cur), c.e.expirations(kind, pair, cur))
		}
		return o.end(), nil
	}
	cur, err := c.currency()
	if err != nil {
		return nil, err
	}
	return c.e.expirations(kind, pair, cur), nil
}

func (e *engine) expirations(kind, pair string, cur trade.Currency) []byte {
	dated, known, perpetual := []string{}, map[string]bool{}, false
	for _, m := range e.core.Markets {
		i := m.Instrument
		if m.State == core.BookDelivered || (cur != "" && i.Settlement != cur) || (pair != "" && i.PriceIndex != pair) {
			continue
		}
		_, end, _ := strings.Cut(string(i.Name), "-")
		perpetual = perpetual || i.Perpetual()
		if !i.Perpetual() && !known[end] {
			known[end] = true
			dated = append(dated, end)
		}
	}
	if perpetual {
		dated = append(dated, "PERPETUAL")
	}
	o := newObject()
	if kind != "option" {
		o.raw("future", list(dated, text))
	}
	if kind != "future" {
		o.raw("option", []byte("[]"))
	}
	return o.end()
}
