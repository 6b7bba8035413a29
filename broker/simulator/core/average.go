package core

import "github.com/tradebaas/tradebaas/trade"

// averageSpan is how long the index is averaged for settlement and delivery, in seconds.
const averageSpan = 1_800

// Average is the running sum of the index over the half hour in which the exchange is.
type Average struct {
	Window     int64 // half hours since 1970
	Sum, Count int64 // in ten-thousandths, and seconds
}

func (v *Average) add(second, index int64) {
	if window := second / averageSpan; v.Window != window {
		*v = Average{Window: window}
	}
	v.Sum += index
	v.Count++
}

// settlementPrice is the mean index of the half hour before a second; without one the last index.
func (m *Market) settlementPrice(second int64) trade.Dec {
	if v := m.Average; v.Count > 0 && v.Window == (second-1)/averageSpan {
		return Fine(v.Sum / v.Count)
	}
	return m.IndexPrice()
}

// DeliveryEstimate is what the settlement price would be if the half hour ended now: the mean so
// far in the half hour before 08:00, the index at other times.
func (x *Exchange) DeliveryEstimate(m *Market) trade.Dec {
	if until := settlementSecond - x.Second%86_400; until > 0 && until <= averageSpan {
		return m.settlementPrice(x.Second + 1)
	}
	return m.IndexPrice()
}
