package trade

import (
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
