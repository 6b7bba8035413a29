package core_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// 0.1 BTC bought at 100,000.1 and sold at 100,999.9: profit 0.1 x 999.8 = 99.98, fees
// 0.1 x 100,000.1 x 0.035 % = 3.5000035 and 0.1 x 100,999.9 x 0.035 % = 3.5349965.
func TestLinear_profit_and_fees(t *testing.T) {
	s := newStage(t, "100000")
	r := s.do(place(s.alice, linear, ticket(1, "0.1", "")))
	require.Len(t, r.Trades, 1)
	same(t, "3.5000035", r.Trades[0].Fee)
	same(t, "100000.1", s.position(s.alice, linear).Average)
	s.move("101000")
	same(t, "99.99", s.position(s.alice, linear).Total) // marked at 101,000
	r = s.do(place(s.alice, linear, ticket(-1, "0.1", "")))
	same(t, "99.98", r.Trades[0].ProfitLoss)
	same(t, "3.5349965", r.Trades[0].Fee)
	sum := s.summary(s.alice, "USDC")
	same(t, "9992.965", sum.Balance)
	same(t, "99.98", sum.Realized)
	same(t, "10092.945", sum.Equity)
	same(t, "7.035", sum.Fees)
}

// Shorts earn when the price falls, and a flip closes first: short 0.02 at 99,999.9, then 0.03
// bought at 99,000.1 closes 0.02 (profit 0.02 x 999.8 = 19.996) and opens 0.01 long there.
func TestLinear_short_and_flip(t *testing.T) {
	s := newStage(t, "100000")
	s.do(place(s.alice, linear, ticket(-1, "0.02", "")))
	same(t, "-0.02", s.position(s.alice, linear).Size)
	s.move("99000")
	r := s.do(place(s.alice, linear, ticket(1, "0.03", "")))
	same(t, "19.996", r.Trades[0].ProfitLoss)
	p := s.position(s.alice, linear)
	same(t, "0.01", p.Size)
	same(t, "99000.1", p.Average)
}

// 1,000 USD at 50,000 are 0.02 BTC and 1,000 at 40,000 are 0.025: the mean is 2,000 / 0.045 =
// 44,444.44. Sold at 50,000 they bring 0.045 - 0.04 = 0.005 BTC.
func TestInverse_average_profit_and_fees(t *testing.T) {
	s := newStage(t, "49999.5")
	r := s.do(place(s.alice, inverse, ticket(1, "1000", "")))
	same(t, "0.000007", r.Trades[0].Fee)
	s.move("39999.5")
	r = s.do(place(s.alice, inverse, ticket(1, "1000", "")))
	same(t, "0.00000875", r.Trades[0].Fee)
	same(t, "44444.44444444", s.position(s.alice, inverse).Average)
	s.move("50000.5")
	r = s.do(place(s.alice, inverse, ticket(-1, "2000", "")))
	same(t, "0.005", r.Trades[0].ProfitLoss)
	same(t, "0.000014", r.Trades[0].Fee)
	same(t, "1.00497025", s.summary(s.alice, "BTC").Equity)
}

// The documented check: 50 USD from 7,440.18 to 7,476.65 bring 50 x (1/7440.18 - 1/7476.65) =
// 0.000032781, booked with 8 decimals; here on the tick grid: 50 x (1/7440 - 1/7476.5) = 0.00003281.
func TestInverse_documented_profit(t *testing.T) {
	s := newStage(t, "7439.5")
	s.do(place(s.alice, inverse, ticket(1, "50", "")))
	s.move("7477")
	r := s.do(place(s.alice, inverse, ticket(-1, "50", "")))
	same(t, "0.00003281", r.Trades[0].ProfitLoss)
}

// A resting order pays the maker's fee at its own price: 0.05 x 99,990 x 0.015 % = 0.749925.
func TestMaker_fee_at_its_own_price(t *testing.T) {
	s := newStage(t, "100000")
	r := s.do(place(s.alice, linear, ticket(1, "0.05", "99990")))
	require.Equal(t, core.Open, r.Order.State)
	s.move("99980")
	o := s.order(s.alice, r.Order.ID)
	require.Equal(t, core.Filled, o.State)
	trades := s.Account(s.alice).Trades
	require.Len(t, trades, 1)
	require.True(t, trades[0].Maker)
	same(t, "0.749925", trades[0].Fee)
	same(t, "99990", core.Perpetuals()[0].Price(trades[0].Price))
}

// 25 BTC need 2 % + 25 x 0.005 % = 2.125 %: 53,125 USDC at 100,000. 350 BTC need 3.75 %.
func TestMargin_documented_examples(t *testing.T) {
	i := core.Perpetuals()[0]
	initial, maintenance := i.Margins(trade.NewDec(25), trade.NewDec(100_000))
	same(t, "53125", initial)
	same(t, "28125", maintenance)
	initial, _ = i.Margins(trade.NewDec(350), trade.NewDec(100_000))
	same(t, "1312500", initial)
}

func TestMargin_refuses_what_the_account_cannot_carry(t *testing.T) {
	s := newStage(t, "100000")
	s.refused(core.ErrNotEnoughFunds, place(s.alice, linear, ticket(1, "4.9", "99000")))
	s.do(place(s.alice, linear, ticket(1, "4", "99000")))
	same(t, "8080", s.summary(s.alice, "USDC").Initial) // 4 x 100,000 x (2 % + 4 x 0.005 %)
	s.refused(core.ErrNotEnoughFunds, place(s.alice, linear, ticket(1, "1", "99000")))
	s.do(place(s.alice, linear, ticket(-1, "4", "101000"))) // the other side needs no more than the larger
	same(t, "8080", s.summary(s.alice, "USDC").Initial)
}

// 4.8 BTC tie up 4.8 x 100,000 x 2.024 % = 9,715.2 of 9,832 USDC: an order that only reduces is free.
func TestMargin_lets_positions_be_reduced(t *testing.T) {
	s := newStage(t, "100000")
	s.do(place(s.alice, linear, ticket(1, "4.8", "")))
	same(t, "9715.2", s.summary(s.alice, "USDC").Initial)
	s.refused(core.ErrNotEnoughFunds, place(s.alice, linear, ticket(1, "0.1", "99000")))
	s.do(place(s.alice, linear, reducing(ticket(-1, "4.8", "101000"))))
	s.do(place(s.alice, linear, ticket(-1, "4", "102000"))) // less than the position: no requirement either
	same(t, "9715.2", s.summary(s.alice, "USDC").Initial)
	s.refused(core.ErrNotEnoughFunds, place(s.alice, linear, ticket(-1, "6", "102000"))) // 5.2 short in the end
}

// Premium 100 on 100,000 is 0.1 %; the rate is 0.1 % - 0.025 % = 0.075 % for 8 hours. One hour of
// 0.1 BTC long: 0.1 x 100,000 x 0.00075 / 8 = 0.9375, paid by the long, received by the short.
func TestFunding_runs_with_time_and_is_cash_at_settlement(t *testing.T) {
	s := newStage(t, "100000")
	s.script.premium = 1_000_000
	s.pass(1)
	s.do(place(s.alice, linear, ticket(1, "0.1", "")))
	s.do(place(s.bob, linear, ticket(-1, "0.1", "")))
	s.pass(3600)
	same(t, "-0.9375", s.position(s.alice, linear).Funding)
	same(t, "0.9375", s.position(s.bob, linear).Funding)
	r := s.do(place(s.alice, linear, ticket(-1, "0.1", "")))
	require.Len(t, r.Trades, 1)
	log := s.Account(s.alice).Log
	same(t, "-0.9375", log[len(log)-1].Interest)
	same(t, "-0.9375", s.position(s.alice, linear).Funding)
}

// Dawn is 12:00; at 08:00 the next day the session's profit becomes cash and the next one starts.
func TestSettlement_turns_the_session_into_cash(t *testing.T) {
	s := newStage(t, "100000")
	s.do(place(s.alice, linear, ticket(1, "0.1", "")))
	s.move("101000")
	s.pass(20*3600 - 1)
	sum := s.summary(s.alice, "USDC")
	same(t, "10096.4899965", sum.Balance) // 10,000 - 3.5000035 + 0.1 x 999.9
	same(t, "0", sum.Open)
	same(t, "0", sum.Realized)
	same(t, "10096.4899965", sum.Equity)
	p := s.position(s.alice, linear)
	same(t, "100000.1", p.Average) // the entry stays
	same(t, "99.99", p.Total)
	same(t, "0", p.Floating)
	s.move("102000")
	r := s.do(place(s.alice, linear, ticket(-1, "0.1", "")))
	same(t, "199.98", r.Trades[0].ProfitLoss) // since the entry
	same(t, "99.99", s.summary(s.alice, "USDC").Realized)
}

// 4 BTC on 10,000 USDC: maintenance is 1.02 % of about 400,000 = 4,080; a fall of 1.6 % costs 6,400.
// The fee of 1 % takes as much as a sale frees, so little or nothing of the position is left.
func TestLiquidation_reduces_until_the_margin_holds(t *testing.T) {
	s := newStage(t, "100000")
	other := s.do(place(s.alice, linear, ticket(1, "0.01", "90000")))
	s.do(place(s.alice, linear, ticket(1, "4", "")))
	s.move("98700")
	same(t, "4", s.position(s.alice, linear).Size)
	s.move("98400")
	require.Equal(t, core.ByLiquidation, s.order(s.alice, other.Order.ID).CancelReason)
	require.Less(t, s.position(s.alice, linear).Size.Float(), 0.1)
	sum := s.summary(s.alice, "USDC")
	require.True(t, sum.Maintenance.Cmp(sum.Equity) <= 0, "%s covers %s", sum.Equity, sum.Maintenance)
	last := s.Account(s.alice).Trades[len(s.Account(s.alice).Trades)-1]
	require.True(t, last.Liquidation)
	require.Equal(t, "liquidation", last.OrderType)
}

func TestLiquidation_writes_a_loss_beyond_the_equity_off(t *testing.T) {
	s := newStage(t, "100000")
	s.do(place(s.alice, linear, ticket(1, "4", "")))
	s.move("60000")
	same(t, "0", s.position(s.alice, linear).Size)
	same(t, "0", s.summary(s.alice, "USDC").Equity)
	log := s.Account(s.alice).Log
	require.Equal(t, "correction", log[len(log)-1].Type)
}

// Premium 100 makes 0.075 % for 8 hours; the index is 100,000. 0.1 BTC long from 12:00:01 until
// 08:00 pays 71,999 s of 7.5 / 28,800 USDC: 18.74973958. The day after it pays 86,400 s: 22.5.
func TestFunding_is_paid_once_at_each_settlement(t *testing.T) {
	s := newStage(t, "100000")
	s.script.premium = 1_000_000
	s.pass(1)
	s.do(place(s.alice, linear, ticket(1, "0.1", "")))
	s.pass(20*3600 - 1)
	log := s.Account(s.alice).Log
	row := log[len(log)-1]
	require.Equal(t, "settlement", row.Type)
	same(t, "-18.74973958", row.Interest)
	same(t, "0", s.position(s.alice, linear).Funding)
	s.pass(86_400)
	log = s.Account(s.alice).Log
	same(t, "-22.5", log[len(log)-1].Interest.Round(6))
	// Cash: the fee, both fundings, and the mark's profit of 0.1 x -0.1 against the settlement index.
	same(t, "9955.24026", s.summary(s.alice, "USDC").Balance.Round(5))
}

// Whatever the price does, no account ends a second with a position that its equity no longer covers.
func TestLiquidation_is_never_late(t *testing.T) {
	for name, usd := range map[string]func(n int64) int64{
		"falls evenly":  func(n int64) int64 { return 100_000 - 15*n },
		"falls in runs": func(n int64) int64 { return 100_000 - 600*(n/40) },
		"rises evenly":  func(n int64) int64 { return 100_000 + 20*n },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, "100000")
			for n, size := range []string{"0.5", "1", "2", "3.5"} {
				id := s.open(size)
				s.do(place(id, linear, ticket(1-2*int64(n%2), size, "")))
				s.do(place(id, inverse, ticket(2*int64(n%2)-1, "50000", "")))
			}
			for n := int64(1); n < 600; n++ {
				s.move(trade.NewDec(usd(n)).String())
				for id := s.bob + 1; id <= s.bob+4; id++ {
					for _, c := range []trade.Currency{"USDC", "BTC"} {
						sum := s.summary(id, c)
						require.True(t, sum.Maintenance.IsZero() || sum.Maintenance.Cmp(sum.Equity) <= 0, "%d in second %d: %s of %s", id, n, sum.Equity, sum.Maintenance)
					}
				}
			}
		})
	}
}

// What was taken from the book in a second stays taken over a snapshot.
func TestSnapshot_keeps_the_book_as_it_is(t *testing.T) {
	s := newStage(t, "100000")
	_, before := s.MarketOf(linear).Best(-1)
	s.do(place(s.alice, linear, ticket(1, "0.1", "")))
	_, after := s.MarketOf(linear).Best(-1)
	require.Equal(t, before-1000, after)
	b, err := s.Snapshot()
	require.NoError(t, err)
	x, err := core.Restore(s.script, b)
	require.NoError(t, err)
	_, restored := x.MarketOf(linear).Best(-1)
	require.Equal(t, after, restored)
}
