package market

import (
	"fmt"
	"io"
)

// candle is a recorded minute in ten-thousandths, its volume in ten-thousandths of a coin.
type candle struct{ open, high, low, close, volume int64 }

var candleColumns = []string{"timestamp_ms", "open", "high", "low", "close", "volume"}

// readCandles reads timestamp_ms,open,high,low,close,volume, the volume in coins. The times must
// rise by whole minutes; gaps are closed up.
func readCandles(in io.Reader) (out []candle, err error) {
	last := int64(-1)
	err = eachLine(in, candleColumns, nil, func(l line) error {
		at, err := l.whole("timestamp_ms")
		if err != nil {
			return err
		}
		if at <= last || at%60_000 != 0 {
			return fmt.Errorf("times must rise by whole minutes")
		}
		last = at
		c, err := parseCandle(l)
		out = append(out, c)
		return err
	})
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("no candles")
	}
	if err != nil {
		return nil, fmt.Errorf("candle file: %w", err)
	}
	return out, nil
}

func parseCandle(l line) (c candle, err error) {
	for n, to := range []*int64{&c.open, &c.high, &c.low, &c.close, &c.volume} {
		if *to, err = l.fine(candleColumns[n+1]); err != nil {
			return c, err
		}
	}
	if c.low <= 0 || c.low > min(c.open, c.close) || c.high < max(c.open, c.close) || c.volume < 0 {
		return c, fmt.Errorf("open, high, low and close do not fit together")
	}
	return c, nil
}
