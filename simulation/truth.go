package simulation

import (
	"fmt"
	"time"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// truth is what really happened to one account at the exchange, as the checkers know it: from the
// exchange's own books, and from what was sent.
type truth struct {
	u       *user
	fills   []trade.Fill
	sent    map[string]int         // entries, by label
	taken   map[trade.IntentID]int // entries that the exchange accepted
	markets map[trade.Instrument]*standing
	labels  map[string]trade.Label
	intents map[trade.IntentID]*intention
	candles map[candleKey]string // the entry that was sent on a candle
	bucket  float64              // order requests left
	filled  time.Time            // when the bucket was last looked at
}

// standing is one instrument of the account.
type standing struct {
	size      trade.Dec                    // of the position
	open      map[trade.IntentID]trade.Dec // what our own orders have open
	naked     time.Time                    // since when no stop covers it; zero: covered
	over      time.Time                    // since when stops exceed it
	orphaned  time.Time                    // since when legs are live that protect nothing
	attempted time.Time                    // the last exit that was sent
	bare      bareness                     // the present spell without cover
	linked    bool                         // the last entry brought its legs along
	entered   time.Time                    // when the exchange took it

	looked uint64    // the state of the exchange that what follows was seen in
	own    trade.Dec // the part of the position that our orders have opened
	stops  trade.Dec // what live stops take from it, whoever placed them
	legs   int       // live orders of ours that protect
}

// intention is one decision of a strategy.
type intention struct {
	trade.EnterCommand
	decided time.Time
	priced  time.Time // when its price was told
}

func newTruth(u *user) *truth {
	return &truth{u: u, sent: map[string]int{}, taken: map[trade.IntentID]int{}, markets: map[trade.Instrument]*standing{}, labels: map[string]trade.Label{},
		intents: map[trade.IntentID]*intention{}, candles: map[candleKey]string{}, bucket: orderBurst}
}

func (t *truth) market(i trade.Instrument) *standing {
	s := t.markets[i]
	if s == nil {
		s = &standing{open: map[trade.IntentID]trade.Dec{}}
		t.markets[i] = s
	}
	return s
}

func signed(side trade.Side, amount trade.Dec) trade.Dec {
	if side == trade.Sell {
		return amount.Neg()
	}
	return amount
}

// fill books a fill of the exchange. One that is not ours and takes from our position is our loss.
func (t *truth) fill(f trade.Fill) {
	t.fills = append(t.fills, f)
	s, amount := t.market(f.Instrument), signed(f.Side, f.Amount)
	s.size = s.size.Add(amount)
	label, ours := trade.ParseLabel(f.Label)
	if ours {
		if s.open[label.Intent] = s.open[label.Intent].Add(amount); s.open[label.Intent].IsZero() {
			delete(s.open, label.Intent)
		}
		if t.intents[label.Intent] == nil {
			delete(s.open, label.Intent) // it closed a position of somebody else
			ours = false
		}
	}
	if f.Liquidation || !ours {
		t.u.hand = true
		s.takeFrom(amount)
	}
	if s.size.IsZero() {
		clear(s.open)
	}
}

// takeFrom lets a stranger's fill reduce what our orders have open.
func (s *standing) takeFrom(amount trade.Dec) {
	for intent, open := range s.open { // one at most is open
		if open.Sign()*amount.Sign() < 0 {
			rest := open.Add(amount)
			if rest.Sign() == -open.Sign() {
				rest = trade.Zero
			}
			s.open[intent] = rest
		}
	}
}

// ours is the part of the position that our orders have opened.
func (s *standing) ours() trade.Dec {
	sum := trade.Zero
	for _, open := range s.open {
		sum = sum.Add(open)
	}
	switch {
	case sum.Sign()*s.size.Sign() <= 0:
		return trade.Zero
	case s.size.Abs().Less(sum.Abs()):
		return s.size
	}
	return sum
}

// shared tells whether somebody else's position lies against ours.
func (s *standing) shared() bool {
	sum := trade.Zero
	for _, open := range s.open {
		sum = sum.Add(open)
	}
	return s.size.Abs().Less(sum.Abs())
}

func (t *truth) intend(cmd trade.EnterCommand, priced time.Time) {
	t.intents[cmd.Intent] = &intention{cmd, t.u.w.now, priced}
}

// accepted notes that the exchange has taken an order, linked to others or not.
func (t *truth) accepted(label string, i trade.Instrument, linked bool) {
	l, ours := trade.ParseLabel(label)
	if !ours {
		return
	}
	if l.Role == trade.Entry {
		s := t.market(i)
		s.linked, s.entered = linked, t.u.w.now
		t.u.w.report.accepted(linked)
		if t.taken[l.Intent]++; t.taken[l.Intent] > 1 {
			t.u.w.report.Duplicates++
			t.u.w.violate("I1", fmt.Errorf("intent %s was accepted %d times", l.Intent, t.taken[l.Intent]))
		}
	}
	if _, committed := t.u.w.db.accounts[t.u.account].intents[l.Intent]; !committed && t.intents[l.Intent] != nil {
		t.u.w.violate("I2", fmt.Errorf("order %s is at the exchange and its intent is not stored", label))
	}
}

// read reads a label once; it is empty when it is not ours.
func (t *truth) read(label string) trade.Label {
	l, known := t.labels[label]
	if !known {
		l, _ = trade.ParseLabel(label)
		t.labels[label] = l
	}
	return l
}

// look gives an instrument as it stands at the exchange now.
func (t *truth) look(i trade.Instrument) *standing {
	s, x := t.market(i), t.u.w.venue
	if s.looked == x.state {
		return s
	}
	s.looked, s.own, s.stops, s.legs = x.state, s.ours(), trade.Zero, 0
	for _, o := range x.x.OpenOrders(x.x.Account(t.u.number), core.Filter{Instrument: i}) {
		if o.Waiting {
			continue
		}
		if l := t.read(o.Label); l.Role == trade.Stop || l.Role == trade.Target {
			s.legs++
			if !o.ReduceOnly {
				t.u.w.violate("I4", fmt.Errorf("leg %s does not reduce only", o.Label))
			}
		}
		reduces := sideOf(o.Side) == trade.Sell == (s.own.Sign() > 0)
		if o.Type == core.StopMarket && o.State == core.Untriggered && reduces {
			s.stops = s.stops.Add(o.Instrument.Amount(o.Remaining()))
		}
	}
	return s
}
