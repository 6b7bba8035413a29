package core_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// script is a source that a test writes: from a second on, a price in USD for every instrument.
// Index and mark are the price, plus a premium on mark in ten-thousandths of a dollar.
type script struct {
	from    []int64
	usd     []string
	premium int64
	ticks   map[scripted]core.Tick
}

func (s *script) Tick(i *core.Instrument, second int64) core.Tick {
	n := len(s.from) - 1
	for n > 0 && second < s.from[n] {
		n--
	}
	key := scripted{s.usd[n], i}
	tick, known := s.ticks[key]
	if !known {
		usd := trade.MustDec(s.usd[n])
		ticks, _ := i.Ticks(usd.NearestTo(i.TickSize))
		fine := int64(usd.Mul(trade.NewDec(10_000)).Float())
		tick = core.Tick{Price: ticks, Index: fine, Mark: fine, Volume: 1, Spread: 1}
		s.ticks[key] = tick
	}
	tick.Mark += s.premium
	return tick
}

type scripted struct {
	usd        string
	instrument *core.Instrument
}

func (s *script) Bar(*core.Instrument, int64, int64) core.Bar { return core.Bar{} }

// dawn is 2025-03-10 12:00:00 UTC, in seconds.
const dawn = int64(1_741_608_000)

// expiry is 2025-03-28 08:00:00 UTC, the first quarterly expiry after dawn, in seconds.
const expiry = int64(1_743_148_800)

const (
	linear      = trade.Instrument("BTC_USDC-PERPETUAL")
	inverse     = trade.Instrument("BTC-PERPETUAL")
	dated       = trade.Instrument("BTC-28MAR25")
	datedLinear = trade.Instrument("BTC_USDC-28MAR25")
)

type stage struct {
	*core.Exchange
	t      testing.TB
	script *script
	now    int64 // seconds
	alice  int64
	bob    int64
}

func newStage(t testing.TB, usd string) *stage {
	t.Helper()
	sc := &script{from: []int64{0}, usd: []string{usd}, ticks: map[scripted]core.Tick{}}
	s := &stage{Exchange: core.New(sc, dawn*1000), t: t, script: sc, now: dawn}
	s.alice, s.bob = s.open("alice"), s.open("bob")
	return s
}

func (s *stage) open(name string) int64 {
	s.t.Helper()
	r, err := s.Apply(s.now*1000, core.Command{Open: &core.OpenAccount{Name: name, Key: name, Secret: name,
		Balances: []core.Balance{{Currency: "USDC", Amount: trade.NewDec(10_000)}, {Currency: "BTC", Amount: trade.NewDec(1)}}}})
	require.Nil(s.t, err)
	return r.Account
}

// move sets the price from the next second on and goes there.
func (s *stage) move(usd string) {
	s.script.from = append(s.script.from, s.now+1)
	s.script.usd = append(s.script.usd, usd)
	s.pass(1)
}

func (s *stage) pass(seconds int64) {
	s.now += seconds
	s.Advance(s.now * 1000)
}

func (s *stage) do(c core.Command) core.Result {
	s.t.Helper()
	r, err := s.Apply(s.now*1000, c)
	if err != nil {
		require.NoError(s.t, err)
	}
	return r
}

func (s *stage) refused(want *core.Error, c core.Command) {
	s.t.Helper()
	before, e := s.Snapshot()
	require.NoError(s.t, e)
	_, err := s.Apply(s.now*1000, c)
	require.NotNil(s.t, err)
	require.Equal(s.t, want.Code, err.Code, "%v", err)
	require.Equal(s.t, want.Param, err.Param, "%v", err)
	after, e := s.Snapshot()
	require.NoError(s.t, e)
	require.Equal(s.t, string(before), string(after), "a refused command leaves nothing behind")
}

// ticket writes an order in few words; price "" is a market order.
func ticket(side int64, amount, price string) core.Ticket {
	t := core.Ticket{Side: side, Amount: trade.MustDec(amount), Type: core.MarketType}
	if price != "" {
		t.Type, t.Price = core.Limit, trade.MustDec(price)
	}
	return t
}

func stop(kind string, side int64, amount, trigger, price string) core.Ticket {
	t := ticket(side, amount, price)
	t.Type, t.Trigger, t.TriggerPrice = kind, "mark_price", trade.MustDec(trigger)
	return t
}

func reducing(t core.Ticket) core.Ticket {
	t.ReduceOnly = true
	return t
}

func place(account int64, name trade.Instrument, t core.Ticket) core.Command {
	return core.Command{Place: &core.Place{Account: account, Instrument: name, Ticket: t}}
}

func (s *stage) order(account int64, id string) *core.Order {
	s.t.Helper()
	o := s.OrderOf(account, id)
	require.NotNil(s.t, o, id)
	return o
}

func (s *stage) position(account int64, name trade.Instrument) core.PositionView {
	return s.Position(s.Account(account), s.MarketOf(name))
}

func (s *stage) summary(account int64, c trade.Currency) core.Summary {
	return s.Summarize(s.Account(account), c)
}

// live lists the labels of the account's live orders with their amounts in contracts.
func (s *stage) live(account int64) map[string]int64 {
	out := map[string]int64{}
	for _, o := range s.OpenOrders(s.Account(account), core.Filter{}) {
		if !o.Waiting {
			out[o.Label] += o.Remaining()
		}
	}
	return out
}

func same(t testing.TB, want string, got trade.Dec) {
	t.Helper()
	require.Equal(t, trade.MustDec(want).String(), got.String())
}
