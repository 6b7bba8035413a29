package market

import (
	"fmt"
	"io"
	"sort"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// Ticks plays recorded trades as the BTC price, second for second, over and over; before the start
// the earlier rounds. In a second the last trade's price counts and the amounts add up; a second
// without trades has the last price and no volume. ETH stays synthetic. It is safe for concurrent use.
type Ticks struct {
	rest  core.Source
	start int64  // second since 1970 in which the first trade plays
	span  int64  // seconds in a round
	rows  []beat // those seconds that have trades, in order
	bars  barCache
}

// beat is a second with trades, prices in ten-thousandths, its volume in ten-thousandths of a coin.
type beat struct {
	at                         int64 // seconds after the first
	price, index, mark, volume int64
	bid, ask                   int64
	sell                       bool
}

var (
	tickColumns   = []string{"timestamp_ms", "price", "amount"}
	tickMayHave   = []string{"side", "index", "mark", "bid", "ask"}
	errTickPrices = fmt.Errorf("prices must be above 0, and bid not above ask")
)

// NewTicks reads timestamp_ms,price,amount and, where the file has them, side (the taker's: buy or
// sell), index, mark, bid and ask. A header line may name the columns in any order; an empty cell is
// no value. The amount is in coins, and times must not fall. Without an index it is the price;
// without a mark it is the index and the smoothed distance of the middle of bid and ask from it.
func NewTicks(trades io.Reader, startMinute int64, rest core.Source) (*Ticks, error) {
	k := &Ticks{rest: rest, start: startMinute * 60}
	first, last := int64(-1), int64(-1)
	err := eachLine(trades, tickColumns, tickMayHave, func(l line) error {
		at, err := l.whole("timestamp_ms")
		if err != nil {
			return err
		}
		if at < last {
			return fmt.Errorf("times must not fall")
		}
		if first < 0 {
			first = at / 1000
		}
		last = at
		b, err := parseBeat(l)
		k.add(at/1000-first, b)
		return err
	})
	if err == nil && len(k.rows) == 0 {
		err = fmt.Errorf("no trades")
	}
	if err != nil {
		return nil, fmt.Errorf("tick file: %w", err)
	}
	k.span = k.rows[len(k.rows)-1].at + 1
	k.smooth()
	return k, nil
}

func parseBeat(l line) (b beat, err error) {
	if b.price, err = l.fine("price"); err != nil {
		return b, err
	}
	if b.volume, err = l.fine("amount"); err != nil {
		return b, err
	}
	for n, to := range []*int64{&b.index, &b.mark, &b.bid, &b.ask} {
		name := tickMayHave[n+1]
		if l.cell(name) == "" {
			continue
		}
		if *to, err = l.fine(name); err != nil {
			return b, err
		}
	}
	switch l.cell("side") {
	case "sell":
		b.sell = true
	case "", "buy":
	default:
		return b, fmt.Errorf("side: must be buy or sell")
	}
	if b.price <= 0 || b.volume < 0 || b.index < 0 || b.mark < 0 || b.bid < 0 || (b.bid > 0 && b.ask > 0 && b.bid > b.ask) {
		return b, errTickPrices
	}
	return b, nil
}

// add joins a trade to its second.
func (k *Ticks) add(at int64, b beat) {
	b.at = at
	if b.index == 0 {
		b.index = b.price
	}
	if n := len(k.rows) - 1; n >= 0 && k.rows[n].at == at {
		b.volume += k.rows[n].volume
		k.rows[n] = b
		return
	}
	k.rows = append(k.rows, b)
}

// How the mark follows the middle of the book: over half a minute, and by 0.5 % of the index at most.
const (
	markSeconds = 30
	markBound   = 200
)

// smooth fills in the marks that the file does not give.
func (k *Ticks) smooth() {
	distance, last := int64(0), int64(0)
	for n := range k.rows {
		b := &k.rows[n]
		middle := b.price
		if b.bid > 0 && b.ask > 0 {
			middle = (b.bid + b.ask) / 2
		}
		bound := b.index / markBound
		now := max(-bound, min(bound, middle-b.index))
		if n == 0 {
			distance = now
		} else if passed := b.at - last; passed > 0 {
			distance += (now - distance) * passed / (markSeconds + passed)
		}
		last = b.at
		if b.mark == 0 {
			b.mark = b.index + distance
		}
	}
}

// beat finds the last second with trades at or before a second, and whether it is that second.
func (k *Ticks) beat(second int64) (beat, bool) {
	at := ((second-k.start)%k.span + k.span) % k.span
	n := sort.Search(len(k.rows), func(n int) bool { return k.rows[n].at > at }) - 1
	return k.rows[n], k.rows[n].at == at
}

// Tick gives one second.
func (k *Ticks) Tick(i *core.Instrument, second int64) core.Tick {
	if i.Base != "BTC" {
		return k.rest.Tick(i, second)
	}
	b, traded := k.beat(second)
	t := core.Tick{Price: i.Nearest(withBasis(i, second, b.price)), Index: b.index, Mark: withBasis(i, second, b.mark), Spread: 1, Sell: b.sell}
	if b.bid > 0 && b.ask > 0 {
		t.Spread = max(1, (i.Nearest(b.ask)-i.Nearest(b.bid))/2/i.Step())
	}
	if traded {
		t.Volume = b.contracts(i)
	}
	return t
}

// contracts is what was traded, at least one.
func (b beat) contracts(i *core.Instrument) int64 {
	amount := core.Fine(b.volume)
	if i.Inverse {
		amount = amount.Mul(core.Fine(b.price))
	}
	n, _ := amount.Div(i.ContractSize).FloorTo(trade.NewDec(1)).Int64()
	return max(1, n)
}

// Bar gives one minute.
func (k *Ticks) Bar(i *core.Instrument, minute, through int64) core.Bar {
	if i.Base != "BTC" {
		return k.rest.Bar(i, minute, through)
	}
	return k.bars.of(i, minute, through, func(last int64) core.Bar { return barOf(k, i, minute, last) })
}
