package core

import "sort"

// How long what has ended is at hand, in milliseconds. Later it is found only as history, and
// there is nothing that is in neither.
const (
	ordersRecent   = 30 * 60_000
	unfilledRecent = 5 * 60_000 // ended without a trade
	tradesRecent   = 24 * 3_600_000
	ordersOld      = 2 * tradesRecent // history gives older ones only when asked for
)

// History chooses among ended orders.
type History struct {
	Historical bool // those that are no longer at hand, in place of those that are
	Old        bool // of these also such as ended more than two days ago
	Unfilled   bool // also orders that never traded
}

// Recent tells whether an order is at hand: live, or ended a short while ago.
func (x *Exchange) Recent(o *Order) bool {
	age := x.Now - o.Updated
	return o.Alive() || age <= unfilledRecent || o.Filled > 0 && age <= ordersRecent
}

// EndedOrders lists an account's ended orders that pass a filter, oldest first.
func (x *Exchange) EndedOrders(a *Account, f Filter, h History) []*Order {
	out := []*Order{}
	for _, o := range a.Closed {
		switch {
		case !x.matches(o, f) || x.Recent(o) == h.Historical:
		case o.Filled == 0 && !h.Unfilled:
		case h.Historical && !h.Old && x.Now-o.Updated > ordersOld:
		default:
			out = append(out, o)
		}
	}
	return out
}

// RecentOrders lists the orders at hand that pass a filter, ended and live, oldest first in each.
func (x *Exchange) RecentOrders(a *Account, f Filter) []*Order {
	return append(x.EndedOrders(a, f, History{Unfilled: true}), x.OpenOrders(a, f)...)
}

// UserTrades gives an account's trades of the last 24 hours, or those before, oldest first. The
// slice is the account's own.
func (x *Exchange) UserTrades(a *Account, historical bool) []Trade {
	first := sort.Search(len(a.Trades), func(n int) bool { return x.Now-a.Trades[n].Time <= tradesRecent })
	if historical {
		return a.Trades[:first]
	}
	return a.Trades[first:]
}
