package core_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

func shock(percent string, seconds int64, decays bool, name trade.Instrument) core.Command {
	return core.Command{ShockPrices: &core.ShockPrices{Instrument: name, Percent: trade.MustDec(percent), Seconds: seconds, Decays: decays}}
}

// prices gives last, index and mark price of a market.
func (s *stage) prices(name trade.Instrument) [3]string {
	m := s.MarketOf(name)
	return [3]string{m.Instrument.Price(m.Tick.Price).String(), m.IndexPrice().String(), m.MarkPrice().String()}
}

func all(price string) [3]string { return [3]string{price, price, price} }

func TestShock_lasts_and_is_over(t *testing.T) {
	s := newStage(t, "100000")
	s.do(shock("-5", 3, false, linear))
	require.Equal(t, all("100000"), s.prices(linear), "it begins with the next second")
	for range 3 {
		s.pass(1)
		require.Equal(t, all("95000"), s.prices(linear))
		require.Equal(t, all("100000"), s.prices(inverse), "another market stays")
	}
	s.pass(1)
	require.Equal(t, all("100000"), s.prices(linear))
}

func TestShock_decays(t *testing.T) {
	s := newStage(t, "100000")
	s.do(shock("10", 4, true, ""))
	for _, want := range []string{"110000", "107500", "105000", "102500", "100000"} {
		s.pass(1)
		require.Equal(t, all(want), s.prices(linear))
		require.Equal(t, all(want), s.prices(inverse))
	}
}

func TestShocks_add_up_until_they_are_ended(t *testing.T) {
	s := newStage(t, "100000")
	s.do(shock("10", 0, false, ""))
	s.do(shock("-50", 0, false, ""))
	s.pass(3600)
	require.Equal(t, all("55000"), s.prices(linear)) // 100,000 x 1.1 x 0.5
	s.do(core.Command{EndShocks: &core.EndShocks{}})
	s.pass(1)
	require.Equal(t, all("100000"), s.prices(linear))
}

func TestShock_bounds(t *testing.T) {
	s := newStage(t, "100000")
	for name, c := range map[string]core.Command{"zero": shock("0", 1, false, ""), "all of it": shock("-95.1", 1, false, ""),
		"too much": shock("500.1", 1, false, "")} {
		t.Run(name, func(t *testing.T) { s.refused(core.Invalid("percent", ""), c) })
	}
	s.refused(core.Invalid("seconds", ""), shock("1", 0, true, ""))
	s.refused(core.Invalid("seconds", ""), shock("1", -1, false, ""))
	s.refused(core.ErrUnknownInstrument, shock("1", 1, false, "DOGE"))
}

// A gap through a stop: the limit is jumped over, the stop has fired, and nothing is filled until the
// price comes back.
func TestShock_jumps_over_a_stop_limit(t *testing.T) {
	s := newStage(t, "100000")
	s.do(place(s.alice, linear, ticket(1, "0.01", "")))
	guard := stop(core.StopLimit, -1, "0.01", "99500", "99400")
	guard.Label = "guard"
	s.do(place(s.alice, linear, reducing(guard)))
	s.do(shock("-1", 0, false, linear))
	s.pass(5)
	require.Equal(t, map[string]int64{"guard": 100}, s.live(s.alice), "it has fired and rests at 99,400 above a price of 99,000")
	same(t, "0.01", s.position(s.alice, linear).Size)
	s.do(core.Command{EndShocks: &core.EndShocks{}})
	s.pass(1)
	require.Empty(t, s.live(s.alice))
	require.True(t, s.position(s.alice, linear).Size.IsZero())
}

// The same commands at the same times leave the same bytes, through a snapshot as well.
func TestShock_is_deterministic(t *testing.T) {
	run := func(restore bool) string {
		s := newStage(t, "100000")
		s.do(place(s.alice, linear, ticket(1, "0.01", "")))
		s.do(shock("-3.1234", 30, true, ""))
		s.pass(10)
		if restore {
			snapshot, err := s.Snapshot()
			require.NoError(t, err)
			s.Exchange, err = core.Restore(s.script, snapshot)
			require.NoError(t, err)
		}
		s.pass(10)
		snapshot, err := s.Snapshot()
		require.NoError(t, err)
		return string(snapshot)
	}
	require.Equal(t, run(false), run(true))
}
