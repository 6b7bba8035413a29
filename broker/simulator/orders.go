package simulator

import (
	"sort"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

func (c *call) open(f core.Filter, some bool, err *wireError) ([]byte, *wireError) {
	if err != nil || !some {
		return []byte("[]"), err
	}
	return renderOrders(c.known(c.e.core.OpenOrders(c.account, f))), nil
}

func (c *call) openOrders() ([]byte, *wireError) { return c.open(c.filter()) }

func (c *call) openByInstrument() ([]byte, *wireError) {
	f, err := c.filterInstrument()
	return c.open(f, true, err)
}

func (c *call) openByCurrency() ([]byte, *wireError) { return c.open(c.filterCurrency()) }

func (c *call) openByLabel() ([]byte, *wireError) {
	f, some, err := c.filterCurrency()
	label := c.p.text("label")
	f.Label = &label
	return c.open(f, some, err)
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
	cur, err := c.currency()
	if err != nil {
		return nil, err
	}
	label := c.p.text("label")
	orders := c.known(c.e.core.RecentOrders(c.account, core.Filter{Currency: cur, Label: &label}))
	newestFirst(orders)
	return renderOrders(orders), nil
}

func newestFirst(orders []*core.Order) {
	sort.SliceStable(orders, func(a, b int) bool { return orders[a].Created > orders[b].Created })
}

// orderMargins tells what each of some orders ties up by itself.
func (c *call) orderMargins() ([]byte, *wireError) {
	ids, err := c.p.texts("ids")
	if err != nil {
		return nil, err
	}
	orders := []*core.Order{}
	for _, id := range ids {
		o := c.e.core.OrderOf(c.account.ID, id)
		if o == nil {
			return nil, core.ErrOrderNotFound
		}
		orders = append(orders, o)
	}
	return list(orders, func(o *core.Order) []byte {
		return newObject().str("order_id", o.ID).dec("initial_margin", c.e.core.OrderMargin(o)).
			str("initial_margin_currency", string(o.Instrument.Settlement)).end()
	}), nil
}

// margins tells what an order of an amount would tie up on either side.
func (c *call) margins() ([]byte, *wireError) {
	m, err := c.market()
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"amount", "price"} {
		if !c.p.has(name) {
			return nil, core.Invalid(name, "value required")
		}
		if _, err := c.p.dec(name); err != nil {
			return nil, err
		}
	}
	amount, _ := c.p.dec("amount")
	margin, _ := m.Instrument.Margins(amount.Abs(), m.IndexPrice())
	low, high := m.Band()
	return newObject().dec("buy", margin).dec("sell", margin).dec("min_price", m.Instrument.Price(low)).
		dec("max_price", m.Instrument.Price(high)).end(), nil
}
