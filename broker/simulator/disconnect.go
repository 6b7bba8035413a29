package simulator

import (
	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// Cancel-on-disconnect. A connection that has it on lists the orders placed over it; when it ends
// without a logout they are cancelled, conditional orders too.

const accountScope = "account"

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

func (c *call) switchCOD(on bool) ([]byte, *wireError) {
	account, err := c.codScope()
	if err != nil {
		return nil, err
	}
	if account {
		c.desk.cancelOnDisconnect = on // for connections that sign in later
	} else {
		c.conn.cancelOnDisconnect = on
	}
	return okResult, nil
}

func (c *call) getCOD() ([]byte, *wireError) {
	account, err := c.codScope()
	if err != nil {
		return nil, err
	}
	if account {
		return newObject().str("scope", accountScope).bool("enabled", c.desk.cancelOnDisconnect).end(), nil
	}
	return newObject().str("scope", "connection").bool("enabled", c.conn.cancelOnDisconnect).end(), nil
}

// own notes an order that came over a connection.
func (c *conn) own(account int64, id string) {
	if c.cancelOnDisconnect {
		c.orders = append(c.orders, core.Cancel{Account: account, Order: id})
	}
}

// abandon cancels what a connection that was lost had placed.
func (e *engine) abandon(c *conn) {
	for n := range c.orders {
		if o := e.core.OrderOf(c.orders[n].Account, c.orders[n].Order); o != nil && o.Alive() {
			_, _ = e.apply(core.Command{Cancel: &core.Cancel{Account: o.Account, Order: o.ID, Lost: true}})
		}
	}
	c.orders = nil
	e.dispatch()
}
