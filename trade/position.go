package trade

import (
	"slices"
	"strings"
	"time"
)

// guessSpec says of an instrument what its name says: enough to ask the exchange about it.
func guessSpec(i Instrument) Spec {
	base, _, _ := strings.Cut(string(i), "-")
	s := Spec{Instrument: i, Kind: Inverse, Base: Currency(base), Quote: "USD", Settlement: Currency(base)}
	if coin, quote, linear := strings.Cut(base, "_"); linear {
		s.Kind, s.Base, s.Quote, s.Settlement = Linear, Currency(coin), Currency(quote), Currency(quote)
	}
	return s
}

// ledger is the position that our own fills explain; negative is short.
func (a *Account) ledger(i Instrument) Dec {
	net := Zero
	for _, h := range a.holdings {
		if h.Instrument == i && h.ExitTime == nil {
			net = net.Add(h.entered().Sub(h.exited()).Mul(sign(h.Side)))
		}
	}
	return net
}

// unexplained is the part of the exchange's position that is not ours.
func (a *Account) unexplained(i Instrument) Dec { return a.positions[i].Size.Sub(a.ledger(i)) }

// inFlight tells whether an order of ours may be changing the position right now, or has changed it
// by fills that are not known yet.
func (a *Account) inFlight(i Instrument) bool {
	return slices.ContainsFunc(a.orders, func(t *tracked) bool {
		moving := !t.State.Terminal() && (t.Role == Entry || t.Role == Exit)
		return t.Instrument == i && (moving || a.unfilled(t, a.holding(t.Intent)))
	})
}

// sizeOf is the exchange's position in the direction of a trade.
func (a *Account) sizeOf(h *holding) Dec { return a.positions[h.Instrument].Size.Mul(sign(h.Side)) }

// exposed is the part of a trade that its legs must cover: all of it, or what somebody else's position
// against it leaves. Only a whole reading tells that it is less, for a single word may be an old one;
// that it is more again is believed at once.
func (a *Account) exposed(h *holding) Dec {
	if h.left.IsZero() {
		return h.Open
	}
	return MinDec(h.Open, MaxDec(h.left, a.sizeOf(h)))
}

// Foreign tells whether somebody else moved the position: another hand or another program.
func (a *Account) Foreign(i Instrument) bool { return !a.inFlight(i) && !a.unexplained(i).IsZero() }

// Position is what the exchange last said of an instrument.
func (a *Account) Position(i Instrument) VenuePosition {
	p := a.positions[i].VenuePosition
	p.Instrument = i
	return p
}

// HasPosition tells whether any position is open, ours or not, or an entry is under way.
func (a *Account) HasPosition() bool {
	for _, p := range a.positions {
		if !p.Size.IsZero() {
			return true
		}
	}
	return slices.ContainsFunc(a.holdings, func(h *holding) bool { return h.ExitTime == nil }) ||
		slices.ContainsFunc(a.orders, func(t *tracked) bool { return a.entering(t) })
}

// OnPosition takes the exchange's word on a position; size 0 means flat.
func (a *Account) OnPosition(p VenuePosition, now time.Time) Outcome {
	a.positions[p.Instrument] = standing{p, now}
	if !p.Size.IsZero() {
		a.readFrom(p.Instrument, now)
	}
	a.marked(p.Instrument, p.MarkPrice, now)
	return a.settle(now)
}

// markLife is how old a mark price may be to judge a stop by it.
const markLife = 5 * time.Second

// marked notes the present mark price of an instrument.
func (a *Account) marked(i Instrument, price Dec, now time.Time) {
	if price.Sign() > 0 {
		a.marks[i] = sightedMark{price, now}
	}
}

// mark is the mark price of an instrument, 0 when none is fresh: the one told with a position is as
// old as the last change of that position.
func (a *Account) mark(i Instrument, now time.Time) Dec {
	if m, ok := a.marks[i]; ok && now.Sub(m.at) <= markLife {
		return m.price
	}
	return Zero
}

// OnBalance takes the exchange's word on one currency.
func (a *Account) OnBalance(b Balance) { a.balances[b.Currency] = b }

// Balances lists the account's currencies by name.
func (a *Account) Balances() []Balance {
	list := make([]Balance, 0, len(a.balances))
	for _, c := range sortedKeys(a.balances) {
		list = append(list, a.balances[c])
	}
	return list
}

func sortedKeys[K ~string, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
