package trade

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// An entry of testSpec: 0.01 BTC at an ask of 50,000, so 500 USD, with 10,000 USDC in the account.
func TestAccount_Limits(t *testing.T) {
	cases := map[string]struct {
		limits  Limits
		prepare func(d *desk, cmd *EnterCommand)
		code    string // "" : allowed
		says    string
	}{
		"order size kept":    {limits: Limits{MaxOrderSize: NewDec(500)}},
		"order size":         {limits: Limits{MaxOrderSize: MustDec("499.99")}, code: "max_order_size", says: "Your limit is 499.99 USD."},
		"position kept":      {limits: Limits{MaxPosition: NewDec(500)}},
		"position":           {limits: Limits{MaxPosition: NewDec(499)}, code: "max_position", says: "worth 500 USD"},
		"leverage kept":      {limits: Limits{MaxLeverage: MustDec("0.05")}},
		"leverage":           {limits: Limits{MaxLeverage: MustDec("0.04")}, code: "max_leverage", says: "400 USD"},
		"instrument kept":    {limits: Limits{Instruments: []Instrument{"ETH_USDC-PERPETUAL", testMarket.Instrument}}},
		"instrument":         {limits: Limits{Instruments: []Instrument{"ETH_USDC-PERPETUAL"}}, code: "instrument_not_allowed"},
		"band kept":          {limits: Limits{PriceBand: NewDec(1)}, prepare: func(_ *desk, c *EnterCommand) { c.Ticker.Index = NewDec(49505) }},
		"band":               {limits: Limits{PriceBand: NewDec(1)}, prepare: func(_ *desk, c *EnterCommand) { c.Ticker.Index = NewDec(49500) }, code: "index_band", says: "1.01 %"},
		"another's position": {limits: Limits{MaxExposure: NewDec(1499)}, prepare: holdsETH, code: "max_exposure", says: "1500 USD"},
		"exposure kept":      {limits: Limits{MaxExposure: NewDec(1500)}, prepare: holdsETH},
		"open trades kept":   {limits: Limits{MaxOpenTrades: 1}},
		"loss kept":          {limits: Limits{MaxDailyLoss: NewDec(100)}, prepare: loses("99.99")},
		"loss":               {limits: Limits{MaxDailyLoss: NewDec(100)}, prepare: loses("100"), code: "max_daily_loss", says: "Today's loss is 100 USD"},
		"loss of yesterday": {limits: Limits{MaxDailyLoss: NewDec(100)}, prepare: func(d *desk, c *EnterCommand) {
			loses("500")(d, c)
			c.Ticker.Time = c.Ticker.Time.Add(24 * time.Hour)
			d.x.now = d.x.now.Add(24 * time.Hour)
		}},
		"open loss":            {limits: Limits{MaxDailyLoss: NewDec(100)}, prepare: func(d *desk, _ *EnterCommand) { d.OnPosition(ethLong("-120"), d.x.now) }, code: "max_daily_loss", says: "120 USD"},
		"loss without a price": {limits: Limits{MaxDailyLoss: NewDec(100)}, prepare: losesCoins, code: "limits_unknown"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d := newDesk(50000)
			cmd := d.command(1, Buy)
			if c.prepare != nil {
				c.prepare(d, &cmd)
			}
			d.limit(ScopedLimits{Scope: UserLimits, Limits: c.limits})
			out, err := d.Enter(cmd, d.x.now)
			if c.code == "" {
				require.NoError(t, err)
				return
			}
			require.Equal(t, c.code, CodeOf(err), "%v", err)
			require.ErrorContains(t, err, c.says)
			require.True(t, out.Change.Empty())
			require.False(t, d.Entering(cmd.Strategy), "a refusal changes nothing")
		})
	}
}

func (d *desk) limit(limits ...ScopedLimits) { d.do(d.SetRisk(Risk{Limits: limits}, d.x.now)) }

// ethLong is 0.5 ETH at a mark price of 2,000 by the user's own hand: 1,000 USD.
func ethLong(profit string) VenuePosition {
	return VenuePosition{Instrument: "ETH_USDC-PERPETUAL", Size: MustDec("0.5"), AveragePrice: NewDec(2000), MarkPrice: NewDec(2000), UnrealizedPnL: MustDec(profit)}
}

func holdsETH(d *desk, _ *EnterCommand) { d.OnPosition(ethLong("0"), d.x.now) }

// loses books a loss by a fill of the user's own hand in another instrument.
func loses(amount string) func(*desk, *EnterCommand) {
	return func(d *desk, _ *EnterCommand) {
		d.OnFill(Fill{ID: "l", Seq: 1, Instrument: "ETH_USDC-PERPETUAL", Side: Sell, Price: NewDec(2000), Amount: NewDec(1), ProfitLoss: MustDec(amount).Neg(), Time: d.x.now}, d.x.now)
	}
}

func losesCoins(d *desk, _ *EnterCommand) {
	d.OnBalance(Balance{Currency: "ETH", Equity: NewDec(3)})
	d.OnFill(Fill{ID: "l", Seq: 1, Instrument: "ETH-PERPETUAL", Side: Sell, Price: NewDec(2000), Amount: NewDec(1), ProfitLoss: MustDec("-0.1"), Time: d.x.now}, d.x.now)
}

func TestAccount_LimitsOfSeveralScopes(t *testing.T) {
	d := newDesk(50000)
	other := NewStrategyID("u1", "Other", testMarket)
	d.limit(
		ScopedLimits{Scope: ServerLimits, Limits: Limits{MaxOrderSize: NewDec(1000)}},
		ScopedLimits{Scope: ConnectionLimits, Limits: Limits{MaxOrderSize: NewDec(600)}},
		ScopedLimits{Scope: StrategyLimits, Strategy: other, Limits: Limits{MaxOrderSize: NewDec(1)}},
	)
	cmd := d.command(1, Buy)
	cmd.Amount = MustDec("0.0121") // 605 USD
	_, err := d.Enter(cmd, d.x.now)
	require.ErrorContains(t, err, "The limit of this connection is 600 USD.")
	cmd.Amount = MustDec("0.0201")
	_, err = d.Enter(cmd, d.x.now)
	require.ErrorContains(t, err, "The limit of this server is 1000 USD.", "the widest is told first")
	cmd.Amount = MustDec("0.01")
	_, err = d.Enter(cmd, d.x.now)
	require.NoError(t, err, "another strategy's limit is not this one's")
}

// Names of strategies are the same in any case, so the limit of one holds however its name was typed.
func TestAccount_StrategyLimitInAnyCase(t *testing.T) {
	d := newDesk(50000)
	typed := NewStrategyID("u1", "fast TEST", testMarket)
	d.limit(ScopedLimits{Scope: StrategyLimits, Strategy: typed, Limits: Limits{MaxOrderSize: NewDec(499)}})
	require.Equal(t, "max_order_size", CodeOf(d.enter(1, Buy)))
	d.limit(ScopedLimits{Scope: StrategyLimits, Strategy: typed, Limits: Limits{MaxOrdersPerMinute: 1}})
	require.NoError(t, d.enter(2, Buy))
	d.hear()
	d.x.move(NewDec(50500))
	d.wait(3 * time.Second)
	d.x.price = NewDec(50000)
	require.Equal(t, "max_orders_per_minute", CodeOf(d.enter(3, Buy)))
}

// A price band can not be held without an index price.
func TestAccount_PriceBandWithoutIndex(t *testing.T) {
	d := newDesk(50000)
	d.limit(ScopedLimits{Scope: UserLimits, Limits: Limits{PriceBand: NewDec(1)}})
	require.Equal(t, "limits_unknown", CodeOf(d.enter(1, Buy)))
}

// What is in flight counts as filled, and a restart forgets none of it.
func TestAccount_OrdersPerMinute(t *testing.T) {
	d := newDesk(50000)
	round := func(n int) error {
		d.x.price = NewDec(50000)
		d.limit(ScopedLimits{Scope: UserLimits, Limits: Limits{MaxOrdersPerMinute: 2}})
		if err := d.enter(n, Buy); err != nil {
			return err
		}
		d.hear()
		d.x.move(NewDec(50500))
		d.wait(3 * time.Second)
		return nil
	}
	require.NoError(t, round(1))
	require.NoError(t, round(2))
	require.Equal(t, "max_orders_per_minute", CodeOf(round(3)))
	d.restart()
	require.Equal(t, "max_orders_per_minute", CodeOf(round(3)))
	d.wait(time.Minute)
	require.NoError(t, round(3))
}

// The day's loss is of what is open as well, counted from the day's first sight.
func TestAccount_DayCarriesOpenPosition(t *testing.T) {
	d := newDesk(50000)
	d.OnPosition(ethLong("-300"), d.x.now)
	d.x.now = d.x.now.Add(14 * time.Hour) // midnight
	d.reconcile2(ethLong("-300"))
	d.limit(ScopedLimits{Scope: UserLimits, Limits: Limits{MaxDailyLoss: NewDec(100)}})
	enter := func(profit string) error {
		d.reconcile2(ethLong(profit))
		cmd := d.command(1, Buy)
		_, err := d.Enter(cmd, d.x.now)
		return err
	}
	require.Equal(t, "max_daily_loss", CodeOf(enter("-400")))
	d.restart()
	d.limit(ScopedLimits{Scope: UserLimits, Limits: Limits{MaxDailyLoss: NewDec(100)}})
	require.Equal(t, "max_daily_loss", CodeOf(enter("-401")), "a restart does not begin the day again")
	require.NoError(t, enter("-399"), "300 of it were yesterday's")
}

// A loss by the user's own hand is told again by the history after a restart, and counts once.
func TestAccount_LossByHandCountsOnce(t *testing.T) {
	d := newDesk(50000)
	limit := ScopedLimits{Scope: UserLimits, Limits: Limits{MaxDailyLoss: NewDec(100)}}
	loss := Fill{ID: "l", Seq: 1, Instrument: "ETH_USDC-PERPETUAL", Side: Sell, Price: NewDec(2000), Amount: NewDec(1), ProfitLoss: NewDec(-60), Time: d.x.now}
	d.limit(limit)
	d.do(d.OnFill(loss, d.x.now))
	d.restart()
	d.limit(limit)
	d.do(d.OnFill(loss, d.x.now))
	require.NoError(t, d.enter(1, Buy), "60 of 100")
	loss.ID, loss.Seq, loss.Time = "m", 2, d.x.now.Add(time.Millisecond)
	d.do(d.OnFill(loss, d.x.now))
	decEqual(t, "-120.175", d.ledger.days["USDC"].Realised)
}

// reconcile2 is a comparison that finds a position beside our own.
func (d *desk) reconcile2(p VenuePosition) {
	d.do(d.Reconcile(Snapshot{Asked: d.x.now, Positions: []VenuePosition{p}, Fills: map[Instrument][]Fill{},
		Balances: []Balance{{Currency: "USDC", Balance: NewDec(10000), Equity: NewDec(10000), Available: NewDec(10000)}}}, d.x.now))
}

func TestLimits_Check(t *testing.T) {
	require.NoError(t, Limits{}.Check())
	require.NoError(t, Limits{MaxOrderSize: NewDec(1_000_000_000), MaxLeverage: NewDec(100), MaxOpenTrades: 1000, Instruments: []Instrument{"BTC-PERPETUAL"}}.Check())
	err := Limits{MaxOrderSize: NewDec(-1), MaxLeverage: NewDec(101), MaxOrdersPerMinute: -1, PriceBand: MustDec("100.1"), Instruments: []Instrument{""}}.Check()
	var refusal *Error
	require.ErrorAs(t, err, &refusal)
	var fields []string
	for _, f := range refusal.Fields {
		fields = append(fields, f.Field)
	}
	require.Equal(t, []string{"maxOrderSize", "maxLeverage", "maxOrdersPerMinute", "priceBand", "instruments"}, fields)
}
