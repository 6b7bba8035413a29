package simulator

import (
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

func (c *call) positions() ([]byte, *wireError) {
	cur, err := c.currencyOrAny()
	if err == nil {
		err = c.own()
	}
	if err != nil {
		return nil, err
	}
	some, err := c.futures()
	if err != nil || !some {
		return []byte("[]"), err
	}
	return list(c.e.held(c.account, cur), renderPosition), nil
}

// held are an account's positions in a currency, or in all with "".
func (e *engine) held(a *core.Account, cur trade.Currency) []core.PositionView {
	out := []core.PositionView{}
	for _, m := range e.core.Markets {
		if cur != "" && m.Instrument.Settlement != cur {
			continue
		}
		if v := e.core.Position(a, m); !v.Size.IsZero() {
			out = append(out, v)
		}
	}
	return out
}

func (c *call) position() ([]byte, *wireError) {
	m, err := c.market()
	if err != nil {
		return nil, err
	}
	return renderPosition(c.e.core.Position(c.account, m)), nil
}

func (c *call) summary() ([]byte, *wireError) {
	cur := c.p.currency()
	if !knownCurrency(cur) {
		return nil, core.Invalid("currency", "invalid currency")
	}
	extended, err := c.p.flag("extended")
	if err == nil {
		err = c.own()
	}
	if err != nil {
		return nil, err
	}
	o := c.currencySummary(cur, extended)
	if extended {
		accountFields(o, c.account)
	}
	return o.end(), nil
}

func (c *call) summaries() ([]byte, *wireError) {
	extended, err := c.p.flag("extended")
	if err == nil {
		err = c.own()
	}
	if err != nil {
		return nil, err
	}
	o := newObject()
	if extended {
		accountFields(o, c.account)
	}
	return o.raw("summaries", list(currencies, func(cur trade.Currency) []byte { return c.currencySummary(cur, extended).end() })).end(), nil
}

func (c *call) currencySummary(cur trade.Currency, extended bool) *object {
	o := renderSummary(c.e.core.Summarize(c.account, cur)).raw("limits", c.desk.credits.limitsObject())
	renderExposure(o, c.e.held(c.account, cur))
	if extended {
		o.raw("fees", renderFees(c.e.core, cur))
	}
	return o
}

// userLocks tells of each currency that it is not locked.
func (c *call) userLocks() ([]byte, *wireError) {
	return list(currencies, func(cur trade.Currency) []byte {
		return newObject().str("currency", string(cur)).bool("enabled", false).bool("locked", false).end()
	}), nil
}

// subaccounts lists the account itself: it has no others.
func (c *call) subaccounts() ([]byte, *wireError) {
	portfolio, err := c.p.flag("with_portfolio")
	if err != nil {
		return nil, err
	}
	a := c.account
	o := newObject().int("id", a.ID).str("username", a.Name).str("system_name", a.Name).str("email", a.Name+"@example.com").str("type", "main").
		str("margin_model", marginModel).bool("tfa_enabled", false).bool("security_keys_enabled", false).raw("security_keys_assignments", []byte("[]")).
		bool("receive_notifications", false).bool("is_password", true).bool("login_enabled", true)
	if portfolio {
		o.raw("portfolio", c.portfolio())
	}
	return append(append([]byte{'['}, o.end()...), ']'), nil
}

func (c *call) portfolio() []byte {
	o := newObject()
	for _, cur := range currencies {
		s := c.e.core.Summarize(c.account, cur)
		name := strings.ToLower(string(cur))
		o.raw(name, newObject().str("currency", name).dec("balance", s.Balance).dec("equity", s.Equity).dec("margin_balance", s.Equity).
			dec("available_funds", s.Available).dec("available_withdrawal_funds", trade.MaxDec(trade.Zero, s.Available)).
			dec("initial_margin", s.Initial).dec("maintenance_margin", s.Maintenance).dec("additional_reserve", trade.Zero).
			dec("spot_reserve", trade.Zero).end())
	}
	return o.end()
}

func (c *call) subaccountsDetails() ([]byte, *wireError) {
	cur, err := c.currency()
	if err != nil {
		return nil, err
	}
	orders, err := c.p.flag("with_open_orders")
	if err != nil {
		return nil, err
	}
	o := newObject().int("uid", c.account.ID).raw("positions", list(c.e.held(c.account, cur), renderPosition))
	if orders {
		o.raw("open_orders", renderOrders(c.e.core.OpenOrders(c.account, core.Filter{Currency: cur})))
	}
	return append(append([]byte{'['}, o.end()...), ']'), nil
}

// setSelfTrading chooses what becomes of an order that would trade with one of its own account.
func (c *call) setSelfTrading() ([]byte, *wireError) {
	for _, name := range []string{"extended_to_subaccounts", "block_rfq_self_match_prevention"} { // there are neither here
		if _, err := c.p.flag(name); err != nil {
			return nil, err
		}
	}
	if !c.p.has("extended_to_subaccounts") {
		return nil, core.Invalid("extended_to_subaccounts", "value required")
	}
	if _, err := c.e.apply(core.Command{SelfTrading: &core.SetSelfTrading{Account: c.account.ID, Mode: c.p.text("mode")}}); err != nil {
		return nil, err
	}
	return okResult, nil
}

// noMaker answers what only a market maker with protection may do.
func (c *call) noMaker() ([]byte, *wireError) { return nil, errForbidden }
