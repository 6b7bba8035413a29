package deribit

import (
	"errors"
	"slices"

	"github.com/valyala/fastjson"

	"github.com/tradebaas/tradebaas/trade"
)

// levelsKept bounds each side of a book; what lies farther from the best price is not kept.
const levelsKept = 1000

// book is one instrument's order book: a snapshot and the chain of changes that follow it. When a
// link of the chain is missing the book is unknown until a new subscription brings a snapshot.
type book struct {
	watchers int
	known    bool // false: it waits for a snapshot
	broken   bool // it must be subscribed to anew
	change   int64
	newest   trade.Book // only its instrument and time are used
	bids     side
	asks     side
}

func newBook(instrument trade.Instrument) *book {
	b := &book{newest: trade.Book{Instrument: instrument}, broken: true}
	b.bids.order = func(l trade.Level, price trade.Dec) int { return price.Cmp(l.Price) }
	b.asks.order = func(l trade.Level, price trade.Dec) int { return l.Price.Cmp(price) }
	return b
}

var errGap = errors.New("a change of the book was missed")

// apply takes the channel's next message. After an error the book is unknown and broken.
func (b *book) apply(data *fastjson.Value) error {
	o := object{v: data}
	change, before := o.number("change_id"), o.number("prev_change_id")
	snapshot := o.text("type") == "snapshot"
	switch {
	case o.err != nil:
	case snapshot:
		b.bids.clear()
		b.asks.clear()
	case !b.known:
		return nil // a straggler of the old subscription
	case before != b.change:
		o.err = errGap
	}
	if o.err == nil {
		o.err = errors.Join(b.bids.update(data.Get("bids")), b.asks.update(data.Get("asks")))
	}
	b.change, b.newest.Time = change, o.millis("timestamp")
	b.known = o.err == nil && !b.bids.thin() && !b.asks.thin()
	b.broken = !b.known
	return o.err
}

// top is a copy of the best levels.
func (b *book) top(depth int) trade.Book {
	top := b.newest
	top.Bids, top.Asks = b.bids.best(depth), b.asks.best(depth)
	return top
}

// side is one half of a book, best price first.
type side struct {
	levels []trade.Level
	order  func(l trade.Level, price trade.Dec) int
	cut    bool // levels beyond the last one were left out
}

func (s *side) clear() { s.levels, s.cut = s.levels[:0], false }

// thin tells whether so few levels are left that those left out are wanted.
func (s *side) thin() bool { return s.cut && len(s.levels) < levelsKept/2 }

func (s *side) best(depth int) []trade.Level {
	return slices.Clone(s.levels[:min(max(0, depth), len(s.levels))])
}

// update reads a list of [what, price, amount].
func (s *side) update(list *fastjson.Value) error {
	return each(list, func(v *fastjson.Value) error {
		step := v.GetArray()
		if len(step) != 3 {
			return errors.New("a step of a book without its three parts")
		}
		price, err := positive(decimal(step[1]))
		if err != nil {
			return err
		}
		amount, err := notNegative(decimal(step[2]))
		if err != nil {
			return err
		}
		if string(step[0].GetStringBytes()) == "delete" {
			amount = trade.Zero
		}
		s.set(trade.Level{Price: price, Amount: amount})
		return nil
	})
}

func (s *side) set(l trade.Level) {
	i, found := slices.BinarySearchFunc(s.levels, l.Price, s.order)
	switch {
	case l.Amount.IsZero() && found:
		s.levels = slices.Delete(s.levels, i, i+1)
	case l.Amount.IsZero() || s.cut && i == len(s.levels):
	case found:
		s.levels[i] = l
	default:
		s.levels = slices.Insert(s.levels, i, l)
	}
	if len(s.levels) > levelsKept {
		s.levels, s.cut = s.levels[:levelsKept], true
	}
}

// ---- the feed's books ----

// WatchBook keeps an instrument's book until as many UnwatchBook calls.
func (f *Feed) WatchBook(instrument trade.Instrument) {
	f.mu.Lock()
	if f.books[instrument] == nil {
		f.books[instrument] = newBook(instrument)
	}
	f.books[instrument].watchers++
	f.mu.Unlock()
	f.wake()
}

// UnwatchBook takes one WatchBook back.
func (f *Feed) UnwatchBook(instrument trade.Instrument) {
	f.mu.Lock()
	if b := f.books[instrument]; b != nil {
		if b.watchers--; b.watchers == 0 {
			delete(f.books, instrument)
		}
	}
	f.mu.Unlock()
	f.wake()
}

// Book is a copy of a watched book's best levels, while the book is known.
func (f *Feed) Book(instrument trade.Instrument, depth int) (trade.Book, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := f.books[instrument]
	if b == nil || !b.known {
		return trade.Book{}, false
	}
	return b.top(depth), true
}

// book takes a message of a book's channel; a broken book is subscribed to anew.
func (f *Feed) book(rest []byte, data *fastjson.Value) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := f.books[instrumentIn(rest)]
	if b == nil {
		return nil
	}
	err := b.apply(data)
	if b.broken {
		f.wake()
	}
	return err
}

// loseBooks makes every book unknown when the link ends.
func (f *Feed) loseBooks() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, b := range f.books {
		b.known = false
	}
}

// askForBooks subscribes anew to the books that still have no snapshot.
func (f *Feed) askForBooks() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, b := range f.books {
		b.broken = b.broken || !b.known
	}
	f.wake()
}
