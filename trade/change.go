package trade

import (
	"maps"
	"slices"
	"time"
)

// Change is everything that one decision or one event does to an account. It is committed in one
// transaction before anything is sent or told.
type Change struct {
	Orders    []Order                 // inserted, or updated by id
	Fills     []Fill                  // stored once by the exchange's trade id; a repeat changes nothing
	Trades    []Trade                 // inserted, or updated by id
	Decisions []Decision              // inserted
	Repairs   []Repair                // inserted
	Cursors   map[Instrument]Cursor   // how far fills have been read
	Counters  map[StrategyID]Counters // limits that survive a restart
	Days      map[Currency]Day        // what the day brought so far
}

// Empty tells whether there is nothing to commit.
func (c Change) Empty() bool {
	return len(c.Orders)+len(c.Fills)+len(c.Trades)+len(c.Decisions)+len(c.Repairs)+len(c.Cursors)+len(c.Counters)+len(c.Days) == 0
}

// Remark tells whether the change only says why nothing was done.
func (c Change) Remark() bool {
	decisions := len(c.Decisions)
	c.Decisions = nil
	return decisions > 0 && c.Empty()
}

// Then is this change and a later one together: the last word on each order and trade.
func (c Change) Then(next Change) Change {
	return Change{
		Orders:    replaced(c.Orders, next.Orders, func(o Order) OrderID { return o.ID }),
		Fills:     slices.Concat(c.Fills, next.Fills),
		Trades:    replaced(c.Trades, next.Trades, func(t Trade) TradeID { return t.ID }),
		Decisions: slices.Concat(c.Decisions, next.Decisions),
		Repairs:   slices.Concat(c.Repairs, next.Repairs),
		Cursors:   merged(c.Cursors, next.Cursors),
		Counters:  merged(c.Counters, next.Counters),
		Days:      merged(c.Days, next.Days),
	}
}

// restates tells whether a later change moves an order of this one to another state.
func (c Change) restates(next Change) bool {
	return slices.ContainsFunc(next.Orders, func(later Order) bool {
		return slices.ContainsFunc(c.Orders, func(o Order) bool { return o.ID == later.ID && o.State != later.State })
	})
}

// replaced gives the older rows that no newer one replaces, and the newer ones.
func replaced[R any, K comparable](older, newer []R, key func(R) K) []R {
	if len(newer) == 0 {
		return older
	}
	var list []R
	for _, row := range older {
		if !slices.ContainsFunc(newer, func(n R) bool { return key(n) == key(row) }) {
			list = append(list, row)
		}
	}
	return append(list, newer...)
}

func merged[K comparable, V any](older, newer map[K]V) map[K]V {
	if len(newer) == 0 {
		return older
	}
	all := make(map[K]V, len(older)+len(newer))
	maps.Copy(all, older)
	maps.Copy(all, newer)
	return all
}

// HasEntry tells whether the change holds a new entry intent, which only the current owner may commit.
func (c Change) HasEntry() bool {
	return slices.ContainsFunc(c.Orders, Order.IsNewEntry)
}

// Cursor is how far an account's fills in one instrument have been read.
type Cursor struct {
	Seq  int64     `json:"seq"` // the exchange's trade_seq of the last stored fill
	Time time.Time `json:"time"`
}

// AccountRecord is what storage knows of an account when its owner starts: all that is not finished.
type AccountRecord struct {
	Connection Connection
	Orders     []Order // not terminal, and every order of an open trade
	Trades     []Trade // open ones, and closed ones whose funding is not known
	Fills      []Fill  // stored ones of those orders and trades, and every one after its instrument's cursor
	Cursors    map[Instrument]Cursor
	Counters   map[StrategyID]Counters // of the strategies on this account, stopped ones included: they may hold a trade
	Closing    []StrategyID            // stopped ones whose trade is wanted closed
	Days       map[Currency]Day        // the newest of each currency
	Entries    []EntryMade             // decided on in the last minute
	Risk       Risk
}
