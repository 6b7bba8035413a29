package core

// The states of a market's book, in the exchange's words. Funding and prices go on in all of them
// but the last; orders fill and fire only in an open book.
const (
	BookOpen       = "open"
	BookSettlement = "settlement" // a pause: no new order, edit or cancel
	BookLocked     = "locked"     // orders may only be cancelled
	BookHalted     = "halted"     // nothing at all, settlement neither
	BookInactive   = "inactive"   // closed by the exchange, its orders cancelled
	BookDelivered  = "delivered"  // expired, for ever
)

// What an InstrumentChanged event says of the instrument.
const (
	InstrumentCreated     = "created"
	InstrumentStarted     = "started" // opened again, or has other terms now: read them anew
	InstrumentSettled     = "settled"
	InstrumentClosed      = "closed"
	InstrumentDeactivated = "deactivated" // locked, halted, inactive or pausing
)

// open tells whether orders may fill and fire.
func (m *Market) open() bool { return m.State == BookOpen }

// takesOrders refuses new orders and edits in a book that is not open.
func (m *Market) takesOrders() *Error {
	if m.State == BookLocked {
		return ErrLocked
	}
	return m.takesCancels()
}

// takesCancels refuses cancels in a book that takes none.
func (m *Market) takesCancels() *Error {
	switch m.State {
	case BookOpen, BookLocked:
		return nil
	case BookSettlement:
		return ErrSettling
	case BookHalted:
		return ErrHalted
	case BookInactive:
		return ErrInactive
	}
	return ErrDelivered
}

// become changes the state of a book. Orders good for the day end when it pauses, all when it closes.
func (x *Exchange) become(m *Market, state string) {
	if m.State == state {
		return
	}
	m.State, m.Resume = state, 0
	said := InstrumentDeactivated
	switch state {
	case BookOpen:
		said, m.recheck = InstrumentStarted, true
		x.sweep(m)
	case BookSettlement:
		x.cancelIn(m, func(o *Order) bool { return o.TIF == GoodTilDay })
	case BookInactive:
		x.cancelIn(m, func(*Order) bool { return true })
	case BookDelivered:
		said = InstrumentClosed
		x.cancelIn(m, func(*Order) bool { return true })
	}
	x.emit(Event{Kind: InstrumentChanged, Market: m.id, State: said})
	x.emit(Event{Kind: BookChanged, Market: m.id})
}

// cancelIn ends a market's live orders that are chosen, in the order of accounts and age.
func (x *Exchange) cancelIn(m *Market, chosen func(*Order) bool) {
	for _, a := range x.Accounts {
		for _, o := range append([]*Order(nil), a.Orders...) {
			if o.Market == m.id && o.Alive() && chosen(o) {
				x.finish(o, Cancelled, BySettlement)
			}
		}
	}
	x.follow()
}
