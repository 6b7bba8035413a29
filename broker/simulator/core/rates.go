package core

import "github.com/tradebaas/tradebaas/trade"

// rateStep is how far apart the past funding rates are looked at, in seconds.
const rateStep = 60

// FundingBetween is the funding of a span in the past, in seconds since 1970, as a fraction of the
// notional: the rates of each minute, for the share of eight hours that they lasted.
func (x *Exchange) FundingBetween(m *Market, from, to int64) trade.Dec {
	sum := int64(0)
	for at := from; at < to; at += rateStep {
		past := Market{Instrument: m.Instrument, Tick: x.source.Tick(m.Instrument, at)}
		sum += past.FundingRate() * min(rateStep, to-at)
	}
	return trade.NewDec(sum).Div(fundingDivisor)
}

// IndexAt is the index price in a second of the past.
func (x *Exchange) IndexAt(m *Market, second int64) trade.Dec {
	return Fine(x.source.Tick(m.Instrument, second).Index)
}
