package core_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// Whatever traders send, every order lives by the rules: what is told of it agrees with what is
// kept of it, it goes from state to state as orders may, and it fills in its turn.
func TestCore_keeps_the_rules_of_orders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps := commands(t)
		w := newWatch(core.New(source, steps[0].at))
		for _, s := range steps {
			queues := w.queues()
			_, _ = w.Apply(s.at, s.c)
			makers := w.see(t)
			w.orders(t)
			w.inTurn(t, queues, makers)
		}
		w.pairs(t)
	})
}

// A crowd at two prices, with edits that keep or lose their place and sales that take a few.
func TestCore_fills_in_turn(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		st := newStage(t, "100000")
		st.open("carol")
		w := newWatch(st.Exchange)
		for n := range rapid.IntRange(10, 60).Draw(r, "steps") {
			queues := w.queues()
			_, _ = w.Apply(st.now*1000, crowded(r, n))
			makers := w.see(r)
			w.orders(r)
			w.inTurn(r, queues, makers)
		}
	})
}

// crowded draws a bid, a sale into the bids or an edit of one of the bids before.
func crowded(t *rapid.T, n int) core.Command {
	account := 70_001 + rapid.Int64Range(0, 2).Draw(t, "account")
	price := rapid.SampledFrom([]string{"100000", "99999.9"}).Draw(t, "price")
	amount := rapid.SampledFrom([]string{"0.0001", "0.0002", "0.0005"}).Draw(t, "amount")
	switch rapid.IntRange(0, 3).Draw(t, "what") {
	case 0:
		sale := ticket(-1, amount, price)
		sale.TIF = core.ImmediateOrCancel
		return place(account, linear, sale)
	case 1:
		label := fmt.Sprint(rapid.IntRange(0, max(0, n-1)).Draw(t, "bid"))
		return core.Command{Edit: &core.Edit{Account: account, Label: label, Instrument: linear, Price: dec(price), Amount: dec(amount)}}
	}
	return place(account, linear, labelled(fmt.Sprint(n), ticket(1, amount, price)))
}

func newWatch(x *core.Exchange) *watch {
	return &watch{Exchange: x, states: map[string]string{}, filled: map[string]trade.Dec{}, held: map[holding]trade.Dec{}}
}

// watch follows an exchange by what it tells.
type watch struct {
	*core.Exchange
	states map[string]string    // of orders, as told last
	filled map[string]trade.Dec // of orders, by their trades
	held   map[holding]trade.Dec
}

type holding struct {
	account int64
	market  int
}

// next are the states that may follow a state; "" is an order that nobody has heard of.
var next = map[string][]string{
	"":               {core.Open, core.Untriggered, core.Filled, core.Cancelled, core.Rejected},
	core.Open:        {core.Open, core.Filled, core.Cancelled},
	core.Untriggered: {core.Untriggered, core.Triggered, core.Cancelled, core.Rejected},
}

// see takes in what was told since the last look; it gives the orders that were filled where they rested.
func (w *watch) see(t require.TestingT) (makers map[string]bool) {
	makers = map[string]bool{}
	for _, v := range w.Events() {
		switch v.Kind {
		case core.OrderChanged:
			o := v.Order
			require.Contains(t, next[w.states[o.ID]], o.State, "%s was %q", o.ID, w.states[o.ID])
			require.LessOrEqual(t, o.Filled, o.Amount, o.ID)
			w.states[o.ID] = o.State
		case core.UserTraded:
			u := v.Trade
			amount := u.Instrument.Amount(u.Amount)
			w.filled[u.Order] = w.filled[u.Order].Add(amount)
			if u.Maker {
				makers[u.Order] = true
			}
			w.hold(t, holding{v.Account, v.Market}, u, amount.Mul(trade.NewDec(u.Side)))
		}
	}
	return makers
}

// hold books a trade; a reduce-only one never makes a position larger, nor turns it round.
func (w *watch) hold(t require.TestingT, at holding, u *core.Trade, signed trade.Dec) {
	was := w.held[at]
	now := was.Add(signed)
	if u.ReduceOnly {
		require.True(t, now.Abs().Less(was.Abs()) && now.Sign()*was.Sign() >= 0, "trade %d: from %s to %s", u.ID, was, now)
	}
	w.held[at] = now
}

// orders compares what is kept with what was told.
func (w *watch) orders(t require.TestingT) {
	for _, a := range w.Accounts {
		for _, o := range slices.Concat(a.Orders, a.Closed) {
			live := slices.Contains(a.Orders, o)
			require.Equal(t, live, o.Alive(), o.ID)
			require.False(t, live && slices.Contains(a.Closed, o), o.ID)
			require.Equal(t, o.State, w.states[o.ID], o.ID)
			require.Equal(t, o.State == core.Filled, !o.Conditional() && o.Remaining() == 0 && o.State != core.Cancelled, o.ID)
			require.Equal(t, w.filled[o.ID].String(), o.Instrument.Amount(o.Filled).String(), o.ID)
			require.Equal(t, o, w.OrderOf(a.ID, o.ID))
			if o.TIF == core.FillOrKill && !live {
				require.True(t, o.Filled == 0 || o.State == core.Filled, o.ID)
			}
		}
		for n, m := range w.Markets {
			if at := (holding{a.ID, n}); m.State == core.BookDelivered {
				delete(w.held, at)
			} else {
				require.Equal(t, w.held[at].String(), w.Position(a, m).Size.String(), "%s of %s", m.Instrument.Name, a.Name)
			}
		}
	}
}

// place in a queue as it was before a step.
type queued struct {
	id    string
	side  int64
	price trade.Dec
	seq   int64
}

func (w *watch) queues() (all [][]queued) {
	all = make([][]queued, len(w.Markets))
	for _, a := range w.Accounts {
		for _, o := range a.Orders {
			if o.State == core.Open {
				all[o.Market] = append(all[o.Market], queued{o.ID, o.Side, o.Instrument.Price(o.Price), o.Seq})
			}
		}
	}
	return all
}

// ahead tells whether an order comes before another of its side: better price, then older.
func (q queued) ahead(of queued) bool {
	if !q.price.Equal(of.price) {
		return q.price.Less(of.price) == (q.side < 0)
	}
	return q.seq < of.seq
}

// inTurn finds orders that were passed over: still where they were, while one behind them filled.
func (w *watch) inTurn(t require.TestingT, queues [][]queued, makers map[string]bool) {
	still := map[string]int64{}
	for _, a := range w.Accounts {
		for _, o := range a.Orders {
			still[o.ID] = o.Seq
		}
	}
	for _, q := range queues {
		for _, first := range q {
			if still[first.id] != first.seq {
				continue
			}
			for _, later := range q {
				moved := still[later.id] != 0 && still[later.id] != later.seq // edited, and so not at that price
				passed := later.side == first.side && first.ahead(later) && makers[later.id] && !moved
				require.False(t, passed, "%s filled before %s", later.id, first.id)
			}
		}
	}
}

// pairs checks that of two orders that cancel each other at most one was filled or fired. A pair that
// came out part by part is several.
func (w *watch) pairs(t require.TestingT) {
	for _, a := range w.Accounts {
		done := map[string]string{}
		for _, o := range a.Closed {
			if o.OCO == "" || (o.State != core.Filled && o.State != core.Triggered) || (o.Primary != "" && o.Condition == core.Incremental) {
				continue
			}
			require.Empty(t, done[o.OCO], "%s as well as %s", o.ID, done[o.OCO])
			done[o.OCO] = o.ID
		}
	}
}

// The lives drawn above meet every type, every state and nearly every cause of an end that orders have;
// liquidation needs larger moves. The same hundred are looked at each time.
func TestCore_rules_meet_every_kind_of_order(t *testing.T) {
	met := map[string]bool{}
	lives := rapid.Custom(commands)
	for seed := range 100 {
		for _, a := range run(lives.Example(seed)).Accounts {
			for _, o := range slices.Concat(a.Orders, a.Closed) {
				for _, word := range []string{o.Type, o.Original, o.State, o.CancelReason, o.TIF, o.Link} {
					met[word] = true
				}
				met["linked "+o.Condition] = true
				met["child"] = met["child"] || o.TriggeredBy != ""
				met["leg"] = met["leg"] || o.Primary != "" && !o.Waiting
				met["replaced"] = met["replaced"] || o.Replaced
			}
		}
	}
	for _, word := range []string{core.Limit, core.MarketType, core.MarketLimit, core.StopMarket, core.StopLimit, core.TakeMarket, core.TakeLimit, core.TrailingStop,
		core.Open, core.Filled, core.Cancelled, core.Rejected, core.Untriggered, core.Triggered,
		core.ByUser, core.ByOCO, core.ByPrimary, core.ByReduceOnly, core.BySettlement,
		core.GoodTilCancelled, core.GoodTilDay, core.ImmediateOrCancel, core.FillOrKill,
		core.OneTriggersOther, core.OneCancelsOther, core.OneTriggersOneCancelsOther,
		"linked " + core.FirstHit, "linked " + core.CompleteFill, "linked " + core.Incremental, "child", "leg", "replaced"} {
		require.True(t, met[word], word)
	}
}
