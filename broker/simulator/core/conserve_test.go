package core_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// Money and contracts are conserved, to the last digit: whatever three accounts trade at a price
// that jumps about, with funding, liquidation, settlement and delivery in between.
func TestCore_conserves_money(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := wild(t)
		for n := rapid.IntRange(3, 30).Draw(t, "steps"); n > 0; n-- {
			s.step(t)
			for _, a := range s.Accounts {
				sums(t, s.Exchange, a)
			}
			pairs(t, s.Exchange)
		}
	})
}

// wildStage trades at a price that a test draws, near a settlement and an expiry.
type wildStage struct {
	*core.Exchange
	script *script
	now    int64
	usd    int64
}

func wild(t *rapid.T) *wildStage {
	start := expiry - rapid.SampledFrom([]int64{30, 5_000, 86_400 + 600}).Draw(t, "before expiry")
	sc := &script{from: []int64{0}, usd: []string{"100000"}, ticks: map[scripted]core.Tick{}, premium: rapid.Int64Range(-2_000_000, 2_000_000).Draw(t, "premium")}
	s := &wildStage{Exchange: core.New(sc, start*1000), script: sc, now: start, usd: 100_000}
	s.Quiet(true)
	for _, name := range []string{"alice", "bob", "carol"} {
		_, err := s.Apply(start*1000, core.Command{Open: &core.OpenAccount{Name: name, Key: name,
			Balances: []core.Balance{{Currency: "USDC", Amount: trade.NewDec(5_000)}, {Currency: "BTC", Amount: trade.MustDec("0.05")}}}})
		require.Nil(t, err)
	}
	return s
}

// step moves the price, lets time pass and trades.
func (s *wildStage) step(t *rapid.T) {
	s.usd = s.usd * rapid.Int64Range(960, 1_040).Draw(t, "move") / 1_000
	s.script.from, s.script.usd = append(s.script.from, s.now+1), append(s.script.usd, trade.NewDec(s.usd).String())
	s.now += rapid.SampledFrom([]int64{1, 1, 7, 60, 3_000}).Draw(t, "pause")
	name := rapid.SampledFrom([]trade.Instrument{linear, inverse, dated, datedLinear}).Draw(t, "instrument")
	tick := ticket(rapid.SampledFrom([]int64{1, -1}).Draw(t, "side"), "1", "")
	unit := map[bool]trade.Dec{true: trade.NewDec(10), false: trade.MustDec("0.0001")}[name == inverse || name == dated]
	tick.Amount = unit.Mul(trade.NewDec(rapid.SampledFrom([]int64{1, 3, 17, 400, 15_000}).Draw(t, "contracts")))
	if rapid.Bool().Draw(t, "rests") {
		tick.Type, tick.Price = core.Limit, trade.NewDec(s.usd+rapid.Int64Range(-300, 300).Draw(t, "price"))
	}
	_, _ = s.Apply(s.now*1000, place(70_001+rapid.Int64Range(0, 2).Draw(t, "account"), name, tick))
}

// sums checks one account: cash is what the log says, and what the account is worth is what it was
// given, the profit of its trades and deliveries, the open profit and the funding, less fees.
func sums(t require.TestingT, x *core.Exchange, a *core.Account) {
	for _, w := range a.Wallets {
		change, worth := trade.Zero, w.Fees.Neg()
		for _, r := range a.Log {
			if r.Currency != w.Currency {
				continue
			}
			change, worth = change.Add(r.Change), worth.Add(r.Interest)
			switch r.Type {
			case "deposit", "correction":
				worth = worth.Add(r.Change)
			case "delivery":
				worth = worth.Add(r.ProfitLoss)
			}
		}
		require.Equal(t, w.Balance.String(), change.String(), "cash of %s", a.Name)
		for _, u := range a.Trades {
			if u.Instrument.Settlement == w.Currency {
				worth = worth.Add(u.ProfitLoss)
			}
		}
		pending := trade.Zero // funding that runs but is not in the log yet
		for n, p := range a.Positions {
			if m := x.Markets[n]; m.Instrument.Settlement == w.Currency {
				v := x.Position(a, m)
				worth, pending = worth.Add(v.Total), pending.Add(v.Funding.Sub(p.Funding))
			}
		}
		require.Equal(t, x.Summarize(a, w.Currency).Equity.Sub(pending).String(), worth.String(), "%s of %s", w.Currency, a.Name)
	}
}

// pairs checks that positions are what was traded and not delivered, and that every trade between
// users has two sides that cancel: what is left of the sum is the synthetic book's other side.
func pairs(t require.TestingT, x *core.Exchange) {
	sides := map[int64][]core.Trade{}
	for _, a := range x.Accounts {
		held := make([]int64, len(x.Markets))
		for _, u := range a.Trades {
			held[u.Market] += u.Side * u.Amount
			sides[u.ID] = append(sides[u.ID], u)
		}
		for n, m := range x.Markets {
			want := held[n]
			if m.State == core.BookDelivered {
				want = 0
			}
			require.Equal(t, m.Instrument.Amount(want).String(), x.Position(a, m).Size.String(), "%s of %s", m.Instrument.Name, a.Name)
		}
	}
	for id, both := range sides {
		require.LessOrEqual(t, len(both), 2, "trade %d", id)
		if len(both) == 2 {
			require.Zero(t, both[0].Side*both[0].Amount+both[1].Side*both[1].Amount, "trade %d", id)
		}
	}
}

// The drawn life above meets all that it is to meet.
func TestCore_conserves_money_through_everything(t *testing.T) {
	met := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		s := wild(t)
		for range 20 {
			s.step(t)
		}
		for _, a := range s.Accounts {
			for _, r := range a.Log {
				met[r.Type] = true
			}
			sums(t, s.Exchange, a)
		}
	})
	for _, kind := range []string{"trade", "settlement", "delivery", "liquidation", "correction"} {
		require.True(t, met[kind], kind)
	}
}
