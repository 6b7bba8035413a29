package trade

import "time"

// Answer is the exchange's answer to an effect.
type Answer struct {
	Effect  Effect
	Asked   time.Time      // when the question was sent
	Failure *Failure       // nil: it gave a result
	Order   VenueOrder     // of a placed, amended or cancelled order
	Legs    []VenueOrderID // of a linked entry: the placeholders of its legs
	Fills   []Fill         // of a placed order, or those asked for
	Orders  []VenueOrder   // those asked for by label
	Funding Dec

	Delivery Delivery // of a trade that no fill has ended
}

// Take takes the exchange's answer to an effect. A question that got no answer is asked again when
// its time comes.
func (a *Account) Take(m Answer, now time.Time) Outcome {
	switch e := m.Effect.(type) {
	case SendBracket:
		return a.takePlaced(e.Order, m, now)
	case SendOrder:
		return a.takePlaced(e.Order.ID, m, now)
	case AmendOrder:
		if m.Failure != nil {
			return a.OnAmendFailed(e.Order, *m.Failure, now)
		}
		return a.OnAmended(m.Order, now)
	case CancelOrder:
		if m.Failure != nil {
			return a.OnCancelFailed(e.Order, *m.Failure, now)
		}
		return a.OnOrder(m.Order, now)
	}
	if m.Failure != nil {
		return Outcome{}
	}
	switch e := m.Effect.(type) {
	case AskLabel:
		return a.OnLabel(e.Label, m.Orders, m.Asked, now)
	case AskFills:
		return a.OnFills(e.Instrument, m.Fills, m.Asked, now)
	case AskFunding:
		a.deliver(e.Trade, m.Delivery, now)
		return a.OnFunding(e.Trade, m.Funding, now)
	}
	return Outcome{}
}

func (a *Account) takePlaced(id OrderID, m Answer, now time.Time) Outcome {
	if m.Failure != nil {
		return a.OnSendFailed(id, *m.Failure, now)
	}
	return a.OnPlaced(id, m.Order, m.Legs, m.Fills, now)
}
