package core

import (
	"cmp"
	"slices"

	"github.com/tradebaas/tradebaas/trade"
)

// rateStep is how far apart the source's past funding rates are looked at, in seconds.
const rateStep = 60

// FundingBetween is the funding of a span in the past, in seconds since 1970, as a fraction of the
// notional: what was charged in full hours that the exchange ran, and else the source's rates of
// each minute, for the share of eight hours that they lasted.
func (x *Exchange) FundingBetween(m *Market, from, to int64) trade.Dec {
	sum := int64(0)
	for at := from; at < to; {
		if h, ran := m.hour(at + 3600); ran && at+3600 <= to {
			sum, at = sum+h.Rate, at+3600
			continue
		}
		past := Market{Instrument: m.Instrument, Tick: x.source.Tick(m.Instrument, at)}
		sum += past.FundingRate() * min(rateStep, to-at)
		at += rateStep
	}
	return trade.NewDec(sum).Div(fundingDivisor)
}

// hour finds the full hour that ended in a second.
func (m *Market) hour(end int64) (Hour, bool) {
	n, found := slices.BinarySearchFunc(m.Hours, end, func(h Hour, end int64) int { return cmp.Compare(h.End, end) })
	if !found {
		return Hour{}, false
	}
	return m.Hours[n], true
}

// IndexAt is the index price in a second of the past.
func (x *Exchange) IndexAt(m *Market, second int64) trade.Dec {
	if h, ran := m.hour(second); ran {
		return Fine(h.Index)
	}
	return Fine(x.source.Tick(m.Instrument, second).Index)
}
