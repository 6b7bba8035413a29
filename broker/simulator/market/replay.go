package market

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// Replay plays recorded one-minute candles as the BTC price: the first candle in the minute of its
// start, the next in the next, over and over; before the start the earlier rounds. Inside a minute
// the price goes in straight lines from open (second 0) over low and high (seconds 20 and 40; a
// falling candle the other way round) to close (second 59), so that each is met exactly when it is
// on the tick grid. Index and mark are the price itself: no premium, no funding. ETH stays synthetic.
type Replay struct {
	rest  core.Source
	start int64 // minute since 1970 in which the first candle plays
	rows  []row
}

// row is a candle in ten-thousandths, its volume in ten-thousandths of a coin.
type row struct{ open, high, low, close, volume int64 }

// NewReplay reads candles: timestamp_ms,open,high,low,close,volume, the volume in coins, with or
// without that header line. The times must rise by whole minutes; gaps are closed up.
func NewReplay(candles io.Reader, startMinute int64, rest core.Source) (*Replay, error) {
	r := &Replay{rest: rest, start: startMinute}
	lines := bufio.NewScanner(candles)
	last := int64(-1)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || (n == 1 && strings.HasPrefix(line, "timestamp")) {
			continue
		}
		at, candle, err := parseRow(line)
		if err != nil {
			return nil, fmt.Errorf("candle file, line %d: %w", n, err)
		}
		if at <= last || at%60_000 != 0 {
			return nil, fmt.Errorf("candle file, line %d: times must rise by whole minutes", n)
		}
		last = at
		r.rows = append(r.rows, candle)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("candle file: %w", err)
	}
	if len(r.rows) == 0 {
		return nil, fmt.Errorf("candle file: no candles")
	}
	return r, nil
}

func parseRow(line string) (at int64, r row, err error) {
	cells := strings.Split(line, ",")
	if len(cells) != 6 {
		return 0, r, fmt.Errorf("want 6 columns, found %d", len(cells))
	}
	if at, err = strconv.ParseInt(cells[0], 10, 64); err != nil {
		return 0, r, err
	}
	for n, to := range []*int64{&r.open, &r.high, &r.low, &r.close, &r.volume} {
		d, err := trade.ParseDec(strings.TrimSpace(cells[n+1]))
		if err != nil {
			return 0, r, err
		}
		if *to, err = strconv.ParseInt(d.Mul(trade.NewDec(10_000)).Round(0).String(), 10, 64); err != nil {
			return 0, r, err
		}
	}
	if r.low <= 0 || r.low > min(r.open, r.close) || r.high < max(r.open, r.close) || r.volume < 0 {
		return 0, r, fmt.Errorf("open, high, low and close do not fit together")
	}
	return at, r, nil
}

func (r *Replay) row(minute int64) row {
	n := int64(len(r.rows))
	i := (minute - r.start) % n
	if i < 0 {
		i += n
	}
	return r.rows[i]
}

// at is the price in ten-thousandths in a second of a minute.
func (c row) at(second int64) int64 {
	first, then := c.low, c.high
	if c.close < c.open {
		first, then = c.high, c.low
	}
	switch {
	case second <= 20:
		return between(c.open, first, second, 20)
	case second <= 40:
		return between(first, then, second-20, 20)
	}
	return between(then, c.close, second-40, 19)
}

func between(from, to, n, of int64) int64 { return from + (to-from)*n/of }

// Tick gives one second.
func (r *Replay) Tick(i *core.Instrument, second int64) core.Tick {
	if i.Base != "BTC" {
		return r.rest.Tick(i, second)
	}
	minute := floorDiv(second, 60)
	n, c := second-minute*60, r.row(minute)
	price := c.at(n)
	ticks := i.Nearest(price)
	return core.Tick{Price: ticks, Index: price, Mark: price, Volume: c.contracts(i, n), Sell: n%2 == 1, Spread: 1}
}

// Bar gives one minute.
func (r *Replay) Bar(i *core.Instrument, minute, through int64) core.Bar {
	if i.Base != "BTC" {
		return r.rest.Bar(i, minute, through)
	}
	c := r.row(minute)
	bar := core.Bar{Open: i.Nearest(c.open)}
	bar.High, bar.Low = bar.Open, bar.Open
	for n := int64(0); n <= min(59, through-minute*60); n++ {
		bar.Close = i.Nearest(c.at(n))
		bar.High, bar.Low = max(bar.High, bar.Close), min(bar.Low, bar.Close)
		bar.Volume += c.contracts(i, n)
	}
	return bar
}

// contracts is a second's even share of the candle's volume, what is left over in the last second;
// at least one.
func (c row) contracts(i *core.Instrument, second int64) int64 {
	size := int64(float(i.ContractSize)*10_000 + 0.5)
	whole := c.volume / size
	if i.Inverse {
		whole = c.volume / 10_000 * (c.close / 10_000) / (size / 10_000)
	}
	share := whole / 60
	if second == 59 {
		share = whole - 59*share
	}
	return max(1, share)
}
