package trade

import (
	"slices"
	"time"
)

// Account is one user's account at one venue as far as we caused it: our orders, our round trips and
// what the exchange says of them. It decides and applies, and does nothing: every method returns the
// Outcome that others store and carry out. Times are exchange time. It is not safe for concurrent use.
//
// Any order of events ends in the same state: orders only move along the table in order_state.go,
// and every fill is applied once, by the exchange's own id.
type Account struct {
	id     AccountID
	origin Origin
	risk   Risk

	refusal  *Error // why no entry is allowed; nil: allowed
	online   bool   // the exchange answers
	unlinked bool   // the exchange takes no linked market entry

	orders   []*tracked // not terminal, or of a trade that is open or closed just now; oldest first
	holdings []*holding // open trades and those closed just now; oldest first

	owner map[VenueOrderID]*tracked // by every id that the exchange gave to an order of ours
	live  map[VenueOrderID]sighting
	gone  map[VenueOrderID]time.Time // orders that ended, so that a late message does not revive them
	seen  map[VenueTradeID]mark      // fills applied, above the cursor

	positions map[Instrument]standing
	marks     map[Instrument]sightedMark
	balances  map[Currency]Balance
	specs     map[Instrument]Spec
	cursors   map[Instrument]Cursor
	counters  map[StrategyID]Counters
	days      map[Currency]Day
	entries   []EntryMade            // of the last minute
	counted   map[Currency]time.Time // until when earlier runs have, of fills that are not stored
	cooldowns map[StrategyID]time.Duration
	exits     map[StrategyID]time.Time // last exit
	amending  map[VenueOrderID]amendment
	cancelled map[VenueOrderID]time.Time // until when no further cancel is sent

	closedForeignAt map[Instrument]time.Time // when a kill last tried to

	out draft
}

// tracked is an order of ours with what we are doing about it.
type tracked struct {
	Order
	number    int // of its label: 0 for the first of its role, then 1, 2...
	dirty     bool
	reserved  bool             // its intent is not committed yet
	pending   bool             // a request is under way
	recovered bool             // read from storage: it may have been sent by an earlier run
	linked    bool             // part of a linked entry
	stored    OrderState       // as it was handed out last
	booked    Dec              // what its known fills add up to
	venueIDs  []VenueOrderID   // the ids that its fills may carry
	waiting   []VenueOrderID   // ids of the placeholder that waits for the entry's fill
	asked     time.Time        // by label, last
	unseen    bool             // the exchange has been asked and does not show it
	absences  int              // answers after its time limit that did not know it
	history   bool             // the history has answered since the first of them
	told      bool             // entries only: its end without a fill was told
	levels    func(Dec) Levels // entries only, as are the next two
	exit      string           // exits: why it was sent; entries: why to close at once
	quote     Dec              // the price it was decided on
	name      string           // of the strategy
}

// Levels are the prices that protect a fill. Passed says that the fill is beyond the target already.
type Levels struct {
	Stop, Target Dec
	Passed       bool
}

type sighting struct {
	VenueOrder
	label Label
	ours  bool
	at    time.Time
}

type standing struct {
	VenuePosition
	at time.Time
}

// sightedMark is a mark price and when it was told.
type sightedMark struct {
	price Dec
	at    time.Time
}

type mark struct {
	instrument Instrument
	seq        int64
}

// NewAccount rebuilds an account from what is stored of it. Entries are refused until Judge finds
// nothing against them.
func NewAccount(id AccountID, origin Origin, record AccountRecord) *Account {
	a := &Account{
		id: id, origin: origin, risk: record.Risk, refusal: ErrNotConnected,
		owner: map[VenueOrderID]*tracked{}, live: map[VenueOrderID]sighting{}, gone: map[VenueOrderID]time.Time{},
		seen: map[VenueTradeID]mark{}, marks: map[Instrument]sightedMark{}, positions: map[Instrument]standing{}, balances: map[Currency]Balance{},
		specs: map[Instrument]Spec{}, cursors: map[Instrument]Cursor{}, counters: map[StrategyID]Counters{}, days: map[Currency]Day{}, counted: map[Currency]time.Time{}, entries: slices.Clone(record.Entries),
		cooldowns: map[StrategyID]time.Duration{}, exits: map[StrategyID]time.Time{},
		amending: map[VenueOrderID]amendment{}, cancelled: map[VenueOrderID]time.Time{}, closedForeignAt: map[Instrument]time.Time{},
	}
	for i, c := range record.Cursors {
		a.cursors[i] = c
	}
	for s, c := range record.Counters {
		a.counters[s] = c
	}
	for c, d := range record.Days {
		a.days[c], a.counted[c] = d, d.CountedUntil
	}
	a.loadOrders(record.Orders)
	a.loadTrades(record.Trades, record.Fills)
	for _, s := range record.Closing {
		a.leave(s, ExitStrategyStop, time.Time{})
	}
	return a
}

func (a *Account) loadOrders(orders []Order) {
	orders = slices.Clone(orders)
	slices.SortStableFunc(orders, func(x, y Order) int { return x.CreatedAt.Compare(y.CreatedAt) })
	for _, o := range orders {
		l, _ := ParseLabel(o.Label)
		t := &tracked{Order: o, number: l.Number, recovered: true, stored: o.State}
		t.linked = t.Role != Exit
		if t.Role == Exit {
			t.exit = o.Reason
		}
		a.orders = append(a.orders, t)
		if o.VenueOrder != "" {
			a.claim(t, o.VenueOrder)
		}
	}
}

// claim notes that an id of the exchange belongs to an order of ours.
func (a *Account) claim(t *tracked, id VenueOrderID) {
	if id == "" || a.owner[id] == t {
		return
	}
	a.owner[id] = t
	t.venueIDs = append(t.venueIDs, id)
	a.reattribute(t, id)
}

// reattribute gives fills that came before their order was known to the order that they are of.
func (a *Account) reattribute(t *tracked, id VenueOrderID) {
	h := a.holding(t.Intent)
	if h == nil {
		return
	}
	found := h.attribute(id, t.Role, exitReason(t))
	if found.IsZero() {
		return
	}
	t.booked = t.booked.Add(found)
	h.count()
	if h.ExitReason == ExitManual {
		h.ExitReason = h.reason()
	}
	a.countFilled(t, h)
}

// Online tells the account whether the exchange answers; while it does not, nothing is wanted of it,
// and no deadline of the guard runs.
func (a *Account) Online(yes bool) {
	a.online = yes
	for _, h := range a.holdings {
		h.stopMissing, h.stopAsked, h.stopAbsent = time.Time{}, false, false
		h.targetMissing, h.targetAsked, h.targetAbsent = time.Time{}, false, false
		h.triggered, h.uneven = time.Time{}, time.Time{}
	}
	clear(a.amending)
	clear(a.cancelled)
}

// SetSpecs gives the account the exchange's present instruments.
func (a *Account) SetSpecs(specs []Spec) {
	for _, s := range specs {
		a.specs[s.Instrument] = s
	}
}

// SetStrategy tells the account of a strategy that follows it: its counters as stored, unless the
// account has newer ones, and its cooldown after an exit.
func (a *Account) SetStrategy(s StrategyID, c Counters, cooldown time.Duration) Outcome {
	if _, known := a.counters[s]; !known {
		a.counters[s] = c
	}
	a.cooldowns[s] = cooldown
	if at, exited := a.exits[s]; exited {
		a.coolDown(s, at)
	}
	return a.flush(time.Time{})
}

// spec gives what is known of an instrument; its settlement currency at least.
func (a *Account) spec(i Instrument) Spec {
	if s, ok := a.specs[i]; ok {
		return s
	}
	return guessSpec(i)
}

func (a *Account) byLabel(label string) *tracked {
	for _, t := range a.orders {
		if t.Label == label {
			return t
		}
	}
	return nil
}

func (a *Account) byID(id OrderID) *tracked {
	for _, t := range a.orders {
		if t.ID == id {
			return t
		}
	}
	return nil
}

// order finds the order of an intent with a role and number.
func (a *Account) order(intent IntentID, role Role, number int) *tracked {
	for _, t := range a.orders {
		if t.Role == role && t.number == number && t.Intent == intent {
			return t
		}
	}
	return nil
}

func (a *Account) entryOf(intent IntentID) *tracked { return a.order(intent, Entry, 0) }

// last finds the newest order of an intent with a role, and its number.
func (a *Account) last(intent IntentID, role Role) (*tracked, int) {
	var newest *tracked
	number := -1
	for _, t := range a.orders {
		if t.Role == role && t.Intent == intent && t.number > number {
			newest, number = t, t.number
		}
	}
	return newest, number
}

// draft collects what one method leads to.
type draft struct {
	effects   []Effect
	ended     []EntryEnd
	fills     []Fill
	decisions []Decision
	repairs   []Repair
	cursors   map[Instrument]Cursor
	counters  map[StrategyID]Counters
	days      map[Currency]Day
}

func (a *Account) want(e Effect) { a.out.effects = append(a.out.effects, e) }

func (a *Account) touch(t *tracked) { t.dirty = true }

func (a *Account) setCounters(s StrategyID, c Counters) {
	a.counters[s] = c
	if a.out.counters == nil {
		a.out.counters = map[StrategyID]Counters{}
	}
	a.out.counters[s] = c
}

func (a *Account) setCursor(i Instrument, c Cursor) {
	a.cursors[i] = c
	if a.out.cursors == nil {
		a.out.cursors = map[Instrument]Cursor{}
	}
	a.out.cursors[i] = c
}

// repair notes something that was put right, once per subject.
func (a *Account) repair(i Instrument, kind, subject, message string, now time.Time) {
	id := derive("repair", a.id.String(), kind, subject)
	for _, r := range a.out.repairs {
		if r.ID == id {
			return
		}
	}
	a.out.repairs = append(a.out.repairs, Repair{ID: id, Account: a.id, Time: now, Instrument: i, Kind: kind, Message: message})
}

// flush ends a method: it hands out all that has changed and forgets what is over.
func (a *Account) flush(now time.Time) Outcome {
	d := a.out
	a.out = draft{}
	c := Change{Fills: d.fills, Decisions: d.decisions, Repairs: d.repairs, Cursors: d.cursors, Counters: d.counters, Days: d.days}
	for _, t := range a.orders {
		if t.dirty {
			t.dirty = false
			if !now.IsZero() {
				t.UpdatedAt = now
			}
			c.Orders = append(c.Orders, a.storable(t))
		}
	}
	for _, h := range a.holdings {
		if h.dirty {
			h.dirty = false
			c.Trades = append(c.Trades, h.Trade)
		}
	}
	a.forget(now)
	return Outcome{Change: c, Effects: d.effects, Ended: d.ended}
}

// storable is an order as it is stored: not finished before its fills are known, so that a restart in
// between still looks for them. One that was stored as finished stays so: a leg that was given up may
// have been filled after all, and then the fill tells.
func (a *Account) storable(t *tracked) Order {
	o := t.Order
	if o.State.Terminal() && !t.stored.Terminal() && a.unfilled(t, a.holding(t.Intent)) {
		o.State = OrderOpen
	}
	t.stored = o.State
	return o
}

// remembered is how long ended orders and trades stay in mind for late messages.
const remembered = 10 * time.Minute

func (a *Account) forget(now time.Time) {
	if now.IsZero() {
		return
	}
	old := func(at time.Time) bool { return now.Sub(at) > remembered }
	a.holdings = slices.DeleteFunc(a.holdings, func(h *holding) bool { return h.ExitTime != nil && h.Funded && old(*h.ExitTime) && old(h.touched) })
	a.orders = slices.DeleteFunc(a.orders, func(t *tracked) bool {
		over := t.State.Terminal() && old(t.UpdatedAt) && a.holding(t.Intent) == nil
		if over {
			for _, id := range t.venueIDs {
				delete(a.owner, id)
			}
		}
		return over
	})
	for id, at := range a.gone {
		if old(at) {
			delete(a.gone, id)
		}
	}
}
