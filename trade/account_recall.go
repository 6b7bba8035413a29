package trade

import "time"

// A database that took over without the last commits of the one before it knows nothing of what they
// held. What was sent by them is known by its label: this file takes it over from the exchange.

// recall makes an order anew that storage has lost, by the first fill of it; nil when the fill is not
// of such an order. Of an entry, the exchange is asked for the rest of its bracket.
func (a *Account) recall(f Fill, now time.Time) *tracked {
	l, ours := a.origin.owns(f.Label)
	v := VenueOrder{Label: f.Label, Instrument: f.Instrument, Side: f.Side, Amount: f.Amount, Time: f.Time}
	if !ours || l.Role != Entry {
		return a.recallOf(v)
	}
	entry := a.recallOrder(l, a.strategyOn(f.Instrument), v)
	a.repair(f.Instrument, "recalled", f.Label, "The database had lost this entry; its trade was taken over from the exchange.", now)
	a.recallCandle(entry, f.Time)
	for _, id := range sortedKeys(a.live) {
		a.recallOf(a.live[id].VenueOrder)
	}
	for _, role := range []Role{Entry, Stop, Target} {
		l.Role = role
		a.want(AskLabel{l.String(), a.spec(f.Instrument).Settlement})
	}
	return entry
}

// recallOf makes an order of a known intent anew that storage has lost; nil when it is no such order.
func (a *Account) recallOf(v VenueOrder) *tracked {
	l, ours := a.origin.owns(v.Label)
	entry, h := a.entryOf(l.Intent), a.holding(l.Intent)
	if !ours || entry == nil && (h == nil || h.ExitTime != nil) || a.byLabel(v.Label) != nil {
		return nil
	}
	if h == nil {
		return a.recallOrder(l, entry.Strategy, v)
	}
	if l.Role == Stop && h.StopLoss.IsZero() {
		h.StopLoss, h.dirty = v.TriggerPrice, true
	} else if l.Role == Target && h.TakeProfit.IsZero() {
		h.TakeProfit, h.dirty = v.Price, true
	}
	return a.recallOrder(l, h.Strategy, v)
}

// recallTypes are the only ones that an order of a role has.
var recallTypes = map[Role]OrderType{Entry: MarketOrder, Stop: StopMarketOrder, Target: LimitOrder, Exit: MarketOrder}

func (a *Account) recallOrder(l Label, s StrategyID, v VenueOrder) *tracked {
	t := &tracked{number: l.Number, dirty: true, recovered: true, linked: l.Role != Exit, Order: Order{
		Recalled: true,
		ID:       OrderID(derive("order", v.Label)), Account: a.id, Strategy: s, Intent: l.Intent, Role: l.Role, Label: v.Label,
		Instrument: v.Instrument, Side: v.Side, Type: recallTypes[l.Role], Amount: v.Amount, ReduceOnly: l.Role != Entry,
		State: OrderSent, CreatedAt: v.Time, UpdatedAt: v.Time,
	}}
	if l.Role == Stop {
		t.TriggerPrice = v.TriggerPrice
	} else if l.Role == Target {
		t.Price = v.Price
	}
	a.orders = append(a.orders, t)
	return t
}

// recallCandle notes that nothing is to be decided again by what was known when the entry was made.
func (a *Account) recallCandle(entry *tracked, at time.Time) {
	if c := a.counters[entry.Strategy]; entry.Strategy != "" && c.LastCandle.Before(at) {
		c.LastCandle = at
		a.setCounters(entry.Strategy, c)
	}
}

// strategyOn is the strategy that trades an instrument; "" when none or more than one may have.
func (a *Account) strategyOn(i Instrument) (found StrategyID) {
	for s := range a.counters {
		if key, err := ParseStrategyID(s); err != nil || key.Market.Instrument != i {
			continue
		}
		if found != "" {
			return ""
		}
		found = s
	}
	return found
}

// missLegs asks for the fills behind live legs whose entry nobody knows: it may have been lost.
func (a *Account) missLegs(s Snapshot) {
	for _, v := range s.Orders {
		l, ours := a.origin.owns(v.Label)
		if ours && v.Live() && (l.Role == Stop || l.Role == Target) && a.entryOf(l.Intent) == nil && a.holding(l.Intent) == nil && a.byLabel(v.Label) == nil {
			a.want(AskFills{v.Instrument, a.readFar(v.Instrument)})
		}
	}
}

// readFar is from where on fills are read that may have been lost: the last that was read, or as far
// back as the exchange has them at hand.
func (a *Account) readFar(i Instrument) Cursor {
	if c := a.cursors[i]; c.Seq > 0 {
		return c
	}
	return Cursor{}
}
