package simulator

import (
	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

const (
	daySeconds        = 86_400
	settlementSecond  = 8 * 3600 // of the day
	estimationSeconds = 1_800    // before it, over which the index is averaged
)

// indexNews is what a channel of an index tells.
func (e *engine) indexNews(ch *channel) []byte {
	m := marketOn(e.core, ch.index)
	switch ch.topic {
	case rankingTopic:
		return e.renderRanking(m)
	case statisticsTopic:
		return e.newStatistics(ch)
	case expirationTopic:
		return e.renderExpiration(m)
	}
	return newObject().str("index_name", ch.index).dec("price", m.IndexPrice()).int("timestamp", e.core.Now).end()
}

// renderRanking lists the exchanges that the index is made of: here it is one, its source.
func (e *engine) renderRanking(m *core.Market) []byte {
	return list([]trade.Dec{m.IndexPrice()}, func(price trade.Dec) []byte {
		return newObject().str("identifier", "simulated").bool("enabled", true).dec("original_price", price).dec("price", price).
			dec("weight", trade.NewDec(100)).int("timestamp", e.core.Now).end()
	})
}

// renderExpiration tells what the next settlement price would be. In the half hour before 08:00 it
// is an estimate, with a tick for each second; at other times it is the index.
func (e *engine) renderExpiration(m *core.Market) []byte {
	left := (settlementSecond-e.core.Second%daySeconds+daySeconds-1)%daySeconds + 1
	estimated := left <= estimationSeconds
	o := newObject().int("seconds", left).dec("price", e.core.DeliveryEstimate(m)).bool("is_estimated", estimated)
	if estimated {
		o.int("left_ticks", left).int("total_ticks", estimationSeconds)
	}
	return o.end()
}

// wholeStatistics are the statistics for a new subscriber.
func (e *engine) wholeStatistics(ch *channel) []byte {
	body := e.statistics(ch.index)
	if len(ch.subs) == 1 {
		ch.said = body
	}
	return body
}

// newStatistics are the statistics; nil when they are as they were told.
func (e *engine) newStatistics(ch *channel) []byte {
	body := e.statistics(ch.index)
	if ch.repeats(body) {
		return nil
	}
	return body
}

// statistics are the extremes of an index over 24 hours and its change, looked at once a minute.
func (e *engine) statistics(name string) []byte {
	minute := e.core.Second / 60
	return e.kept("statistics "+name, minute, func() []byte { return e.renderStatistics(name, marketOn(e.core, name), minute*60) })
}

func (e *engine) renderStatistics(name string, m *core.Market, end int64) []byte {
	first, last := e.core.IndexAt(m, end-daySeconds), e.core.IndexAt(m, end)
	low, high := last, last
	for at := end - daySeconds; at < end; at += 60 {
		price := e.core.IndexAt(m, at)
		low, high = trade.MinDec(low, price), trade.MaxDec(high, price)
	}
	return newObject().str("index_name", name).dec("low24h", low).dec("high24h", high).
		dec("change24h", last.Sub(first).Div(first).Mul(trade.NewDec(100)).Round(4)).end()
}
