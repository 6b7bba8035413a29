package trade

import (
	"cmp"
	"slices"
	"time"
)

// holding is a round trip with the fills that it is made of and what is being done for it.
type holding struct {
	Trade
	dirty   bool
	touched time.Time
	kind    ContractKind
	base    *Trade // what earlier runs had counted, when their fills are not at hand
	fills   []part // oldest first

	levels     func(Dec) Levels
	levelled   bool // stop and target follow the fill
	unlinked   bool // the legs do not cancel each other
	exit       string
	exitTries  int
	exitNext   time.Time
	exitFailed time.Time

	stopMissing   time.Time // since when no stop covers it; zero: covered
	stopNext      time.Time // no other try to place one before
	stopAsked     bool
	stopAbsent    bool
	targetMissing time.Time
	targetAsked   bool
	targetAbsent  bool
	targetTries   int
	targetNext    time.Time
	triggered     time.Time // a stop became a market order
	owed          time.Time // since when the exchange counts fills that it has not told
	uneven        time.Time // since when the legs' amounts differ from the position
	refusals      int       // of amendments in a row
	left          Dec       // what a position against ours leaves of it at the exchange, by the last reading; 0: all
	doubts        int       // readings in which the exchange had no such position
	doubted       time.Time // when the first of them was
	fundNext      time.Time // when its funding is asked for again
}

// part is one fill with the role of its order; "" for an order that is not ours.
type part struct {
	Fill
	role Role
	exit string // reason, for exits of ours
}

// entry tells whether the fill made the position larger.
func (h *holding) entry(p part) bool { return p.Side == h.Side }

// entered is the amount bought into the trade, exited the amount taken out of it again.
func (h *holding) entered() Dec {
	total := Zero
	if h.base != nil {
		total = h.base.Amount
	}
	for _, p := range h.fills {
		if p.role == Entry {
			total = total.Add(p.Amount)
		}
	}
	return total
}

func (h *holding) exited() Dec {
	total := Zero
	if h.base != nil {
		total = h.base.Amount.Sub(h.base.Open)
	}
	for _, p := range h.fills {
		switch {
		case p.role == Entry:
		case h.entry(p): // the reverse excess of a race, closed again
			total = total.Sub(p.Amount)
		default:
			total = total.Add(p.Amount)
		}
	}
	return total
}

// add takes a fill in, in the order of the exchange.
func (h *holding) add(p part) {
	h.fills = append(h.fills, p)
	slices.SortStableFunc(h.fills, func(x, y part) int {
		return cmp.Or(cmp.Compare(x.Seq, y.Seq), x.Time.Compare(y.Time), cmp.Compare(x.ID, y.ID))
	})
	h.count()
	h.dirty = true
}

// attribute gives the fills of an order a role, if they had none, and tells what they add up to.
func (h *holding) attribute(id VenueOrderID, role Role, exit string) (found Dec) {
	for i := range h.fills {
		if p := &h.fills[i]; p.Order == id && p.role == "" {
			p.role, p.exit, h.dirty = role, exit, true
			found = found.Add(p.Amount)
		}
	}
	return found
}

// count works the trade's figures out of its fills, always from the beginning.
func (h *holding) count() {
	var in, out []priced
	h.PnL, h.Fees = Zero, Zero
	if b := h.base; b != nil {
		h.PnL, h.Fees = b.PnL, b.Fees
		in = append(in, priced{b.Amount, b.EntryPrice})
		if closed := b.Amount.Sub(b.Open); closed.Sign() > 0 && b.ExitPrice != nil {
			out = append(out, priced{closed, *b.ExitPrice})
		}
	} else {
		h.EntryTime = h.began()
	}
	for _, p := range h.fills {
		h.PnL, h.Fees = h.PnL.Add(p.ProfitLoss), h.Fees.Add(p.Fee)
		if p.role == Entry {
			in = append(in, priced{p.Amount, p.Price})
		} else if !h.entry(p) {
			out = append(out, priced{p.Amount, p.Price})
		}
	}
	h.Amount = sum(in)
	h.EntryPrice = average(h.kind, in)
	h.Open = MaxDec(h.entered().Sub(h.exited()), Zero)
	if h.ExitTime != nil {
		h.Open = Zero // closed books stay flat, whatever is told late
	}
	if len(out) > 0 {
		price := average(h.kind, out)
		h.ExitPrice = &price
	}
	h.net()
}

// began is the time of the first fill of the entry, or of the first one that is known.
func (h *holding) began() time.Time {
	for _, p := range h.fills {
		if p.role == Entry {
			return p.Time
		}
	}
	return h.fills[0].Time
}

func (h *holding) net() { h.Net = h.PnL.Sub(h.Fees).Add(h.Funding) }

// lastExit is the fill that took the most recent part out of the trade.
func (h *holding) lastExit() (part, bool) {
	for i := len(h.fills) - 1; i >= 0; i-- {
		if p := h.fills[i]; p.role != Entry && !h.entry(p) {
			return p, true
		}
	}
	return part{}, false
}

// reason tells why the trade ended, by the order whose fill closed it.
func (h *holding) reason() string {
	p, ok := h.lastExit()
	switch {
	case !ok:
		return ExitReconciled
	case p.Liquidation:
		return ExitLiquidation
	case p.role == Target:
		return ExitTarget
	case p.role == Stop && h.evenAtStop():
		return ExitBreakEven
	case p.role == Stop:
		return ExitStop
	case p.role == Exit && p.exit != "":
		return p.exit
	case p.role == Exit:
		return ExitReconciled
	}
	return ExitManual
}

// evenAtStop tells whether the stop has been moved to where it loses nothing. The user's own hand may
// have moved it elsewhere.
func (h *holding) evenAtStop() bool {
	return h.BreakEvenDone && h.StopLoss.Sub(h.EntryPrice).Mul(sign(h.Side)).Sign() >= 0
}

// holding finds the trade of an intent.
func (a *Account) holding(intent IntentID) *holding {
	for _, h := range a.holdings {
		if h.Intent == intent {
			return h
		}
	}
	return nil
}

func (a *Account) holdingByID(id TradeID) *holding {
	for _, h := range a.holdings {
		if h.ID == id {
			return h
		}
	}
	return nil
}

// openOn finds the open trade on an instrument.
func (a *Account) openOn(i Instrument) *holding {
	for _, h := range a.holdings {
		if h.Instrument == i && h.ExitTime == nil {
			return h
		}
	}
	return nil
}

// loadTrades rebuilds the open trades from their stored fills, or from their stored figures where
// the fills do not add up to them.
func (a *Account) loadTrades(trades []Trade, fills []Fill) {
	for _, t := range trades {
		h := &holding{Trade: t, kind: a.spec(t.Instrument).Kind, levelled: true}
		a.holdings = append(a.holdings, h)
	}
	byTrade := map[*holding][]part{}
	for _, f := range fills {
		a.remember(f)
		t := a.orderOf(f)
		if t == nil {
			_, ours := a.origin.owns(f.Label) // then it is of an earlier trade
			if h := a.openOn(f.Instrument); h != nil && !ours && f.Side != h.Side && !f.Time.Before(h.EntryTime) {
				byTrade[h] = append(byTrade[h], part{Fill: f})
			}
			continue
		}
		a.claim(t, f.Order)
		t.booked = t.booked.Add(f.Amount)
		if h := a.holding(t.Intent); h != nil {
			byTrade[h] = append(byTrade[h], part{f, t.Role, exitReason(t)})
		}
	}
	for _, h := range a.holdings {
		a.rebuild(h, byTrade[h])
		if exit, _ := a.last(h.Intent, Exit); exit != nil {
			h.exit = exit.exit // a close that was decided is carried through
		}
	}
}

func (a *Account) rebuild(h *holding, parts []part) {
	stored := h.Trade
	for _, p := range parts {
		h.add(p)
	}
	if len(parts) == 0 || !h.Amount.Equal(stored.Amount) || !h.Open.Equal(stored.Open) || !h.Fees.Equal(stored.Fees) || !h.PnL.Equal(stored.PnL) {
		h.Trade, h.fills, h.base = stored, nil, &stored
	}
	h.Trade.StopLoss, h.Trade.TakeProfit, h.dirty = stored.StopLoss, stored.TakeProfit, false
}

// exitReason is why an exit order of ours was sent; such an order keeps it as its reason.
func exitReason(t *tracked) string {
	if t.Role == Exit {
		return t.exit
	}
	return ""
}
