package core

// What happens when an order would trade with another of its own account, in the exchange's words.
const (
	RejectTaker = "reject_taker" // the new one is refused
	CancelMaker = "cancel_maker" // the resting one is cancelled
)

// SetSelfTrading chooses between the two for an account's orders from now on.
type SetSelfTrading struct {
	Account int64
	Mode    string
}

func (x *Exchange) setSelfTrading(c *SetSelfTrading) (Result, *Error) {
	a := x.account(c.Account)
	switch {
	case a == nil:
		return Result{}, ErrUnknownAccount
	case c.Mode != RejectTaker && c.Mode != CancelMaker:
		return Result{}, Invalid("mode", "must be reject_taker or cancel_maker")
	}
	a.SelfTrading = c.Mode
	return Result{Account: a.ID}, nil
}

// SelfTradingMode is RejectTaker until another is chosen.
func (a *Account) SelfTradingMode() string {
	if a.SelfTrading == "" {
		return RejectTaker
	}
	return a.SelfTrading
}

// overlaps tells whether the order would trade with one of its own account and must not.
func (x *Exchange) overlaps(a *Account, m *Market, o *Order) bool {
	if a.SelfTradingMode() == CancelMaker {
		return false
	}
	limit, ahead := m.limitOf(o), int64(0)
	for _, own := range *m.side(-o.Side) {
		if !crosses(o.Side, limit, own.Price) {
			return false
		}
		if own.Account != a.ID {
			ahead += own.Remaining()
			continue
		}
		for _, l := range m.synthetic(-o.Side) {
			if crosses(o.Side, own.Price, l.price) {
				ahead += l.amount
			}
		}
		return ahead < o.Remaining()
	}
	return false
}
