package trade

// Positions lists the exchange's positions that are not flat, with what protects them.
func (a *Account) Positions() []PositionView {
	list := []PositionView{}
	for _, i := range sortedKeys(a.positions) {
		p := a.positions[i].VenuePosition
		if p.Size.IsZero() {
			continue
		}
		v := PositionView{VenuePosition: p, Venue: a.id.Venue, Side: Buy, Foreign: a.Foreign(i)}
		if p.Size.Sign() < 0 {
			v.Side = Sell
		}
		if h := a.openOn(i); h != nil {
			v.StopLoss, v.TakeProfit, v.Strategy = h.StopLoss, h.TakeProfit, h.Strategy
		} else if t := a.standaloneStop(i); t != nil {
			v.StopLoss = t.TriggerPrice
		}
		list = append(list, v)
	}
	return list
}

// Orders lists the live orders in an instrument ("" for all) by their id.
func (a *Account) Orders(i Instrument) []OrderView {
	list := []OrderView{}
	for _, id := range sortedKeys(a.live) {
		if s := a.live[id]; (i == "" || s.Instrument == i) && !a.placed(s.VenueOrder) {
			list = append(list, a.View(s.VenueOrder))
		}
	}
	return list
}

// View tells of an order whether it is ours, and what for.
func (a *Account) View(v VenueOrder) OrderView {
	view := OrderView{VenueOrder: v, Venue: a.id.Venue, Foreign: true}
	if t := a.trackedOf(v); t != nil {
		view.Role, view.Strategy, view.Foreign = t.Role, t.Strategy, false
	} else if l, ours := a.origin.owns(v.Label); ours {
		view.Role, view.Foreign = l.Role, false
	}
	return view
}

// OpenTrade gives the open round trip of a strategy.
func (a *Account) OpenTrade(s StrategyID) (Trade, bool) {
	for _, h := range a.holdings {
		if h.Strategy == s && h.ExitTime == nil {
			return h.Trade, true
		}
	}
	return Trade{}, false
}

// OpenTrades lists the open round trips, oldest first.
func (a *Account) OpenTrades() []Trade {
	list := []Trade{}
	for _, h := range a.holdings {
		if h.ExitTime == nil {
			list = append(list, h.Trade)
		}
	}
	return list
}

// Idle tells whether there is nothing of ours to look after: no order, no open trade, no position.
func (a *Account) Idle() bool {
	for _, t := range a.orders {
		if !t.State.Terminal() {
			return false
		}
	}
	return !a.HasPosition()
}

// ByHand tells whether a trade that has just ended was closed by an order that is not ours: the
// user's own hand at the exchange, or a liquidation.
func (a *Account) ByHand(id TradeID) bool {
	h := a.holdingByID(id)
	if h == nil || h.ExitTime == nil {
		return false
	}
	p, closed := h.lastExit()
	return closed && p.role == ""
}

// Entering tells whether an entry of a strategy is under way.
func (a *Account) Entering(s StrategyID) bool {
	for _, t := range a.orders {
		if t.Strategy == s && a.entering(t) {
			return true
		}
	}
	return false
}

// Unresolved tells whether the outcome of any entry is unknown; entries wait until it is found out.
func (a *Account) Unresolved() bool {
	for _, t := range a.orders {
		if t.Role == Entry && !t.State.Terminal() && (t.recovered || t.State == OrderUnknown) {
			return true
		}
	}
	return false
}
