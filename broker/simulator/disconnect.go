package simulator

import (
	"slices"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// Cancel-on-disconnect. A connection knows the orders that were placed over it. When it is lost, and
// it had this on, they are cancelled: conditional orders too, and the orders that came of them.

const (
	accountScope   = "account"
	inactiveMillis = 10 * 60_000 // a connection that says nothing for so long counts as lost
	ownedMax       = 4_096       // orders of a connection; beyond it the forgotten ones are looked for
)

func (c *call) codScope() (account bool, err *wireError) {
	if err := c.socketOnly(); err != nil {
		return false, err
	}
	switch c.p.text("scope") {
	case "", "connection":
		return false, nil
	case accountScope:
		return true, nil
	}
	return false, core.Invalid("scope", "must be connection or account")
}

func (c *call) enableCOD() ([]byte, *wireError)  { return c.switchCOD(true) }
func (c *call) disableCOD() ([]byte, *wireError) { return c.switchCOD(false) }

// switchCOD is for this connection, or for those that sign in to the account later.
func (c *call) switchCOD(on bool) ([]byte, *wireError) {
	account, err := c.codScope()
	if err != nil {
		return nil, err
	}
	if !account {
		c.conn.cancelOnDisconnect = on
		return okResult, nil
	}
	if _, err := c.e.apply(core.Command{Disconnect: &core.SetDisconnect{Account: c.account.ID, Cancel: on}}); err != nil {
		return nil, err
	}
	return okResult, nil
}

func (c *call) getCOD() ([]byte, *wireError) {
	account, err := c.codScope()
	if err != nil {
		return nil, err
	}
	if account {
		return newObject().str("scope", accountScope).bool("enabled", c.account.CancelOnDisconnect).end(), nil
	}
	return newObject().str("scope", "connection").bool("enabled", c.conn.cancelOnDisconnect).end(), nil
}

// own notes an order that came over a connection.
func (c *conn) own(x *core.Exchange, o *core.Order) {
	if c.ws == nil {
		return
	}
	if len(c.orders) >= ownedMax {
		for id, account := range c.orders {
			if x.OrderOf(account, id) == nil {
				delete(c.orders, id)
			}
		}
	}
	c.orders[o.ID] = o.Account
}

// owns tells whether an order was placed over a connection, or came of one that was.
func (c *conn) owns(x *core.Exchange, o *core.Order) bool {
	for _, id := range []string{o.ID, o.TriggeredBy, o.Primary} {
		if _, there := c.orders[id]; there {
			return true
		}
	}
	parent := x.OrderOf(o.Account, o.TriggeredBy)
	return parent != nil && c.owns(x, parent)
}

// abandon cancels what a connection that was lost had placed.
func (e *engine) abandon(c *conn) {
	if !c.cancelOnDisconnect || len(c.orders) == 0 {
		return
	}
	accounts := []int64{}
	for _, account := range c.orders {
		accounts = append(accounts, account)
	}
	slices.Sort(accounts)
	for _, id := range slices.Compact(accounts) {
		for _, o := range e.core.OpenOrders(e.core.Account(id), core.Filter{}) {
			if o.Alive() && c.owns(e.core, o) {
				_, _ = e.apply(core.Command{Cancel: &core.Cancel{Account: o.Account, Order: o.ID, Lost: true}})
			}
		}
	}
	clear(c.orders)
	e.dispatch()
}
