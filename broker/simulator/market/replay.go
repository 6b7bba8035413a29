package market

import (
	"io"
	"math"
	"sync"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// Replay plays recorded one-minute candles as the BTC price: the first candle in the minute of its
// start, the next in the next, over and over; before the start the earlier rounds. Inside a minute
// the price follows a path that meets open, high, low and close exactly, to the nearest tick. Index
// and mark are the price itself: no premium, no funding. ETH stays synthetic. It is safe for
// concurrent use.
type Replay struct {
	rest    core.Source
	seed    uint64
	start   int64 // minute since 1970 in which the first candle plays
	candles []candle
	bars    barCache

	mu   sync.Mutex
	last played
}

// played is a minute that is played: its prices, and the weights of its seconds' volumes, added up.
type played struct {
	at      int64
	price   [60]int64
	weights [61]int64
}

// NewReplay reads candles: timestamp_ms,open,high,low,close,volume, the volume in coins, with or
// without that header line. The times must rise by whole minutes; gaps are closed up.
func NewReplay(candles io.Reader, startMinute int64, seed uint64, rest core.Source) (*Replay, error) {
	r := &Replay{rest: rest, seed: seed, start: startMinute, last: played{at: math.MinInt64}}
	var err error
	r.candles, err = readCandles(candles)
	if err != nil {
		return nil, err
	}
	return r, nil
}

func (r *Replay) candle(minute int64) candle {
	n := int64(len(r.candles))
	return r.candles[((minute-r.start)%n+n)%n]
}

// play gives a minute; the last one asked for is kept.
func (r *Replay) play(minute int64) played {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last.at != minute {
		key := mix(r.seed, 41, uint64(minute))
		r.last = played{at: minute, price: r.candle(minute).path(key)}
		for n := range int64(60) {
			r.last.weights[n+1] = r.last.weights[n] + 1 + int64(mix(key, uint64(70+n))%256)
		}
	}
	return r.last
}

// Tick gives one second.
func (r *Replay) Tick(i *core.Instrument, second int64) core.Tick {
	if i.Base != "BTC" {
		return r.rest.Tick(i, second)
	}
	minute := floorDiv(second, 60)
	n, p := second-minute*60, r.play(minute)
	price := withBasis(i, second, p.price[n])
	return core.Tick{Price: i.Nearest(price), Index: p.price[n], Mark: price, Spread: 1,
		Volume: p.share(r.candle(minute).contracts(i), n), Sell: n > 0 && p.price[n] < p.price[n-1]}
}

// share is a second's part of so many contracts: one each, and of what is left as the weights say.
// The shares of a minute add up to the contracts, or to 60 when there are fewer.
func (p *played) share(contracts, n int64) int64 {
	left, all := max(0, contracts-60), p.weights[60]
	return 1 + left*p.weights[n+1]/all - left*p.weights[n]/all
}

// Bar gives one minute.
func (r *Replay) Bar(i *core.Instrument, minute, through int64) core.Bar {
	if i.Base != "BTC" {
		return r.rest.Bar(i, minute, through)
	}
	return r.bars.of(i, minute, through, func(last int64) core.Bar { return barOf(r, i, minute, last) })
}

// contracts is the candle's volume; an inverse contract counts the dollars at its close.
func (c candle) contracts(i *core.Instrument) int64 {
	amount := core.Fine(c.volume)
	if i.Inverse {
		amount = amount.Mul(core.Fine(c.close))
	}
	n, _ := amount.Div(i.ContractSize).FloorTo(trade.NewDec(1)).Int64()
	return n
}
