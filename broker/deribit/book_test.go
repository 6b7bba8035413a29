package deribit

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fastjson"
	"pgregory.net/rapid"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

const btcBook = "book.BTC_USDC-PERPETUAL.100ms"

const bookSnapshot = `{"type":"snapshot","timestamp":1767978363493,"instrument_name":"BTC_USDC-PERPETUAL","change_id":90,
	"bids":[["new",97231.1,0.5],["new",97231.0,1.25],["new",97000,2e1]],"asks":[["new",97231.2,0.1],["new",97240.0,3.0]]}`

// levels writes one side as price:amount, best first.
func levels(side []trade.Level) string {
	var out []string
	for _, l := range side {
		out = append(out, l.Price.String()+":"+l.Amount.String())
	}
	return strings.Join(out, " ")
}

func TestFeed_Book_follows_the_changes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		f, j := p.feed(p.venue())
		_, known := f.Book(btc, 10)
		require.False(t, known, "nobody watches it")
		f.WatchBook(btc)
		f.WatchBook(btc)
		synctest.Wait()
		require.Equal(t, []any{btcBook}, p.requests("public/subscribe")[1].Params["channels"])
		require.Equal(t, 2, p.count("public/subscribe"), "one book for all")
		_, known = f.Book(btc, 10)
		require.False(t, known, "no snapshot yet")

		p.notify(btcBook, bookSnapshot)
		b, known := f.Book(btc, 10)
		require.True(t, known)
		require.Equal(t, btc, b.Instrument)
		require.Equal(t, int64(1767978363493), b.Time.UnixMilli())
		require.Equal(t, "97231.1:0.5 97231:1.25 97000:20", levels(b.Bids))
		require.Equal(t, "97231.2:0.1 97240:3", levels(b.Asks))

		p.notify(btcBook, `{"type":"change","timestamp":1767978363593,"instrument_name":"BTC_USDC-PERPETUAL","prev_change_id":90,"change_id":117,
			"bids":[["delete",97231.0,0.0],["new",97231.15,7],["change",97231.1,0.25]],"asks":[["delete",97231.2,0.0],["delete",1,0.0]]}`)
		b, _ = f.Book(btc, 2)
		require.Equal(t, "97231.15:7 97231.1:0.25", levels(b.Bids), "no more than asked for")
		require.Equal(t, "97240:3", levels(b.Asks))
		require.Equal(t, int64(1767978363593), b.Time.UnixMilli())
		b.Bids[0].Amount = trade.Zero
		again, _ := f.Book(btc, 1)
		require.Equal(t, "97231.15:7", levels(again.Bids), "each caller has a copy")

		f.UnwatchBook(btc)
		synctest.Wait()
		_, known = f.Book(btc, 1)
		require.True(t, known, "one of two still watches")
		f.UnwatchBook(btc)
		synctest.Wait()
		require.Equal(t, 1, p.count("public/unsubscribe"))
		p.notify(btcBook, bookSnapshot)
		_, known = f.Book(btc, 1)
		require.False(t, known)
		f.UnwatchBook(btc) // one too many changes nothing
		require.Empty(t, of[broker.FeedDown](j))
	})
}

// A change that does not follow the last one: the book is unknown until a new subscription has
// brought a snapshot, and nothing that was on its way meanwhile is taken for one.
func TestF18_a_gap_in_the_book(t *testing.T) {
	for name, frame := range map[string]string{
		"a change is missing":      `{"type":"change","prev_change_id":95,"change_id":99,"bids":[["new",97231.15,7]],"asks":[]}`,
		"its id is missing":        `{"type":"change","change_id":99,"bids":[],"asks":[]}`,
		"a step cannot be read":    `{"type":"change","prev_change_id":90,"change_id":99,"bids":[["new","x",1]],"asks":[]}`,
		"a step lacks its amount":  `{"type":"change","prev_change_id":90,"change_id":99,"bids":[["delete",97231.1]],"asks":[]}`,
		"an amount is negative":    `{"type":"change","prev_change_id":90,"change_id":99,"bids":[["new",97231.1,-1]],"asks":[]}`,
		"a price is not above nil": `{"type":"change","prev_change_id":90,"change_id":99,"bids":[],"asks":[["new",0,1]]}`,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPeer(t)
				v := p.venue()
				f, j := p.feed(v)
				f.WatchBook(btc)
				synctest.Wait()
				p.notify(btcBook, bookSnapshot)

				p.notify(btcBook, frame)
				_, known := f.Book(btc, 1)
				require.False(t, known, "unknown at once")
				require.Equal(t, []any{btcBook}, p.requests("public/unsubscribe")[0].Params["channels"])
				require.Equal(t, []any{btcBook}, p.requests("public/subscribe")[2].Params["channels"])
				require.Equal(t, int64(1), v.Stats().Unreadable)

				p.notify(btcBook, `{"type":"change","prev_change_id":99,"change_id":100,"bids":[["new",97231.15,7]],"asks":[]}`)
				_, known = f.Book(btc, 1)
				require.False(t, known, "a straggler")
				require.Equal(t, 3, p.count("public/subscribe"), "asked for once")
				p.notify(btcBook, bookSnapshot)
				b, known := f.Book(btc, 1)
				require.True(t, known)
				require.Equal(t, "97231.1:0.5", levels(b.Bids))
				require.Empty(t, of[broker.FeedDown](j), "the link and the other markets do not notice")
			})
		})
	}
}

func TestF18_a_book_does_not_outlive_its_link(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		f, j := p.feed(p.venue())
		f.WatchBook(btc)
		synctest.Wait()
		p.notify(btcBook, bookSnapshot)
		p.newest().end()
		synctest.Wait()
		_, known := f.Book(btc, 1)
		require.False(t, known)
		time.Sleep(time.Second)
		require.Len(t, of[broker.FeedUp](j), 2)
		p.notify(btcBook, `{"type":"change","prev_change_id":90,"change_id":100,"bids":[],"asks":[]}`)
		_, known = f.Book(btc, 1)
		require.False(t, known, "the chain of another link")
		p.notify(btcBook, bookSnapshot)
		_, known = f.Book(btc, 1)
		require.True(t, known)
	})
}

// An exchange that acknowledges but sends no snapshot is asked anew, and so is one whose watcher
// left and came back before anything was said.
func TestFeed_Book_waits_for_no_snapshot_for_ever(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		f, _ := p.feed(p.venue())
		f.WatchBook(btc)
		time.Sleep(remeasureEvery + time.Second)
		require.Equal(t, 1, p.count("public/unsubscribe"))
		require.Equal(t, 3, p.count("public/subscribe"))
		p.notify(btcBook, bookSnapshot)
		time.Sleep(5 * remeasureEvery)
		require.Equal(t, 3, p.count("public/subscribe"), "a quiet book is a good one")

		f.UnwatchBook(btc)
		f.WatchBook(btc)
		synctest.Wait()
		require.Equal(t, 2, p.count("public/unsubscribe"))
		require.Equal(t, 4, p.count("public/subscribe"))
	})
}

// However the changes come, a book is what a map of its levels would be, sorted; and its memory has a bound.
func TestBook_is_the_sum_of_its_changes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBook(btc)
		model := map[int]int{}
		require.NoError(t, b.apply(fastjson.MustParse(`{"type":"snapshot","change_id":0,"bids":[],"asks":[]}`)))
		for id, n := range rapid.SliceOf(rapid.IntRange(0, 399)).Draw(t, "steps") {
			price, amount := n/8+1, n%8
			word := "change"
			if model[price] = amount; amount == 0 {
				word = "delete"
				delete(model, price)
			}
			step := fmt.Sprintf(`[[%q,%d,%d]]`, word, price, amount)
			require.NoError(t, b.apply(fastjson.MustParse(fmt.Sprintf(`{"type":"change","prev_change_id":%d,"change_id":%d,"bids":%s,"asks":%s}`, id, id+1, step, step))))
		}
		var want []string
		for price := range 51 {
			if model[price] > 0 {
				want = append(want, fmt.Sprintf("%d:%d", price, model[price]))
			}
		}
		top := b.top(100)
		require.Equal(t, strings.Join(want, " "), levels(top.Asks))
		slices.Reverse(want)
		require.Equal(t, strings.Join(want, " "), levels(top.Bids))
	})
}

func TestBook_keeps_a_bounded_number_of_levels(t *testing.T) {
	b := newBook(btc)
	ask := func(word string, price, amount int) string { return fmt.Sprintf(`[%q,%d,%d]`, word, price, amount) }
	var all []string
	for price := 5 * levelsKept; price > 0; price-- { // worst first
		all = append(all, ask("new", price, 1))
	}
	require.NoError(t, b.apply(fastjson.MustParse(`{"type":"snapshot","change_id":1,"bids":[],"asks":[`+strings.Join(all, ",")+`]}`)))
	require.True(t, b.known)
	require.Len(t, b.asks.levels, levelsKept)
	require.LessOrEqual(t, cap(b.asks.levels), 2*levelsKept)
	require.Equal(t, "1:1 2:1", levels(b.top(2).Asks))

	change := func(id int, steps ...string) error {
		return b.apply(fastjson.MustParse(fmt.Sprintf(`{"type":"change","prev_change_id":%d,"change_id":%d,"bids":[],"asks":[%s]}`, id, id+1, strings.Join(steps, ","))))
	}
	require.NoError(t, change(1, ask("change", 3*levelsKept, 9)))
	require.Len(t, b.asks.levels, levelsKept, "beyond what is kept")
	var gone []string
	for price := range levelsKept/2 + 1 {
		gone = append(gone, ask("delete", price+1, 0))
	}
	require.NoError(t, change(2, gone...))
	require.True(t, b.broken && !b.known, "so thin that the levels left out are wanted again")
}
