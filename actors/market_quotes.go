package actors

import (
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

const quoteAhead = 5 * time.Second // a ticker that is later than the exchange's own clock by more is nonsense

// jumpMax is how far the mark price may be from the last one for one ticker alone to be believed.
var jumpMax = trade.MustDec("0.1")

// quotes judges a market's tickers one after the other. It knows no clock: exchange time comes in.
type quotes struct {
	last  trade.Ticker // the newest that was believed
	doubt trade.Ticker // one that leapt: believed when the next one says the same
}

// take tells whether a ticker may be used. One that goes back in time, comes from the future or
// has a crossed book is not, and one that leaps waits for the next to confirm it.
func (q *quotes) take(t trade.Ticker, now time.Time) bool {
	if t.Time.Before(q.last.Time) || t.Time.After(now.Add(quoteAhead)) || crossed(t) {
		return false
	}
	if leaps(q.last.Mark, t.Mark) && (q.doubt.Time.IsZero() || leaps(q.doubt.Mark, t.Mark)) {
		q.doubt = t
		return false
	}
	q.last, q.doubt = t, trade.Ticker{}
	return true
}

// restart forgets what was believed over another link: prices may have moved, and time with them.
func (q *quotes) restart() { *q = quotes{} }

func crossed(t trade.Ticker) bool {
	return t.Bid.Sign() > 0 && t.Ask.Sign() > 0 && t.Ask.Less(t.Bid)
}

// leaps tells whether two mark prices, both known, are farther apart than a market moves at once.
func leaps(from, to trade.Dec) bool {
	return from.Sign() > 0 && to.Sign() > 0 && from.Mul(jumpMax).Less(to.Sub(from).Abs())
}
