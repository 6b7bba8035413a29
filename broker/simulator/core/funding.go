package core

import "github.com/tradebaas/tradebaas/trade"

// Funding figures: the rate is per eight hours, in billionths; within +/- 0.025 % of premium it is 0.
const (
	eightHours  = 28_800
	fundingBand = 250_000
	billion     = 1_000_000_000
)

// FundingRate is the rate of this second for eight hours, in billionths; positive: longs pay.
func (m *Market) FundingRate() int64 {
	premium := (m.Tick.Mark - m.Tick.Index) * (billion / 1000) / max(1, m.Tick.Index/1000)
	rate := max(fundingBand, premium) + min(-fundingBand, premium)
	return max(-m.Instrument.FundingCap, min(m.Instrument.FundingCap, rate))
}

// accrue adds one second of funding, at the rate and index of the second that has just passed.
func (m *Market) accrue(second int64) {
	hour := second / 3600
	if second%3600 == 0 {
		m.Rates[hour%8] = 0
	}
	rate := m.FundingRate()
	if rate == 0 {
		return
	}
	m.Rates[hour%8] += rate
	share := trade.NewDec(rate).Div(fundingDivisor)
	m.Funding = m.Funding.Add(m.Instrument.Value(share, m.IndexPrice()))
}

var fundingDivisor = trade.NewDec(billion * eightHours)

// Funding8h is the funding of the last eight hours as a fraction, about.
func (m *Market) Funding8h() trade.Dec {
	sum := int64(0)
	for _, r := range m.Rates {
		sum += r
	}
	return trade.NewDec(sum).Div(fundingDivisor)
}
