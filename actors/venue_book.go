package actors

import (
	"context"
	"time"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/trade"
)

const (
	bookKept  = time.Minute // after the last question a book is followed no longer
	bookCall  = 5 * time.Second
	bookTick  = 20 * time.Millisecond
	bookDepth = 200 // levels a side that an answer holds
)

type (
	// fetchBook asks for a market's order book; the first question takes as long as its snapshot.
	fetchBook struct {
		kit.Reply[trade.Book]
		Instrument trade.Instrument
	}
	bookUnwanted struct{ instrument trade.Instrument }
)

func (v *venue) fetchBook(c *kit.Context, msg fetchBook) {
	feed := v.feed
	v.fetch(c, msg.Instrument, msg, func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, bookCall)
		defer cancel()
		tick := time.NewTicker(bookTick)
		defer tick.Stop()
		for {
			if book, known := feed.Book(msg.Instrument, bookDepth); known {
				msg.Answer(book)
				return
			}
			select {
			case <-ctx.Done():
				msg.Fail(trade.ErrUnavailable)
				return
			case <-tick.C:
			}
		}
	})
	v.followBook(c, msg.Instrument)
}

// followBook keeps a book coming for a while.
func (v *venue) followBook(c *kit.Context, instrument trade.Instrument) {
	if v.books[instrument] == nil {
		v.feed.WatchBook(instrument)
	}
	v.books[instrument].Stop()
	v.books[instrument] = c.After(bookKept, bookUnwanted{instrument})
}

func (v *venue) dropBook(instrument trade.Instrument) {
	delete(v.books, instrument)
	v.feed.UnwatchBook(instrument)
}
