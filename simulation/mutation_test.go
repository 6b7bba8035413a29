package simulation

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/trade"
)

// without drops the effects that are chosen.
func without(chosen func(trade.Effect) bool) func(trade.Effect) []trade.Effect {
	return func(e trade.Effect) []trade.Effect {
		if chosen(e) {
			return nil
		}
		return []trade.Effect{e}
	}
}

// times repeats the effects that are chosen.
func times(n int, chosen func(trade.Effect) bool) func(trade.Effect) []trade.Effect {
	return func(e trade.Effect) []trade.Effect {
		list := []trade.Effect{e}
		for chosen(e) && len(list) < n {
			list = append(list, e)
		}
		return list
	}
}

func isEntry(e trade.Effect) bool {
	send, single := e.(trade.SendOrder)
	_, linked := e.(trade.SendBracket)
	return linked || single && send.Order.Role == trade.Entry
}

func isRole(roles ...trade.Role) func(trade.Effect) bool {
	return func(e trade.Effect) bool {
		send, ok := e.(trade.SendOrder)
		for _, role := range roles {
			if ok && send.Order.Role == role {
				return true
			}
		}
		return false
	}
}

func isCancel(e trade.Effect) bool {
	_, ok := e.(trade.CancelOrder)
	return ok
}

func isQuestion(e trade.Effect) bool {
	switch e.(type) {
	case trade.AskLabel, trade.AskFills:
		return true
	}
	return false
}

// widened lets entries start much later than they may.
func widened(e trade.Effect) []trade.Effect {
	switch send := e.(type) {
	case trade.SendBracket:
		send.Bracket.ValidUntil = send.Bracket.ValidUntil.Add(time.Minute)
		return []trade.Effect{send}
	case trade.SendOrder:
		send.Order.ValidUntil = send.Order.ValidUntil.Add(time.Minute)
		return []trade.Effect{send}
	}
	return []trade.Effect{e}
}

// opening lets stops open positions as well, and thrice as large ones.
func opening(reduce bool, factor int64) func(trade.Effect) []trade.Effect {
	return func(e trade.Effect) []trade.Effect {
		if send, ok := e.(trade.SendOrder); ok && send.Order.Role == trade.Stop {
			send.Order.ReduceOnly, send.Order.Amount = reduce, send.Order.Amount.Mul(trade.NewDec(factor))
			return []trade.Effect{send}
		}
		if _, amends := e.(trade.AmendOrder); amends && factor > 1 {
			return nil
		}
		return []trade.Effect{e}
	}
}

// A check that can not fail is worth nothing: each of these drivers breaks one rule, and is caught.
func TestMutations(t *testing.T) {
	for name, c := range map[string]struct {
		broken func() sabotage
		caught string
	}{
		"I1 an entry is sent twice":                  {func() sabotage { return sabotage{effect: times(2, isEntry)} }, "I1"},
		"I2 an entry is sent before it is stored":    {func() sabotage { return sabotage{sendFirst: true} }, "I2"},
		"I3 nobody replaces a stop or closes":        {func() sabotage { return sabotage{effect: without(isRole(trade.Stop, trade.Exit))} }, "I3"},
		"I4 stops open positions":                    {func() sabotage { return sabotage{effect: opening(false, 1)} }, "I4"},
		"I4 stops are too large":                     {func() sabotage { return sabotage{effect: opening(true, 3)} }, "I4"},
		"I5 nothing is cancelled":                    {func() sabotage { return sabotage{effect: without(isCancel)} }, "I5"},
		"I6 fills are not stored":                    {func() sabotage { return sabotage{change: func(o *trade.Outcome) { o.Change.Fills = nil }} }, "I6"},
		"I6 fills change":                            {func() sabotage { return sabotage{change: changeFills()} }, "I6"},
		"I7 a cent is lost":                          {func() sabotage { return sabotage{change: func(o *trade.Outcome) { eachTrade(o, loseACent) }} }, "I7"},
		"I8 a finished order comes back":             {func() sabotage { return sabotage{change: revive()} }, "I8"},
		"I9 nobody asks what became of an order":     {func() sabotage { return sabotage{effect: without(isQuestion)} }, "I9"},
		"I12 a stopped strategy goes on":             {func() sabotage { return sabotage{ignoreStop: true} }, "I12"},
		"I13 the gate stands open":                   {func() sabotage { return sabotage{open: true} }, "I13"},
		"I13 a stale price is traded on":             {func() sabotage { return sabotage{blind: true} }, "I13"},
		"I14 nothing is closed on demand":            {func() sabotage { return sabotage{deaf: true} }, "I14"},
		"I19 a cancel is hammered":                   {func() sabotage { return sabotage{effect: times(40, isCancel)} }, "I19"},
		"I20 limits are not read":                    {func() sabotage { return sabotage{unlimited: true} }, "I20"},
		"I31 an entry may be started much later":     {func() sabotage { return sabotage{effect: widened} }, "I31"},
		"F61 a trade forgets its version":            {func() sabotage { return sabotage{change: func(o *trade.Outcome) { eachTrade(o, forgetVersion) }} }, "F61"},
		"liveness the end of a trade is not written": {func() sabotage { return sabotage{change: neverClose} }, "liveness"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seen := map[string]bool{}
			for seed := uint64(1); seed <= 60; seed++ {
				if _, v := Run(Options{Seed: seed, Minutes: 4, broken: c.broken()}); v != nil {
					if seen[v.Invariant] = true; v.Invariant == c.caught {
						return
					}
				}
			}
			t.Fatalf("not caught by %s in 60 worlds; others saw it: %v", c.caught, seen)
		})
	}
}

func eachTrade(o *trade.Outcome, change func(*trade.Trade)) {
	for n := range o.Change.Trades {
		change(&o.Change.Trades[n])
	}
}

func loseACent(t *trade.Trade)     { t.Net = t.Net.Sub(trade.MustDec("0.01")) }
func forgetVersion(t *trade.Trade) { t.ConfigVersion = 0 }

func neverClose(o *trade.Outcome) {
	eachTrade(o, func(t *trade.Trade) { t.Status = trade.TradeOpen })
}

// changeFills tells each fill twice, the second time with another amount.
func changeFills() func(*trade.Outcome) {
	var last *trade.Fill
	return func(o *trade.Outcome) {
		if last != nil && len(o.Change.Orders) > 0 {
			again := *last
			again.Amount = again.Amount.Add(again.Amount)
			o.Change.Fills, last = append(o.Change.Fills, again), nil
		} else if len(o.Change.Fills) > 0 {
			last = &o.Change.Fills[0]
		}
	}
}

// revive moves orders that were finished back to open.
func revive() func(*trade.Outcome) {
	finished := map[trade.OrderID]bool{}
	return func(o *trade.Outcome) {
		for n := range o.Change.Orders {
			if order := &o.Change.Orders[n]; finished[order.ID] {
				order.State = trade.OrderOpen
			} else if order.State.Terminal() {
				finished[order.ID] = true
			}
		}
	}
}

func aUser() *user { return newWorld(Options{Seed: 1, Minutes: 1}).users[0] }

// I10: an account that looks at anything but what it is told is found out by living its life again.
func TestMutation_I10_impure(t *testing.T) {
	u, calls := aUser(), 0
	var l life
	l.begin(u.account, trade.Origin{Installation: "sim", Epoch: 1}, trade.AccountRecord{})
	step := func(*trade.Account) trade.Outcome {
		calls++
		return trade.Outcome{Effects: []trade.Effect{trade.CancelOrder{Order: trade.VenueOrderID(rune('a' + calls))}}}
	}
	l.add(step, step(nil))
	l.replay(u.w)
	require.Equal(t, "I10", u.w.failure.Invariant)
}

// I24: a journal that nobody empties is noticed.
func TestMutation_I24_endless(t *testing.T) {
	u := aUser()
	u.w.boot()
	n := newConnection(u.w.server, u)
	u.w.server.links = []*connection{n}
	require.NoError(t, bounded(u))
	for range pendingMax + 1 {
		n.journal.Add(trade.Outcome{Change: trade.Change{Repairs: []trade.Repair{{}}}}, "", u.w.now)
	}
	require.Error(t, bounded(u))
}

// I25: what is told before it is stored, or out of order, is noticed.
func TestMutation_I25_told(t *testing.T) {
	for name, r := range map[string]*trade.Record[func()]{
		"an order": {Number: 2, Outcome: trade.Outcome{Change: trade.Change{Orders: []trade.Order{{ID: "o"}}}}},
		"a fill":   {Number: 2, Outcome: trade.Outcome{Change: trade.Change{Fills: []trade.Fill{{ID: "f"}}}}},
		"again":    {Number: 1},
	} {
		t.Run(name, func(t *testing.T) {
			u := aUser()
			u.told(&connection{told: 1}, r)
			require.Equal(t, "I25", u.w.failure.Invariant)
		})
	}
}

// I32: two entries on one candle are noticed.
func TestMutation_I32_twice(t *testing.T) {
	u := aUser()
	s := sending{w: u.w, n: &connection{u: u}, label: "a", intent: &intention{EnterCommand: trade.EnterCommand{Strategy: "s"}}}
	require.NoError(t, oncePerCandle(s))
	require.NoError(t, oncePerCandle(s))
	s.label = "b"
	require.Error(t, oncePerCandle(s))
}

// I12 and I8 are also guarded in the modelled database, as in the real one.
func TestMutation_database(t *testing.T) {
	u := aUser()
	d, id := u.w.db, u.strategies[0]
	d.setStatus(id, trade.Stopped, trade.ManualStop, u.w.now)
	d.setStatus(id, trade.Active, trade.AutoResume, u.w.now)
	require.Contains(t, d.broken[0], "I12")
	require.ErrorIs(t, d.commit(d.epoch+1, u.account, trade.Change{}, u.w.now), trade.ErrFenced)
	candle := trade.Change{Orders: []trade.Order{{ID: "a", Label: "a", Intent: "1", Role: trade.Entry}}, Decisions: []trade.Decision{{ID: "d", Intent: "1", CandleTime: u.w.now}}}
	require.NoError(t, d.commit(d.epoch, u.account, candle, u.w.now))
	candle.Orders[0].ID, candle.Orders[0].Intent, candle.Decisions[0].Intent = "b", "2", "2"
	require.True(t, errors.Is(d.commit(d.epoch, u.account, candle, u.w.now), errDuplicate), "F67: one intent on a candle and side")
}

// The same seed is the same run.
func TestI10_same_seed_same_run(t *testing.T) {
	one, failure := Run(Options{Seed: 3, Minutes: 4})
	require.Nil(t, failure)
	other, _ := Run(Options{Seed: 3, Minutes: 4})
	require.Equal(t, one, other)
}

// A failure is shrunk to the troubles that it takes.
func TestShrink(t *testing.T) {
	o := Options{Minutes: 4, broken: sabotage{ignoreStop: true}}
	for o.Seed = 1; ; o.Seed++ {
		if _, v := Run(o); v != nil && v.Invariant == "I12" {
			break
		}
	}
	all := newWorld(o).troubles()
	o, left, v := Shrink(o)
	require.Equal(t, "I12", v.Invariant)
	require.Less(t, len(left), len(all))
	require.LessOrEqual(t, len(left), 3, "%v", left)
	_, again := Run(o)
	require.Equal(t, v, again)
}
