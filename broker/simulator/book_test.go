package simulator_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"github.com/tradebaas/tradebaas/broker/simulator"
	"github.com/tradebaas/tradebaas/trade"
)

// mirror is the book that a client holds: it applies what a book channel sends, as the protocol says.
type mirror struct {
	sides  map[string]map[string]string // amounts by price
	change any
}

// apply takes one message; it refuses one that does not follow the last or that fits the book badly.
func (m *mirror) apply(t testing.TB, data any) error {
	switch {
	case field(data, "type") == "snapshot" && field(data, "prev_change_id") == nil:
		m.sides = map[string]map[string]string{"bids": {}, "asks": {}}
	case field(data, "type") != "change" || m.sides == nil || field(data, "prev_change_id") != m.change:
		return fmt.Errorf("%v does not follow %v", data, m.change)
	}
	m.change = field(data, "change_id")
	for side, levels := range m.sides {
		for _, l := range field(data, side).([]any) {
			row := l.([]any)
			price, amount := dec(t, row[1]).String(), dec(t, row[2])
			_, known := levels[price]
			if known != (row[0] != "new") || amount.IsZero() != (row[0] == "delete") {
				return fmt.Errorf("%v of a level known: %v", row, known)
			}
			if levels[price] = amount.String(); row[0] == "delete" {
				delete(levels, price)
			}
		}
	}
	return nil
}

// differs compares with a whole book that was asked for.
func (m *mirror) differs(t testing.TB, whole any) error {
	for side, levels := range m.sides {
		rows := field(whole, side).([]any)
		if len(rows) != len(levels) {
			return fmt.Errorf("%d %s, not %d", len(levels), side, len(rows))
		}
		for _, l := range rows {
			price, amount := dec(t, l.([]any)[0]).String(), dec(t, l.([]any)[1]).String()
			if levels[price] != amount {
				return fmt.Errorf("%s at %s of %s, not %s", side, price, levels[price], amount)
			}
		}
	}
	return nil
}

// drain takes the news of a channel that are here.
func (c *socket) drain(channel string) (out []any) {
	rest := c.news[:0]
	for _, n := range c.news {
		if field(n, "params", "channel") == channel {
			out = append(out, field(n, "params", "data"))
		} else {
			rest = append(rest, n)
		}
	}
	c.news = rest
	return out
}

// A client that applies the changes holds the book that the exchange tells on request, whatever
// happens: on the raw channel after each event, on the others when their time has come.
func TestBook_channels_hold_the_book(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := newStage(t, unlimited)
		defer s.Close()
		w := &bookWatch{stage: s, watcher: s.login(alice), traders: []*socket{s.login(alice), s.login(bob)}, r: r, held: map[string]*mirror{}}
		for _, interval := range []string{"raw", "100ms", "agg2"} {
			w.subscribe(interval)
		}
		for range rapid.IntRange(1, 25).Draw(r, "steps") {
			w.step()
			w.follow("raw", true)
		}
		s.pass(2 * time.Second)
		for interval := range w.held {
			w.follow(interval, true)
		}
	})
}

// The chains hold while several accounts trade at the same time and the clock goes on.
func TestBook_chains_under_load(t *testing.T) {
	s := newStage(t, unlimited)
	c, teller := s.login(alice), s.dial()
	held := map[string]*mirror{}
	for _, interval := range []string{"raw", "100ms", "agg2"} {
		held["book."+btc+"."+interval] = &mirror{}
	}
	c.subscribe(slices.Sorted(maps.Keys(held))...)
	price := parsePrice(around(t, teller, "-0.5"))
	var traders errgroup.Group
	steps := make(chan struct{})
	for n := range 4 {
		trader := s.login([]simulator.AccountSpec{alice, bob}[n%2])
		traders.Go(func() error { return trader.churn(150, price-float64(10*n), steps) })
	}
	done := make(chan error, 1)
	go func() { done <- traders.Wait(); close(steps) }()
	for range steps {
		s.pass(20 * time.Millisecond) // so that no socket seems idle
	}
	require.NoError(t, <-done)
	s.pass(2 * time.Second)
	whole := c.call("public/get_order_book", object{"instrument_name": btc, "depth": 10_000})
	for channel, m := range held {
		told := c.drain(channel)
		require.Greater(t, len(told), 2, channel)
		for _, data := range told {
			require.NoError(t, m.apply(t, data), channel)
		}
		require.NoError(t, m.differs(t, whole), channel)
	}
}

// churn places and cancels orders one after another, and tells of each round.
func (c *socket) churn(rounds int, price float64, steps chan<- struct{}) error {
	for k := range rounds {
		order := object{"instrument_name": btc, "amount": 0.001, "type": "limit", "price": price - float64(k%7)}
		for _, q := range []object{{"id": 1, "method": "private/buy", "params": order}, {"id": 2, "method": "private/cancel_all"}} {
			if err := c.ws.WriteJSON(q); err != nil {
				return err
			}
			if _, _, err := c.ws.ReadMessage(); err != nil {
				return err
			}
		}
		steps <- struct{}{}
	}
	return nil
}

// bookWatch is somebody who holds copies of a book while others trade.
type bookWatch struct {
	*stage
	watcher *socket
	traders []*socket
	r       *rapid.T
	held    map[string]*mirror // by interval
}

func (w *bookWatch) channel(interval string) string { return "book." + btc + "." + interval }

func (w *bookWatch) subscribe(interval string) {
	w.held[interval] = &mirror{}
	w.watcher.call("private/subscribe", object{"channels": []string{w.channel(interval)}})
}

func (w *bookWatch) step() {
	trader := w.traders[rapid.IntRange(0, 1).Draw(w.r, "trader")]
	switch rapid.SampledFrom([]string{"place", "place", "place", "take", "cancel", "time", "time", "terms", "again", "other"}).Draw(w.r, "what") {
	case "place":
		side := rapid.SampledFrom([]string{"buy", "sell"}).Draw(w.r, "side")
		off := map[string]int{"buy": -1, "sell": 1}[side] * rapid.IntRange(1, 12).Draw(w.r, "off")
		price := parsePrice(around(w.t, trader, strconv.FormatFloat(float64(off)/10, 'f', 1, 64)))
		trader.ask("private/"+side, object{"instrument_name": btc, "amount": 0.01, "type": "limit", "price": price})
	case "take":
		trader.ask("private/"+rapid.SampledFrom([]string{"buy", "sell"}).Draw(w.r, "side"),
			object{"instrument_name": btc, "amount": rapid.SampledFrom([]float64{0.01, 0.5, 2}).Draw(w.r, "amount"), "type": "market"})
	case "cancel":
		trader.call("private/cancel_all", nil)
	case "time":
		w.pass(time.Duration(rapid.IntRange(1, 25).Draw(w.r, "tenths")) * 100 * time.Millisecond)
	case "terms":
		w.adminTry("admin-token", "/instruments/"+btc, object{"tick_size": rapid.SampledFrom([]string{"0.1", "0.5", "0.01", "1"}).Draw(w.r, "tick")})
	case "again":
		interval := rapid.SampledFrom([]string{"raw", "100ms", "agg2"}).Draw(w.r, "interval")
		w.follow(interval, interval == "raw")
		w.watcher.call("private/unsubscribe", object{"channels": []string{w.channel(interval)}})
		w.subscribe(interval)
	case "other":
		w.dial().call("public/subscribe", object{"channels": []string{w.channel("100ms"), w.channel("agg2")}})
	}
}

// follow applies what has come. With nothing left to be said the copy must be the book, and that is
// so at any time on the raw channel.
func (w *bookWatch) follow(interval string, all bool) {
	whole := w.watcher.call("public/get_order_book", object{"instrument_name": btc, "depth": 10_000})
	for _, data := range w.watcher.drain(w.channel(interval)) {
		if err := w.held[interval].apply(w.t, data); err != nil {
			w.r.Fatalf("%s: %v", interval, err)
		}
	}
	if err := w.held[interval].differs(w.t, whole); all && err != nil {
		w.r.Fatalf("%s: %v", interval, err)
	}
}

func TestBook_subscribed_twice(t *testing.T) {
	s := newStage(t)
	first, second := s.dial(), s.dial()
	channel := "book." + btc + ".100ms"
	subscribe := object{"channels": []string{channel}}
	one, two := &mirror{}, &mirror{}
	first.call("public/subscribe", subscribe)
	require.NoError(t, one.apply(t, first.next(channel)))
	s.pass(time.Second)
	require.NoError(t, one.apply(t, first.next(channel)))

	require.Equal(t, []any{channel}, first.call("public/subscribe", subscribe))
	first.call("public/test", nil)
	require.Empty(t, first.news, "a second subscription has no snapshot")

	second.call("public/subscribe", subscribe)
	snapshot := second.next(channel)
	require.Equal(t, one.change, field(snapshot, "change_id"), "it joins the chain of those who are there")
	require.NoError(t, two.apply(t, snapshot))
	s.pass(time.Second)
	require.NoError(t, one.apply(t, first.next(channel)))
	require.NoError(t, two.apply(t, second.next(channel)))
	require.Equal(t, one, two)

	require.Equal(t, []any{channel}, first.call("public/unsubscribe", subscribe))
	require.Equal(t, []any{}, first.call("public/unsubscribe", subscribe))
	s.pass(time.Second)
	require.Equal(t, []any{channel}, first.call("public/subscribe", subscribe))
	require.NoError(t, one.apply(t, first.next(channel)), "a snapshot again")
	require.NoError(t, two.apply(t, second.next(channel)))
	require.Equal(t, one, two)
}

// The number of a book is the same on every channel and in an answer, and no other book has it.
func TestBook_numbers_are_of_states(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	channels := []string{"book." + btc + ".raw", "book." + btc + ".100ms", "book." + btc + ".none.20.100ms"}
	c.call("public/subscribe", object{"channels": channels})
	for range 3 {
		number := field(c.call("public/get_order_book", object{"instrument_name": btc}), "change_id")
		for _, channel := range channels {
			require.Equal(t, number, field(c.next(channel), "change_id"), channel)
		}
		s.pass(time.Second)
	}
}

// windowCase is an instrument with orders 0 to 1,000 units above a round price on each side.
type windowCase struct {
	instrument  string
	round, unit trade.Dec
	orders      [][3]string          // side, units, amount
	want        map[string][2]string // bids and asks, by group and depth
}

// A book that is shut holds users' orders only, so that the sums can be worked out by hand.
func TestBook_windows_are_grouped(t *testing.T) {
	s := newStage(t, unlimited)
	c := s.login(alice)
	for _, w := range []windowCase{
		{btc, trade.NewDec(250), trade.NewDec(1),
			[][3]string{{"buy", "0", "0.001"}, {"buy", "6.5", "0.002"}, {"buy", "7", "0.003"},
				{"sell", "1000", "0.006"}, {"sell", "993.5", "0.005"}, {"sell", "993", "0.004"}},
			map[string][2]string{
				"none.10": {"[[7 0.003] [6.5 0.002] [0 0.001]]", "[[993 0.004] [993.5 0.005] [1000 0.006]]"},
				"none.1":  {"[[7 0.003]]", "[[993 0.004]]"},
				"1.10":    {"[[7 0.003] [6 0.002] [0 0.001]]", "[[993 0.004] [994 0.005] [1000 0.006]]"},
				"2.10":    {"[[6 0.005] [0 0.001]]", "[[994 0.009] [1000 0.006]]"},
				"5.20":    {"[[5 0.005] [0 0.001]]", "[[995 0.009] [1000 0.006]]"},
				"10.10":   {"[[0 0.006]]", "[[1000 0.015]]"},
				"25.1":    {"[[0 0.006]]", "[[1000 0.015]]"},
				"250.10":  {"[[0 0.006]]", "[[1000 0.015]]"},
			}},
		{"ETH_USDC-PERPETUAL", trade.MustDec("2.5"), trade.MustDec("0.01"),
			[][3]string{{"buy", "0", "0.001"}, {"buy", "5", "0.002"}, {"buy", "15", "0.003"},
				{"sell", "1000", "0.006"}, {"sell", "995", "0.005"}, {"sell", "985", "0.004"}},
			map[string][2]string{
				"none.10": {"[[15 0.003] [5 0.002] [0 0.001]]", "[[985 0.004] [995 0.005] [1000 0.006]]"},
				"5.10":    {"[[15 0.003] [5 0.002] [0 0.001]]", "[[985 0.004] [995 0.005] [1000 0.006]]"},
				"10.10":   {"[[10 0.003] [0 0.003]]", "[[990 0.004] [1000 0.011]]"},
				"25.10":   {"[[0 0.006]]", "[[1000 0.015]]"},
				"100.20":  {"[[0 0.006]]", "[[1000 0.015]]"},
			}},
	} {
		t.Run(w.instrument, func(t *testing.T) { w.run(t, s, c) })
	}
}

func (w windowCase) run(t *testing.T, s *stage, c *socket) {
	mark := dec(t, field(c.call("public/ticker", object{"instrument_name": w.instrument}), "mark_price"))
	bases := map[string]trade.Dec{"buy": mark.Mul(trade.MustDec("0.993")).FloorTo(w.round),
		"sell": mark.Mul(trade.MustDec("1.007")).CeilTo(w.round).Sub(w.unit.Mul(trade.NewDec(1000)))}
	for _, o := range w.orders {
		price := bases[o[0]].Add(w.unit.Mul(trade.MustDec(o[1])))
		c.call("private/"+o[0], object{"instrument_name": w.instrument, "amount": parsePrice(o[2]), "type": "limit", "price": price.Float()})
	}
	s.admin("/instruments/"+w.instrument, object{"state": "locked"})
	for name, want := range w.want {
		channel := "book." + w.instrument + "." + name + ".100ms"
		require.Equal(t, []any{channel}, c.call("public/subscribe", object{"channels": []string{channel}}))
		data := c.next(channel)
		require.Equal(t, want[0], offsets(t, field(data, "bids"), bases["buy"], w.unit), name)
		require.Equal(t, want[1], offsets(t, field(data, "asks"), bases["sell"], w.unit), name)
	}
}

// offsets writes levels, their prices as so many units above a base.
func offsets(t *testing.T, levels any, base, unit trade.Dec) string {
	out := [][2]string{}
	for _, l := range levels.([]any) {
		row := l.([]any)
		out = append(out, [2]string{dec(t, row[0]).Sub(base).Div(unit).String(), dec(t, row[1]).String()})
	}
	return fmt.Sprint(out)
}
