package core

import "github.com/tradebaas/tradebaas/trade"

// Funding figures: the rate is per eight hours, in billionths; within +/- 0.025 % of premium it is 0.
const (
	eightHours  = 28_800
	fundingBand = 250_000
	billion     = 1_000_000_000
)

// hoursMax is how many hours of funding a market remembers: a month and a half.
const hoursMax = 1_200

// Hour is the funding of a full hour that the exchange ran.
type Hour struct {
	End   int64 // seconds since 1970
	Rate  int64 // the sum of its seconds' rates
	Index int64 // index price at its end
}

// FundingRate is the rate of this second for eight hours, in billionths; positive: longs pay.
func (m *Market) FundingRate() int64 {
	premium := (m.Tick.Mark - m.Tick.Index) * (billion / 1000) / max(1, m.Tick.Index/1000)
	rate := max(fundingBand, premium) + min(-fundingBand, premium)
	return max(-m.Instrument.FundingCap, min(m.Instrument.FundingCap, rate))
}

// accrue adds one second of funding, at the rate and index of the second that has just passed.
func (m *Market) accrue(second int64) {
	if !m.Instrument.Perpetual() {
		return
	}
	rate := m.FundingRate()
	if rate != 0 {
		share := trade.NewDec(rate).Div(fundingDivisor)
		m.Funding = m.Funding.Add(m.Instrument.Value(share, m.IndexPrice()))
	}
	m.remember(second, rate)
}

// remember adds a second's rate to its hour; a full hour becomes history.
func (m *Market) remember(second, rate int64) {
	m.Rates[(second-1)/3600%8] += rate
	m.Seconds++
	if second%3600 != 0 {
		return
	}
	if m.Seconds == 3600 {
		m.Hours = append(m.Hours, Hour{End: second, Rate: m.Rates[(second-1)/3600%8], Index: m.Tick.Index})
	}
	if len(m.Hours) > hoursMax {
		m.Hours = append(m.Hours[:0:0], m.Hours[hoursMax/2:]...)
	}
	m.Seconds, m.Rates[second/3600%8] = 0, 0
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
