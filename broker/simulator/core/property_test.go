package core_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/broker/simulator/market"
	"github.com/tradebaas/tradebaas/trade"
)

// step is one command at a time.
type step struct {
	at int64
	c  core.Command
}

// How long after dawn the last half minute before a settlement, and before an expiry, begins.
const (
	eve     = 20*3600 - 30
	lastEve = expiry - dawn - 30
)

// commands draws what traders might send, sensible or not.
func commands(t *rapid.T) []step {
	at := (dawn + rapid.SampledFrom([]int64{0, eve, lastEve}).Draw(t, "start")) * 1000
	steps := []step{}
	for _, name := range []string{"alice", "bob", "carol"} {
		steps = append(steps, step{at, core.Command{Open: &core.OpenAccount{Name: name, Key: name, Secret: name,
			Balances: []core.Balance{{Currency: "USDC", Amount: trade.NewDec(5_000)}, {Currency: "BTC", Amount: trade.MustDec("0.2")}}}}})
	}
	for n := rapid.IntRange(5, 40).Draw(t, "steps"); n > 0; n-- {
		at += rapid.SampledFrom([]int64{0, 7, 400, 1_000, 4_300, 61_000}).Draw(t, "pause")
		if rapid.IntRange(0, 59).Draw(t, "long") == 0 {
			at += 900_000
		}
		steps = append(steps, step{at, command(t)})
	}
	return steps
}

func command(t *rapid.T) core.Command {
	account := 70_001 + rapid.Int64Range(0, 2).Draw(t, "account")
	name := rapid.SampledFrom([]trade.Instrument{linear, inverse, "ETH_USDC-PERPETUAL", dated}).Draw(t, "instrument")
	switch rapid.IntRange(0, 13).Draw(t, "what") {
	case 0:
		return core.Command{Close: &core.Close{Account: account, Instrument: name, Type: core.MarketType}}
	case 1:
		return core.Command{CancelMany: &core.CancelMany{Account: account, Filter: core.Filter{Instrument: name}}}
	case 2, 3:
		return drawLinked(t, account, name)
	case 5:
		if rapid.IntRange(0, 3).Draw(t, "respecify") == 0 {
			return core.Command{SetInstrument: &core.SetInstrument{Instrument: name,
				TickSize: drawDec(t, "0.1", "0.5", "0.25", "0.01", "10"), ContractSize: drawDec(t, "0.0001", "0.00001", "1", "10"),
				State: rapid.SampledFrom([]string{"", core.BookOpen, core.BookOpen, core.BookLocked, core.BookHalted, core.BookSettlement, core.BookInactive}).Draw(t, "state")}}
		}
	case 4, 6:
		return drawEdit(t, account, name)
	case 7:
		return core.Command{SelfTrading: &core.SetSelfTrading{Account: account,
			Mode: rapid.SampledFrom([]string{core.RejectTaker, core.CancelMaker}).Draw(t, "mode")}}
	}
	return place(account, name, drawTicket(t, name))
}

// drawLinked is a bracket, a pair, or an entry with what follows it.
func drawLinked(t *rapid.T, account int64, name trade.Instrument) core.Command {
	c := core.Place{Account: account, Instrument: name, Ticket: drawTicket(t, name),
		Link:      rapid.SampledFrom([]string{core.OneTriggersOther, core.OneCancelsOther, core.OneTriggersOneCancelsOther, core.OneTriggersOneCancelsOther}).Draw(t, "link"),
		Condition: rapid.SampledFrom([]string{core.FirstHit, core.CompleteFill, core.Incremental}).Draw(t, "condition")}
	for n := range map[string]int{core.OneTriggersOther: 1, core.OneCancelsOther: 1, core.OneTriggersOneCancelsOther: 2}[c.Link] {
		leg := drawTicket(t, name)
		if c.Link != core.OneCancelsOther && rapid.Bool().Draw(t, "exit") {
			leg.Side, leg.ReduceOnly = -c.Side, true
		}
		if leg.Label == "" {
			leg.Label = []string{"first", "second"}[n]
		}
		c.Legs = append(c.Legs, leg)
	}
	return core.Command{Place: &c}
}

// drawEdit changes one thing or two of an order that is found by its label.
func drawEdit(t *rapid.T, account int64, name trade.Instrument) core.Command {
	e := core.Edit{Account: account, Label: rapid.SampledFrom([]string{"x", "y", "first", "second"}).Draw(t, "edited"), Instrument: name}
	price, amount, offset := drawPrice(t, name), drawAmount(t, name), drawOffset(t, name)
	switch rapid.IntRange(0, 4).Draw(t, "change") {
	case 0:
		e.TriggerPrice = &price
	case 1:
		e.TriggerOffset = &offset
	case 2:
		e.Amount = &amount
	case 3:
		e.Amount, e.Price = &amount, &price
	default:
		e.Price = &price
	}
	return core.Command{Edit: &e}
}

func drawDec(t *rapid.T, values ...string) *trade.Dec {
	if v := rapid.SampledFrom(append(values, "")).Draw(t, "value"); v != "" {
		return dec(v)
	}
	return nil
}

// The types that traders send, the plain ones more often.
var drawnTypes = []string{core.MarketType, core.MarketType, core.Limit, core.Limit, core.Limit, core.MarketLimit,
	core.StopMarket, core.StopLimit, core.TakeMarket, core.TakeLimit, core.TrailingStop}

func drawTicket(t *rapid.T, name trade.Instrument) core.Ticket {
	ticket := core.Ticket{Side: rapid.SampledFrom([]int64{1, -1}).Draw(t, "side"), Label: rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "label"),
		Amount: drawAmount(t, name), Type: rapid.SampledFrom(drawnTypes).Draw(t, "type"), ReduceOnly: rapid.IntRange(0, 3).Draw(t, "reduce") == 0}
	switch ticket.Type {
	case core.Limit, core.StopLimit, core.TakeLimit:
		ticket.Price = drawPrice(t, name)
		ticket.PostOnly, ticket.RejectPostOnly = rapid.Bool().Draw(t, "post"), rapid.Bool().Draw(t, "reject")
		if !ticket.PostOnly {
			ticket.TIF = rapid.SampledFrom([]string{"", core.GoodTilDay, core.ImmediateOrCancel, core.FillOrKill}).Draw(t, "time in force")
		}
	}
	switch ticket.Type {
	case core.StopMarket, core.StopLimit, core.TakeMarket, core.TakeLimit:
		ticket.TriggerPrice = drawPrice(t, name)
	case core.TrailingStop:
		ticket.TriggerOffset = drawOffset(t, name)
	default:
		return ticket
	}
	ticket.Trigger = rapid.SampledFrom([]string{"mark_price", "last_price", "index_price"}).Draw(t, "trigger")
	return ticket
}

func drawAmount(t *rapid.T, name trade.Instrument) trade.Dec {
	contract := map[trade.Instrument]string{linear: "0.0001", inverse: "10", "ETH_USDC-PERPETUAL": "0.001", dated: "10"}[name]
	return trade.MustDec(contract).Mul(trade.NewDec(rapid.SampledFrom([]int64{1, 7, 100, 900, 20_000}).Draw(t, "contracts")))
}

// drawOffset is 5 or 50 thousandths of a percent of the price at dawn, or more than all of it.
func drawOffset(t *rapid.T, name trade.Instrument) trade.Dec {
	i := instrumentOf(name)
	return i.Price(source.Tick(i, dawn).Price * rapid.SampledFrom([]int64{5, 50, 200_000}).Draw(t, "offset") / 100_000)
}

// drawPrice is within 0.3 % of the price at dawn.
func drawPrice(t *rapid.T, name trade.Instrument) trade.Dec {
	i := instrumentOf(name)
	at := source.Tick(i, dawn).Price // the eve's is within the day's moves
	return i.Price(at + at*rapid.Int64Range(-30, 30).Draw(t, "price")/10_000)
}

func instrumentOf(name trade.Instrument) *core.Instrument {
	for _, i := range append(core.Perpetuals(), core.Futures(dawn)...) {
		if i.Name == name {
			return i
		}
	}
	panic("no instrument " + name)
}

var source = market.NewSynthetic(11)

func run(steps []step) *core.Exchange {
	x := core.New(source, steps[0].at)
	for _, s := range steps {
		_, _ = x.Apply(s.at, s.c)
	}
	return x
}

func bytesOf(t require.TestingT, x *core.Exchange) string {
	b, err := x.Snapshot()
	require.NoError(t, err)
	return string(b)
}

// The same commands leave the same bytes, even in a life interrupted by a snapshot, in which
// time passes in many small steps and what was refused is asked twice.
func TestCore_is_deterministic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps := commands(t)
		cut := rapid.IntRange(0, len(steps)).Draw(t, "cut")
		want := bytesOf(t, run(steps))

		x := core.New(source, steps[0].at)
		for n, s := range steps {
			if n == cut {
				restored, err := core.Restore(source, []byte(bytesOf(t, x)))
				require.NoError(t, err)
				x = restored
			}
			for at := x.Now; at < s.at && s.at-x.Now < 100_000; at += 333 {
				x.Advance(at)
			}
			if _, err := x.Apply(s.at, s.c); err != nil { // what is refused may be asked twice
				_, again := x.Apply(s.at, s.c)
				require.Equal(t, err, again)
			}
		}
		require.Equal(t, want, bytesOf(t, x))
	})
}

// The book is never crossed, and reduce-only never adds.
func TestCore_keeps_its_rules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps := commands(t)
		x := core.New(source, steps[0].at)
		for _, s := range steps {
			_, _ = x.Apply(s.at, s.c)
			for _, m := range x.Markets {
				bid, _ := m.Best(1)
				ask, _ := m.Best(-1)
				if bid != 0 && ask != 0 { // a shut book may have an empty side
					require.Less(t, bid, ask, "%s at %d", m.Instrument.Name, x.Now)
				}
				for _, a := range x.Accounts {
					require.Empty(t, overReducing(x, a, m))
				}
			}
		}
		for _, a := range x.Accounts {
			for _, u := range a.Trades {
				if u.ReduceOnly {
					require.True(t, u.Reducing, "trade %d", u.ID)
				}
			}
		}
	})
}

// overReducing lists resting reduce-only orders that are larger than the position.
func overReducing(x *core.Exchange, a *core.Account, m *core.Market) (out []string) {
	size := x.Position(a, m).Size
	for _, o := range x.OpenOrders(a, core.Filter{Instrument: m.Instrument.Name}) {
		left := m.Instrument.Amount(o.Remaining() * o.Side)
		if o.ReduceOnly && o.State == core.Open && (left.Sign()*size.Sign() >= 0 || size.Abs().Less(left.Abs())) {
			b, _ := json.Marshal(o)
			out = append(out, string(b))
		}
	}
	return out
}
