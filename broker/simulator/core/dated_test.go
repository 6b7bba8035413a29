package core_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

func TestFutures_are_those_of_the_next_two_quarters(t *testing.T) {
	for at, want := range map[string][]trade.Instrument{
		"2025-03-10T12:00:00Z": {"BTC_USDC-28MAR25", "BTC-28MAR25", "BTC_USDC-27JUN25", "BTC-27JUN25"},
		"2025-03-28T07:59:59Z": {"BTC_USDC-28MAR25", "BTC-28MAR25", "BTC_USDC-27JUN25", "BTC-27JUN25"},
		"2025-03-28T08:00:00Z": {"BTC_USDC-27JUN25", "BTC-27JUN25", "BTC_USDC-26SEP25", "BTC-26SEP25"},
		"2026-11-25T09:00:00Z": {"BTC_USDC-25DEC26", "BTC-25DEC26", "BTC_USDC-26MAR27", "BTC-26MAR27"},
		"2026-12-31T23:59:59Z": {"BTC_USDC-26MAR27", "BTC-26MAR27", "BTC_USDC-25JUN27", "BTC-25JUN27"},
	} {
		second, err := time.Parse(time.RFC3339, at)
		require.NoError(t, err)
		names := []trade.Instrument{}
		for _, i := range core.Futures(second.Unix()) {
			names = append(names, i.Name)
			require.Equal(t, 8, time.UnixMilli(i.Expiry).UTC().Hour())
			require.Equal(t, time.Friday, time.UnixMilli(i.Expiry).UTC().Weekday())
			require.LessOrEqual(t, i.Created, second.UnixMilli())
		}
		require.Equal(t, want, names, at)
	}
}

// newStageAt is a stage that begins so many seconds before the expiry.
func newStageAt(t testing.TB, before int64) *stage {
	sc := &script{from: []int64{0}, usd: []string{"100000"}, ticks: map[scripted]core.Tick{}}
	s := &stage{Exchange: core.New(sc, (expiry-before)*1000), t: t, script: sc, now: expiry - before}
	s.alice, s.bob = s.open("alice"), s.open("bob")
	return s
}

// The index is 100,000 in the first quarter of an hour of the last half hour and 101,000 in the
// second: delivered at 100,500. 1,000 USD from 100,000.5: 1,000 x (1/100,000.5 - 1/100,500) =
// 0.0000497 BTC. 0.1 BTC from 100,000.1: 0.1 x 499.9 = 49.99 USDC. A premium on mark costs nothing.
func TestFuture_is_delivered_at_the_mean_index(t *testing.T) {
	s := newStageAt(t, 1_801)
	s.script.premium = 1_000_000
	s.pass(1) // 07:30:00
	s.do(place(s.alice, dated, ticket(1, "1000", "")))
	s.do(place(s.alice, datedLinear, ticket(1, "0.1", "")))
	s.do(place(s.bob, datedLinear, ticket(-1, "0.1", "")))
	rest := s.do(place(s.alice, dated, ticket(1, "500", "99000"))).Order.ID
	wait := s.do(place(s.alice, dated, reducing(stop(core.StopMarket, -1, "1000", "90000", "")))).Order.ID
	s.pass(899)
	s.move("101000")                                              // 07:45:00
	same(t, "100001.1098", s.DeliveryEstimate(s.MarketOf(dated))) // 900 seconds of 100,000 and one of 101,000
	s.pass(899)
	require.Equal(t, core.BookOpen, s.MarketOf(dated).State)
	same(t, "100500", s.DeliveryEstimate(s.MarketOf(dated)))
	s.Events()
	s.pass(1) // 08:00:00
	m := s.MarketOf(dated)
	require.Equal(t, core.BookDelivered, m.State)
	same(t, "100500", m.Settled)
	require.Equal(t, core.BySettlement, s.order(s.alice, rest).CancelReason)
	require.Equal(t, core.BySettlement, s.order(s.alice, wait).CancelReason)
	same(t, "0", s.position(s.alice, dated).Size)
	row := s.SettlementsOf(s.Account(s.alice), core.Filter{Instrument: dated}, core.SettledDelivery, s.Now)[0]
	same(t, "0.0000497", row.Change)
	same(t, "0.0000497", row.ProfitLoss)
	same(t, "0", row.Interest)
	require.Equal(t, "close sell", row.Side)
	require.Equal(t, int64(100), row.Amount)
	same(t, "49.99", s.SettlementsOf(s.Account(s.alice), core.Filter{Instrument: datedLinear}, "", s.Now)[0].Change)
	same(t, "-49.99", s.SettlementsOf(s.Account(s.bob), core.Filter{Instrument: datedLinear}, "", s.Now)[0].Change.Add(trade.MustDec("0.02")))
	said := []string{}
	for _, e := range s.Events() {
		if e.Kind == core.InstrumentChanged {
			said = append(said, string(s.Markets[e.Market].Instrument.Name)+" "+e.State)
		}
	}
	require.Subset(t, said, []string{"BTC-28MAR25 closed", "BTC_USDC-28MAR25 closed", "BTC_USDC-26SEP25 created", "BTC-26SEP25 created", "BTC-PERPETUAL settled"})
	s.refused(core.ErrDelivered, place(s.alice, dated, ticket(1, "1000", "")))
	require.Len(t, s.Markets, 9)
	require.NotNil(t, s.MarketOf("BTC-26SEP25"))
	s.pass(10)
	s.do(place(s.alice, "BTC-26SEP25", ticket(1, "1000", "")))
}

// A future that lives on is settled each day like a perpetual, and pays no funding.
func TestFuture_is_settled_daily(t *testing.T) {
	s := newStage(t, "100000")
	s.script.premium = 1_000_000
	s.do(place(s.alice, datedLinear, ticket(1, "0.1", "")))
	s.move("101000")
	s.pass(20*3600 - 1)
	rows := s.SettlementsOf(s.Account(s.alice), core.Filter{}, "", s.Now)
	require.Len(t, rows, 1)
	require.Equal(t, "settlement", rows[0].Type)
	same(t, "99.99", rows[0].Change) // 0.1 x (101,000 - 100,000.1)
	same(t, "99.99", rows[0].ProfitLoss)
	require.Zero(t, s.MarketOf(datedLinear).FundingRate())
	public := s.LastSettlements(core.Filter{Instrument: datedLinear}, "", s.Now)
	require.Len(t, public, 1)
	same(t, "99.99", public[0].ProfitLoss)
	require.Equal(t, int64(1_000), public[0].Position)
	same(t, "101000", s.DeliveryPrices("btc_usdc")[0].Price)
	require.Len(t, s.DeliveryPrices("btc_usdc"), 1)
}

// A snapshot after a delivery goes on as the exchange itself does.
func TestSnapshot_keeps_what_is_delivered(t *testing.T) {
	s := newStageAt(t, 100)
	s.do(place(s.alice, dated, ticket(1, "1000", "")))
	s.pass(200)
	x, err := core.Restore(s.script, []byte(bytesOf(t, s.Exchange)))
	require.NoError(t, err)
	s.pass(100)
	x.Advance(s.now * 1000)
	require.Equal(t, bytesOf(t, s.Exchange), bytesOf(t, x))
}

// A version before kept what a position had cost at the last settlement: 0.1 BTC at 101,000 is
// 10,100, so 100 - 0.01 has been paid, and at 100,000 the session stands at -100.
func TestSnapshot_of_the_first_version_keeps_its_sessions(t *testing.T) {
	s := newStage(t, "100000")
	s.do(place(s.alice, linear, ticket(1, "0.1", "")))
	b := strings.Replace(bytesOf(t, s.Exchange), `"Booked":"0"`, `"SessionCost":"10100"`, 1)
	x, err := core.Restore(s.script, []byte(b))
	require.NoError(t, err)
	v := x.Position(x.Account(s.alice), x.MarketOf(linear))
	same(t, "-0.01", v.Total)
	same(t, "-100", v.Floating)
}

// Time that is left out delivers what expired in it at once.
func TestSkip_over_an_expiry_delivers(t *testing.T) {
	s := newStageAt(t, 100)
	s.do(place(s.alice, datedLinear, ticket(1, "0.1", "")))
	s.do(core.Command{Skip: &core.Skip{To: (expiry + 5_000) * 1000}})
	s.Advance((expiry + 5_001) * 1000)
	require.Equal(t, core.BookDelivered, s.MarketOf(datedLinear).State)
	same(t, "0", s.position(s.alice, datedLinear).Size)
	same(t, "-0.01", s.SettlementsOf(s.Account(s.alice), core.Filter{}, "", s.Now)[0].Change) // 0.1 x (100,000 - 100,000.1)
}
