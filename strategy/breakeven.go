package strategy

import "github.com/tradebaas/tradebaas/trade"

// BreakEvenMove says at which mark price the stop moves, and where to.
type BreakEvenMove struct {
	Trigger trade.Dec // mark price that has covered enough of the way to the target
	Above   bool      // true: at or above Trigger; false: at or below
	Stop    trade.Dec // the new stop, on the tick grid
}

// Move computes the one break-even move of a trade from its average fill price. ok is false when
// there is nothing to do: switched off, the stop already as good, or no room left before the target.
func (b BreakEven) Move(side trade.Side, entry, stop, target trade.Dec, spec trade.Spec) (m BreakEvenMove, ok bool) {
	if !b.Enabled {
		return BreakEvenMove{}, false
	}
	m = BreakEvenMove{Above: side == trade.Buy, Stop: b.stop(side, entry, spec)}
	m.Trigger = entry.Add(target.Sub(entry).Mul(b.Trigger))
	// A stop at or through the mark price would close the trade at once: then wait for one tick more.
	if m.Above {
		m.Trigger = trade.MaxDec(m.Trigger, m.Stop.Add(spec.TickSize))
		return m, stop.Less(m.Stop) && m.Trigger.Less(target)
	}
	m.Trigger = trade.MinDec(m.Trigger, m.Stop.Sub(spec.TickSize))
	return m, m.Stop.Less(stop) && target.Less(m.Trigger)
}

// stop is the entry plus the offset, and with CoversFees plus both taker fees, rounded in the
// trade's favour.
func (b BreakEven) stop(side trade.Side, entry trade.Dec, spec trade.Spec) trade.Dec {
	one, fee, even := trade.NewDec(1), trade.Zero, entry
	if b.CoversFees {
		fee = trade.MaxDec(spec.TakerFee, trade.Zero)
	}
	offset := spec.TickSize.Mul(trade.NewDec(int64(b.OffsetTicks)))
	// exit - entry = fee * (exit + entry) for a long trade, on linear and inverse contracts alike.
	if side == trade.Buy {
		even = entry.Mul(one.Add(fee)).Div(one.Sub(fee))
		return even.Add(offset).CeilTo(spec.TickSize)
	}
	even = entry.Mul(one.Sub(fee)).Div(one.Add(fee))
	return even.Sub(offset).FloorTo(spec.TickSize)
}
