package core

import (
	"slices"

	"github.com/tradebaas/tradebaas/trade"
)

// Shock moves a market's prices away from those of its source: last, index and mark by the same
// percent, from the next second on. It makes a price jump over whatever lies between.
type Shock struct {
	Instrument trade.Instrument `json:",omitempty"` // "": every market
	Millionths int64            // by how much, of the price
	From       int64            // second
	Seconds    int64            `json:",omitempty"` // how long it lasts; 0: until it is ended
	Decays     bool             `json:",omitempty"` // it shrinks to nothing over its seconds
	Until      int64            `json:",omitempty"` // second in which it is over; 0: never
}

// ShockPrices starts a shock by a percent of the price, from -95 to 500.
type ShockPrices struct {
	Instrument trade.Instrument `json:",omitempty"`
	Percent    trade.Dec
	Seconds    int64 `json:",omitempty"`
	Decays     bool  `json:",omitempty"`
}

// EndShocks ends all shocks with the next second. Prices that were keep what they were.
type EndShocks struct{}

// shocksMax is how many shocks an exchange remembers: its candles show them.
const shocksMax = 1_000

func (x *Exchange) shockPrices(c *ShockPrices) (Result, *Error) {
	if c.Instrument != "" {
		if _, err := x.market(c.Instrument); err != nil {
			return Result{}, err
		}
	}
	switch {
	case c.Percent.Less(trade.NewDec(-95)) || trade.NewDec(500).Less(c.Percent) || c.Percent.IsZero():
		return Result{}, Invalid("percent", "must be between -95 and 500, and not zero")
	case c.Seconds < 0 || c.Decays && c.Seconds == 0:
		return Result{}, Invalid("seconds", "must be positive")
	case len(x.Shocks) >= shocksMax:
		return Result{}, Invalid("shock", "too many")
	}
	n, _ := c.Percent.Mul(tenThousand).FloorTo(one).Int64()
	s := Shock{Instrument: c.Instrument, Millionths: n, From: x.Second + 1, Seconds: c.Seconds, Decays: c.Decays}
	if c.Seconds > 0 {
		s.Until = s.From + c.Seconds
	}
	x.Shocks = append(x.Shocks, s)
	return Result{}, nil
}

func (x *Exchange) endShocks() (Result, *Error) {
	for n := range x.Shocks {
		if s := &x.Shocks[n]; s.Until == 0 || s.Until > x.Second+1 {
			s.Until = x.Second + 1
		}
	}
	return Result{}, nil
}

// Shocked tells whether a shock lasts beyond the next second.
func (x *Exchange) Shocked() bool {
	return slices.ContainsFunc(x.Shocks, func(s Shock) bool { return s.Until == 0 || s.Until > x.Second+1 })
}

// factor is what a price is multiplied by in a second, in millionths.
func (s *Shock) factor(second int64) int64 {
	switch {
	case second < s.From || s.Until != 0 && second >= s.Until:
		return million
	case s.Decays:
		return million + s.Millionths*(s.From+s.Seconds-second)/s.Seconds
	}
	return million + s.Millionths
}

// even tells whether the factor is the same in all seconds from first to last.
func (s *Shock) even(first, last int64) bool {
	if s.Decays && first < s.Until && last >= s.From {
		return false
	}
	return s.factor(first) == s.factor(last) && (first >= s.From || last < s.From)
}

const million = 1_000_000

// shocked is a source with an exchange's shocks on it.
type shocked struct {
	Source
	shocks *[]Shock
}

func (s shocked) shock(i *Instrument, second, price int64) int64 {
	for n := range *s.shocks {
		if c := &(*s.shocks)[n]; c.Instrument == "" || c.Instrument == i.Name {
			price = price * c.factor(second) / million
		}
	}
	return price
}

// Tick gives one second.
func (s shocked) Tick(i *Instrument, second int64) Tick {
	t := s.Source.Tick(i, second)
	if len(*s.shocks) > 0 {
		t.Price = s.onGrid(i, second, t.Price)
		t.Index, t.Mark = s.shock(i, second, t.Index), s.shock(i, second, t.Mark)
	}
	return t
}

// onGrid shocks a price in units; one that is not moved stays as it is.
func (s shocked) onGrid(i *Instrument, second, price int64) int64 {
	if moved := s.shock(i, second, price*i.fine); moved != price*i.fine {
		return i.Nearest(moved)
	}
	return price
}

// Bar gives one minute. One in which a shock changes is made of its seconds, from the last price
// before it on; any other keeps its shape.
func (s shocked) Bar(i *Instrument, minute, through int64) Bar {
	b := s.Source.Bar(i, minute, through)
	first, last := minute*60-1, min(through, minute*60+59)
	for n := range *s.shocks {
		if !(*s.shocks)[n].even(first, last) {
			return s.bar(i, b.Volume, first, last)
		}
	}
	if len(*s.shocks) > 0 {
		for _, p := range []*int64{&b.Open, &b.High, &b.Low, &b.Close} {
			*p = s.onGrid(i, first, *p)
		}
	}
	return b
}

func (s shocked) bar(i *Instrument, volume, first, last int64) Bar {
	open := s.Tick(i, first).Price
	b := Bar{Open: open, High: open, Low: open, Close: open, Volume: volume}
	for second := first + 1; second <= last; second++ {
		b.Close = s.Tick(i, second).Price
		b.High, b.Low = max(b.High, b.Close), min(b.Low, b.Close)
	}
	return b
}
