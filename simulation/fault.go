package simulation

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"
)

// Fault is one kind of trouble.
type Fault string

// The kinds of trouble that befall a world.
const (
	// The network.
	LostRequest Fault = "lost_request"
	LostAnswer  Fault = "lost_answer"
	SlowAnswer  Fault = "slow_answer"
	DropEvent   Fault = "drop_event"
	DoubleEvent Fault = "double_event"
	LateEvent   Fault = "late_event"
	LinkDown    Fault = "link_down"
	LookupLag   Fault = "lookup_lag"
	// The server.
	Kill       Fault = "kill"        // at any moment
	KillPoint  Fault = "kill_point"  // at K1 to K8
	Stop       Fault = "stop"        // a graceful end
	Panic      Fault = "panic"       // of one connection: it starts anew
	Takeover   Fault = "takeover"    // another server takes the database, this one lives on
	ClockStep  Fault = "clock_step"  // our idea of the exchange's time is off
	StaleFeed  Fault = "stale_feed"  // prices stand still
	TwoSignals Fault = "two_signals" // one candle is told twice
	// The database.
	SlowCommit    Fault = "slow_commit"
	UnknownCommit Fault = "unknown_commit" // committed, but the answer is an error
	FailedCommit  Fault = "failed_commit"  // not committed, the answer is an error
	DatabaseAway  Fault = "database_away"
	// The exchange.
	Unlinked    Fault = "unlinked" // it takes no linked market entry
	Busy        Fault = "busy"     // 10028, 10041, 10047, 11051
	TimedOut    Fault = "timed_out"
	ServerError Fault = "server_error" // 10001 and 11094: done or not
	RejectStop  Fault = "reject_stop"
	RejectLimit Fault = "reject_target"
	RejectEdit  Fault = "reject_edit"
	Maintenance Fault = "maintenance"
	Settlement  Fault = "settlement" // books pause at 08:00 UTC
	Shock       Fault = "shock"      // prices jump, through stops too
	Crash       Fault = "crash"      // prices fall so far that accounts are liquidated
	Premium     Fault = "premium"
	// The user.
	ManualStop Fault = "manual_stop"
	KillSwitch Fault = "kill_switch"
	CloseHand  Fault = "close" // on our page
	Disconnect Fault = "disconnect"
	EditConfig Fault = "edit_config"
	HandTrade  Fault = "hand_trade" // at the exchange, as are the next ones
	HandClose  Fault = "hand_close"
	HandCancel Fault = "hand_cancel"
	Protect    Fault = "protect" // a stop under whatever is open, on our page
)

// Faults lists every kind.
var Faults = []Fault{
	LostRequest, LostAnswer, SlowAnswer, DropEvent, DoubleEvent, LateEvent, LinkDown, LookupLag,
	Kill, KillPoint, Stop, Panic, Takeover, ClockStep, StaleFeed, TwoSignals,
	SlowCommit, UnknownCommit, FailedCommit, DatabaseAway,
	Unlinked, Busy, TimedOut, ServerError, RejectStop, RejectLimit, RejectEdit, Maintenance, Settlement, Shock, Crash, Premium,
	ManualStop, KillSwitch, CloseHand, Disconnect, EditConfig, HandTrade, HandClose, HandCancel, Protect,
}

// weather says when a kind of trouble strikes: in spells, at a rate. Each kind draws from a stream of
// its own, so that to forbid one leaves the draws of the others as they are.
type weather struct {
	rand   *rand.Rand
	spells []spell
	rate   float64
	struck int
}

type spell struct{ from, to time.Time }

// rates are how often what may go wrong does, within a spell.
var rates = map[Fault]float64{
	LostRequest: 0.15, LostAnswer: 0.2, SlowAnswer: 0.3, DropEvent: 0.2, DoubleEvent: 0.4, LateEvent: 0.4, LookupLag: 0.7,
	KillPoint: 0.03, StaleFeed: 1, TwoSignals: 0.5, SlowCommit: 0.5, UnknownCommit: 0.3, FailedCommit: 0.3, DatabaseAway: 1,
	Unlinked: 1, Busy: 0.3, TimedOut: 0.2, ServerError: 0.2, RejectStop: 0.7, RejectLimit: 0.7, RejectEdit: 0.5, Maintenance: 1,
}

func stream(seed uint64, name string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// forecast draws the weather of one kind between two moments.
func forecast(seed uint64, kind Fault, from, to time.Time) *weather {
	w := &weather{rand: stream(seed, string(kind)), rate: rates[kind]}
	if w.rand.IntN(3) > 0 { // a third of the kinds meets in one world
		return w
	}
	for range 1 + w.rand.IntN(4) {
		start := from.Add(time.Duration(w.rand.Int64N(int64(to.Sub(from)))))
		length := time.Duration(10+w.rand.IntN(110)) * time.Second
		if kind == Maintenance || kind == DatabaseAway || kind == StaleFeed {
			length = time.Duration(1+w.rand.IntN(40)) * time.Second
		}
		w.spells = append(w.spells, spell{start, minTime(start.Add(length), to)})
	}
	if kind == Unlinked && w.rand.IntN(2) == 0 {
		w.spells = []spell{{from, to}}
	}
	return w
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// now tells whether the kind strikes at this moment.
func (w *weather) now(at time.Time) bool {
	for _, s := range w.spells {
		if !at.Before(s.from) && at.Before(s.to) && w.rand.Float64() < w.rate {
			w.struck++
			return true
		}
	}
	return false
}

// on tells whether a spell lasts; it draws nothing.
func (w *weather) on(at time.Time) bool {
	for _, s := range w.spells {
		if !at.Before(s.from) && at.Before(s.to) {
			return true
		}
	}
	return false
}

// only lets chosen kinds strike in spells of fifteen seconds, and no other.
func (w *World) only(kinds []Fault) {
	if w.options.killAt != "" {
		w.weather[KillPoint].rate = 0.3 // one point is passed less often than all of them
	}
	for _, kind := range Faults {
		w.weather[kind].spells = nil
		for at := w.start.Add(12 * time.Second); slices.Contains(kinds, kind) && at.Before(w.storm); at = at.Add(25 * time.Second) {
			w.weather[kind].spells = append(w.weather[kind].spells, spell{at, at.Add(15 * time.Second)})
		}
	}
}
