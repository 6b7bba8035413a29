package trade

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// shuffled gives a list in any order.
func shuffled[T any](t *rapid.T, list []T) []T {
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	if len(order) > 1 {
		order = rapid.Permutation(order).Draw(t, "order of events")
	}
	mixed := make([]T, 0, len(list))
	for _, i := range order {
		mixed = append(mixed, list[i])
	}
	return mixed
}

// Whatever the order of the words on one order, and however often they come, it ends in one state.
func TestOrder_AnyOrderOfEvents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lives := [][]VenueOrder{
			{{State: "open"}, {State: "open", Filled: NewDec(1), AveragePrice: NewDec(10)}, {State: "filled", Filled: NewDec(3), AveragePrice: NewDec(12)}},
			{{State: "open"}, {State: "open", Filled: NewDec(1), AveragePrice: NewDec(10)}, {State: "cancelled", Filled: NewDec(1), AveragePrice: NewDec(10), CancelReason: "user_request"}},
			{{State: "untriggered", Secondary: true}, {State: "untriggered"}, {State: "triggered"}, {State: "filled", Filled: NewDec(3), AveragePrice: NewDec(9)}},
			{{State: "rejected"}},
		}
		words := lives[rapid.IntRange(0, len(lives)-1).Draw(t, "life")]
		for i := range words {
			words[i].ID = "v1"
		}
		all := shuffled(t, append(append([]VenueOrder{}, words...), words...))
		from := rapid.SampledFrom([]OrderState{OrderIntended, OrderSent, OrderUnknown}).Draw(t, "from")
		want, got := Order{State: from, Amount: NewDec(3)}, Order{State: from, Amount: NewDec(3)}
		for _, v := range words {
			want.absorb(v)
		}
		for _, v := range all {
			before := got.State
			got.absorb(v)
			if before.Terminal() && got.State != before {
				t.Fatalf("terminal state %s changed to %s", before, got.State)
			}
		}
		if got.State != want.State || !got.Filled.Equal(want.Filled) || !got.AveragePrice.Equal(want.AveragePrice) || got.VenueOrder != want.VenueOrder {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
}

// A whole trade's events in any order, doubled, end in the same trade and the same orders.
func TestAccount_AnyOrderOfEvents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		up := rapid.Bool().Draw(t, "target hit")
		run := func(shuffle func([]any) []any) *desk {
			d := newDesk(50000)
			cmd := d.command(1, Buy)
			out, err := d.Enter(cmd, d.x.now)
			if err != nil {
				t.Fatal(err)
			}
			d.do(out)
			for _, e := range d.Release(cmd.Intent, d.x.now).Effects {
				d.x.bracket(e.(SendBracket).Bracket)
			}
			if up {
				d.x.move(NewDec(50500))
			} else {
				d.x.move(NewDec(49500))
			}
			events := shuffle(d.x.events)
			d.x.events = nil
			d.Online(false) // what it would do about a strange order of events is not the question
			for _, e := range events {
				d.hearOne(e)
			}
			return d
		}
		want := run(func(events []any) []any { return events })
		got := run(func(events []any) []any {
			return shuffled(t, append(append([]any{}, events...), events...))
		})
		if a, b := fmt.Sprint(want.ledger.trades), fmt.Sprint(got.ledger.trades); a != b {
			t.Fatalf("trades differ:\n%s\n%s", a, b)
		}
		for id, o := range want.ledger.orders {
			if g := got.ledger.orders[id]; g.State != o.State || !g.Filled.Equal(o.Filled) {
				t.Fatalf("%s is %s with %s filled, want %s with %s", o.Role, g.State, g.Filled, o.State, o.Filled)
			}
		}
	})
}

// Random days: entries, prices, lost and doubled events, lost answers, hand trades, kills. When the
// faults end everything adds up.
func TestAccount_Storm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := newDesk(50000)
		intents := 0
		cash := func() Dec { // what the exchange's balance has moved by
			total := Zero
			for _, f := range d.x.fills {
				total = total.Add(f.ProfitLoss).Sub(f.Fee)
			}
			return total
		}
		check := func() {
			for label, n := range d.x.accepted {
				if l, ok := ParseLabel(label); ok && l.Role == Entry && n > 1 {
					t.Fatalf("entry %s was accepted %d times", label, n)
				}
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"enter": func(t *rapid.T) {
				intents++
				side := rapid.SampledFrom([]Side{Buy, Sell}).Draw(t, "side")
				d.swallow = rapid.Bool().Draw(t, "swallow answer")
				d.lost = !d.swallow && rapid.IntRange(0, 4).Draw(t, "lost on the way") == 0
				if d.enter(intents, side) != nil {
					d.swallow, d.lost = false, false
				}
			},
			"move": func(t *rapid.T) {
				d.x.move(NewDec(int64(rapid.IntRange(48500, 51500).Draw(t, "price"))))
			},
			"hear": func(t *rapid.T) { d.hear() },
			"shuffle": func(t *rapid.T) {
				d.x.events = shuffled(t, d.x.events)
			},
			"double": func(t *rapid.T) {
				if len(d.x.events) < 100 {
					d.x.events = append(d.x.events, d.x.events...)
				}
			},
			"drop": func(t *rapid.T) { d.x.events = nil },
			"wait": func(t *rapid.T) { d.wait(time.Duration(rapid.IntRange(1, 5).Draw(t, "seconds")) * time.Second) },
			"close": func(t *rapid.T) {
				for _, tr := range d.OpenTrades() {
					out, err := d.Close(tr.ID, ExitTime, d.x.now)
					if err != nil {
						t.Fatal(err)
					}
					d.do(out)
				}
			},
			"hand": func(t *rapid.T) { // the user closes some or all at the exchange
				d.wait(2 * time.Second)
				d.reconcile()
				d.hear()
				if d.x.size.IsZero() {
					return
				}
				amount, side := d.x.size.Abs(), Sell
				if rapid.Bool().Draw(t, "half") && !amount.Less(MustDec("0.01")) {
					amount = MustDec("0.005")
				}
				if d.x.size.Sign() < 0 {
					side = Buy
				}
				v := d.x.add(VenueOrder{ID: d.x.id("hand"), Instrument: testMarket.Instrument, Side: side, Type: "market", State: "open", Amount: amount})
				d.x.take(v, d.x.price)
			},
			"kill": func(t *rapid.T) { d.restart() },
			"":     func(t *rapid.T) { check() },
		})
		d.swallow, d.lost = false, false
		for range 5 {
			d.wait(15 * time.Second)
			d.reconcile()
		}
		if !d.ledgerNow().Equal(d.x.size) {
			t.Fatalf("the books say %s, the exchange %s", d.ledgerNow(), d.x.size)
		}
		if len(d.ledger.fills) != len(d.x.fills) {
			t.Fatalf("%d fills stored of %d", len(d.ledger.fills), len(d.x.fills))
		}
		booked := Zero
		for _, tr := range d.ledger.trades {
			booked = booked.Add(tr.Net).Sub(tr.Funding)
		}
		if !booked.Equal(cash()) {
			t.Fatalf("trades add up to %s, the exchange's balance moved by %s", booked, cash())
		}
		if d.Unresolved() {
			t.Fatal("an order is still unresolved")
		}
		if d.x.size.IsZero() && len(d.x.live()) > 0 {
			t.Fatalf("orders outlive the position: %+v", d.x.live())
		}
		if !d.x.size.IsZero() && remaining(d.stops()).Less(d.x.size.Abs()) {
			t.Fatal("the position is not under a stop")
		}
	})
}

func TestLabel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Label{
			Installation: rapid.StringMatching(`[a-z0-9]{1,8}`).Draw(t, "installation"),
			Epoch:        rapid.Int64Range(0, 999_999_999).Draw(t, "epoch"),
			Intent:       IntentID(rapid.StringMatching(`[0-9a-f]{32}`).Draw(t, "intent")),
			Role:         rapid.SampledFrom([]Role{Entry, Stop, Target, Exit}).Draw(t, "role"),
			Number:       rapid.IntRange(0, 99).Draw(t, "number"),
		}
		s := l.String()
		if len(s) > LabelMax {
			t.Fatalf("%s is too long", s)
		}
		if got, ok := ParseLabel(s); !ok || got != l {
			t.Fatalf("%s reads as %+v", s, got)
		}
		if _, ours := (Origin{"elsewhere9", 1}).owns(s); ours {
			t.Fatal("a stranger's order passes for ours")
		}
	})
	for _, s := range []string{"", "tb-", "razor_long_1", "tb-home-1-abc-e", "tb-home-1-00000000000000000000000000000001-q"} {
		_, ok := ParseLabel(s)
		require.False(t, ok, s)
	}
}

// The same events give the same state, ids included.
func TestAccount_Deterministic(t *testing.T) {
	life := func() string {
		d := newDesk(50000)
		require.NoError(t, d.enter(1, Buy))
		d.hear()
		d.x.move(NewDec(49000))
		d.wait(3 * time.Second)
		return fmt.Sprint(d.ledger.orders, d.ledger.trades, d.ledger.fills, d.ledger.counters)
	}
	require.Equal(t, life(), life())
}
