package simulator

import (
	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// fundingSpanMax is the longest span that a call about past funding covers, in seconds.
const fundingSpanMax = 31 * 86_400

// span reads start_timestamp and end_timestamp as seconds; the future has no rates yet.
func (c *call) span() (from, to int64, err *wireError) {
	if from, err = c.p.int("start_timestamp", c.e.core.Now-8*3_600_000); err != nil {
		return 0, 0, err
	}
	if to, err = c.p.int("end_timestamp", c.e.core.Now); err != nil {
		return 0, 0, err
	}
	from, to = from/1000, min(to/1000, c.e.core.Second)
	if from > to || to-from > fundingSpanMax {
		return 0, 0, core.Invalid("start_timestamp", "must be before end_timestamp, by 31 days at most")
	}
	return from, to, nil
}

func (c *call) fundingValue() ([]byte, *wireError) {
	m, err := c.market()
	if err != nil {
		return nil, err
	}
	from, to, err := c.span()
	if err != nil {
		return nil, err
	}
	return decimal(c.e.core.FundingBetween(m, from, to)), nil
}

// fundingHistory has a row for each full hour of the span.
func (c *call) fundingHistory() ([]byte, *wireError) {
	m, err := c.market()
	if err != nil {
		return nil, err
	}
	from, to, err := c.span()
	if err != nil {
		return nil, err
	}
	hours := []int64{}
	for at := (from + 3599) / 3600 * 3600; at <= to; at += 3600 {
		hours = append(hours, at)
	}
	x := c.e.core
	return list(hours, func(at int64) []byte {
		return newObject().int("timestamp", at*1000).dec("index_price", x.IndexAt(m, at)).dec("prev_index_price", x.IndexAt(m, at-3600)).
			dec("interest_1h", x.FundingBetween(m, at-3600, at)).dec("interest_8h", x.FundingBetween(m, at-8*3600, at)).end()
	}), nil
}

// fundingCharts are how far a funding chart looks back, and its steps, in seconds.
var fundingCharts = map[string][2]int64{"8h": {8 * 3_600, 900}, "24h": {86_400, 3_600}, "1m": {30 * 86_400, 8 * 3_600}}

func (c *call) fundingChart() ([]byte, *wireError) {
	m, err := c.market()
	if err != nil {
		return nil, err
	}
	span, known := fundingCharts[c.p.text("length")]
	if !known {
		return nil, core.Invalid("length", "unknown value")
	}
	x := c.e.core
	last := x.Second / span[1] * span[1]
	rows := c.e.kept("funding "+string(m.Instrument.Name)+" "+c.p.text("length"), last, func() []byte {
		return list(steps(last-span[0]+span[1], last, span[1]), func(at int64) []byte {
			return newObject().int("timestamp", at*1000).dec("index_price", x.IndexAt(m, at)).dec("interest_8h", x.FundingBetween(m, at-8*3600, at)).end()
		})
	})
	return newObject().dec("current_interest", fraction(m.FundingRate())).dec("interest_8h", m.Funding8h()).raw("data", rows).end(), nil
}
