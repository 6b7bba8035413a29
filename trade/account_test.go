package trade

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func (d *desk) theTrade(t *testing.T) Trade {
	t.Helper()
	require.Len(t, d.ledger.trades, 1)
	for _, tr := range d.ledger.trades {
		return tr
	}
	return Trade{}
}

func (d *desk) repairKinds() map[string]int {
	kinds := map[string]int{}
	for _, r := range d.ledger.repairs {
		kinds[r.Kind]++
	}
	return kinds
}

func (d *desk) stops() []VenueOrder {
	var list []VenueOrder
	for _, v := range d.x.live() {
		if v.Type == "stop_market" && !v.Secondary {
			list = append(list, v)
		}
	}
	return list
}

// decEqual compares decimals as numbers.
func decEqual(t *testing.T, want string, got Dec) {
	t.Helper()
	require.Equal(t, MustDec(want).String(), got.String())
}

func TestAccount_LifeOfATrade(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	tr := d.theTrade(t)
	require.Equal(t, TradeOpen, tr.Status)
	decEqual(t, "50000", tr.EntryPrice)
	decEqual(t, "49500", tr.StopLoss)
	require.Equal(t, 1, d.ledger.counters[testStrategy].TradesToday)

	d.x.move(NewDec(50500))
	d.wait(2 * time.Second)
	tr = d.theTrade(t)
	require.Equal(t, TradeClosed, tr.Status)
	require.Equal(t, ExitTarget, tr.ExitReason)
	decEqual(t, "5", tr.PnL)
	decEqual(t, "0.35175", tr.Fees) // 0.01 * (50000 + 50500) * 0.00035
	decEqual(t, "-0.01", tr.Funding)
	decEqual(t, "4.63825", tr.Net)
	require.NotEmpty(t, tr.EntryOrder)
	require.NotEmpty(t, tr.StopOrder)
	require.NotEmpty(t, tr.TargetOrder)
	require.Empty(t, d.x.live())
	for _, o := range d.ledger.orders {
		require.True(t, o.State.Terminal(), "%s is %s", o.Role, o.State)
	}
	require.Empty(t, d.repairKinds())
	require.False(t, d.Busy())
}

func TestAccount_ExitReasons(t *testing.T) {
	cases := map[string]struct {
		end    func(d *desk)
		reason string
	}{
		"target": {func(d *desk) { d.x.move(NewDec(50600)) }, ExitTarget},
		"stop":   {func(d *desk) { d.x.move(NewDec(49400)) }, ExitStop},
		"break even": {func(d *desk) {
			out, err := d.MoveStop(d.OpenTrades()[0].ID, NewDec(50001), NewDec(50200), true, d.x.now)
			if err != nil {
				panic(err)
			}
			d.do(out)
			d.x.move(NewDec(50000))
		}, ExitBreakEven},
		"time": {func(d *desk) {
			out, _ := d.Close(d.OpenTrades()[0].ID, ExitTime, d.x.now)
			d.do(out)
		}, ExitTime},
		"strategy stopped": {func(d *desk) { d.do(d.CloseStrategy(testStrategy, ExitStrategyStop, d.x.now)) }, ExitStrategyStop},
		"by hand at the exchange": {func(d *desk) {
			v := d.x.add(VenueOrder{ID: "hand", Instrument: testMarket.Instrument, Side: Sell, Type: "market", State: "open", Amount: MustDec("0.01")})
			d.x.take(v, d.x.price)
		}, ExitManual},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d := newDesk(50000)
			require.NoError(t, d.enter(1, Buy))
			d.hear()
			c.end(d)
			d.wait(3 * time.Second)
			require.Equal(t, c.reason, d.theTrade(t).ExitReason)
			require.True(t, d.x.size.IsZero())
			require.Empty(t, d.x.live(), "no leg outlives its position")
		})
	}
}

func TestAccount_FillSlipped(t *testing.T) {
	d := newDesk(50000)
	cmd := d.command(1, Buy)
	out, err := d.Enter(cmd, d.x.now)
	require.NoError(t, err)
	d.do(out)
	d.x.price = NewDec(50100) // the market moved while the intent was stored
	d.do(d.Release(cmd.Intent, d.x.now))
	d.hear()
	tr := d.theTrade(t)
	decEqual(t, "49599", tr.StopLoss)
	require.Len(t, d.stops(), 1)
	decEqual(t, "49599", d.stops()[0].TriggerPrice)
}

func TestAccount_Denied(t *testing.T) {
	cases := map[string]struct {
		prepare func(d *desk, cmd *EnterCommand)
		code    string
	}{
		"not ready":     {func(d *desk, _ *EnterCommand) { d.refusal = ErrUnavailable }, "unavailable"},
		"offline":       {func(d *desk, _ *EnterCommand) { d.Online(false) }, "not_connected"},
		"closed market": {func(_ *desk, c *EnterCommand) { c.Spec.Active = false }, "instrument_closed"},
		"old price":     {func(_ *desk, c *EnterCommand) { c.Ticker.Time = testStart.Add(-time.Minute) }, "stale_price"},
		"old signal":    {func(_ *desk, c *EnterCommand) { c.GoodUntil = testStart.Add(-time.Second) }, "signal_expired"},
		"too small":     {func(_ *desk, c *EnterCommand) { c.Amount = MustDec("0.00005") }, "below_minimum"},
		"uneven amount": {func(_ *desk, c *EnterCommand) { c.Amount = MustDec("0.00015") }, "amount_step"},
		"uneven price":  {func(_ *desk, c *EnterCommand) { c.Stop = MustDec("49500.2") }, "price_step"},
		"no quote":      {func(_ *desk, c *EnterCommand) { c.Ticker.Ask = Zero }, "no_quote"},
		"outside band":  {func(_ *desk, c *EnterCommand) { c.Ticker.MaxPrice = NewDec(49000) }, "price_band"},
		"stop side":     {func(_ *desk, c *EnterCommand) { c.Stop = NewDec(50500) }, "stop_side"},
		"stop through":  {func(_ *desk, c *EnterCommand) { c.Ticker.Mark = NewDec(49400) }, "stop_through_mark"},
		"target side":   {func(_ *desk, c *EnterCommand) { c.Target = NewDec(49900) }, "target_side"},
		"margin":        {func(_ *desk, c *EnterCommand) { c.Amount = NewDec(100) }, "insufficient_margin"},
		"daily loss": {func(_ *desk, c *EnterCommand) {
			c.MaxDailyLoss = NewDec(5)
			c.Counters = Counters{Day: "2026-11-24", LossToday: NewDec(5)}
		}, "max_daily_loss"},
		"foreign": {func(d *desk, _ *EnterCommand) { d.x.size = NewDec(1); d.hearOne(d.x.position()) }, "foreign_position"},
		"same intent": {func(d *desk, _ *EnterCommand) {
			_ = d.enter(1, Buy)
			d.x.move(NewDec(60000))
			d.wait(3 * time.Second)
			d.x.price = NewDec(50000)
		}, "stale_price"},
		"trade is open":   {func(d *desk, c *EnterCommand) { _ = d.enter(2, Buy); d.hear() }, "position_open"},
		"entry in flight": {func(d *desk, c *EnterCommand) { out, _ := d.Enter(d.command(2, Buy), d.x.now); d.do(out) }, "position_open"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d := newDesk(50000)
			cmd := d.command(1, Buy)
			c.prepare(d, &cmd)
			if name == "same intent" {
				cmd.Ticker.Time, c.code = d.x.now, "duplicate_intent"
			}
			before := len(d.orders)
			_, err := d.Enter(cmd, d.x.now)
			require.Equal(t, c.code, CodeOf(err))
			require.Len(t, d.orders, before, "a refusal changes nothing")
		})
	}
}

func TestAccount_ReleasedTooLate(t *testing.T) {
	for name, late := range map[string]func(d *desk){
		"storage was slow":     func(d *desk) { d.x.now = d.x.now.Add(entryLife) },
		"link lost":            func(d *desk) { d.Online(false) },
		"account closed":       func(d *desk) { d.refusal = ErrFenced },
		"strategy was stopped": func(d *desk) { d.do(d.CloseStrategy(testStrategy, ExitStrategyStop, d.x.now)) },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(50000)
			cmd := d.command(1, Buy)
			out, err := d.Enter(cmd, d.x.now)
			require.NoError(t, err)
			d.do(out)
			late(d)
			d.do(d.Release(cmd.Intent, d.x.now))
			require.Empty(t, d.x.orders, "nothing was sent")
			require.Len(t, d.ended, 1)
			require.Equal(t, OrderExpired, d.ended[0].State)
			for _, o := range d.ledger.orders {
				require.True(t, o.State.Terminal())
			}
		})
	}
}

func TestF09_AnswerSwallowed(t *testing.T) {
	d := newDesk(50000)
	d.swallow = true
	require.NoError(t, d.enter(1, Buy))
	d.x.events = nil // and every event is lost too
	d.wait(3 * time.Second)
	tr := d.theTrade(t)
	require.Equal(t, TradeOpen, tr.Status)
	require.Len(t, d.stops(), 1)
	for label, n := range d.x.accepted {
		require.Equal(t, 1, n, label)
	}
}

func TestF10_SendLost(t *testing.T) {
	d := newDesk(50000)
	d.lost = true
	require.NoError(t, d.enter(1, Buy))
	d.wait(4 * time.Second)
	require.Empty(t, d.ended, "not found is no proof before its time limit")
	require.True(t, d.Unresolved())
	d.wait(6 * time.Second)
	require.Len(t, d.ended, 1)
	require.Equal(t, OrderExpired, d.ended[0].State)
	require.Empty(t, d.x.orders, "never sent again")
	require.False(t, d.Unresolved())
	require.NoError(t, d.enter(2, Buy), "a new decision may be made")
}

func TestF01_to_F07_KilledAtEachStep(t *testing.T) {
	steps := map[string]func(d *desk){
		"F1 intent stored, not sent": func(d *desk) {
			cmd := d.command(1, Buy)
			out, _ := d.Enter(cmd, d.x.now)
			d.ledger.commit(out.Change)
		},
		"F2 sent, answer not read": func(d *desk) {
			cmd := d.command(1, Buy)
			out, _ := d.Enter(cmd, d.x.now)
			d.ledger.commit(out.Change)
			for _, e := range d.Release(cmd.Intent, d.x.now).Effects {
				d.x.bracket(e.(SendBracket).Bracket)
			}
		},
		"F3 answer read, not stored": func(d *desk) {
			cmd := d.command(1, Buy)
			out, _ := d.Enter(cmd, d.x.now)
			d.ledger.commit(out.Change)
			for _, e := range d.Release(cmd.Intent, d.x.now).Effects {
				b := e.(SendBracket)
				v, legs, fills := d.x.bracket(b.Bracket)
				d.OnPlaced(b.Order, v, legs, fills, d.x.now)
			}
		},
		"F4 filled, legs not moved": func(d *desk) {
			cmd := d.command(1, Buy)
			out, _ := d.Enter(cmd, d.x.now)
			d.ledger.commit(out.Change)
			for _, e := range d.Release(cmd.Intent, d.x.now).Effects {
				b := e.(SendBracket)
				v, legs, fills := d.x.bracket(b.Bracket)
				d.ledger.commit(d.OnPlaced(b.Order, v, legs, fills, d.x.now).Change)
			}
		},
		"F6 in position": func(d *desk) { _ = d.enter(1, Buy); d.hear() },
		"F5 closed meanwhile": func(d *desk) {
			_ = d.enter(1, Buy)
			d.hear()
			d.x.move(NewDec(49000))
		},
		"F7 exit sent, answer not read": func(d *desk) {
			_ = d.enter(1, Buy)
			d.hear()
			out, _ := d.Close(d.OpenTrades()[0].ID, ExitTime, d.x.now)
			d.ledger.commit(out.Change)
			for _, e := range out.Effects {
				d.x.single(e.(SendOrder).Order)
			}
		},
	}
	for name, step := range steps {
		t.Run(name, func(t *testing.T) {
			d := newDesk(50000)
			step(d)
			d.x.now = d.x.now.Add(3 * time.Second)
			d.restart()
			d.wait(12 * time.Second)
			require.False(t, d.Unresolved())
			for label, n := range d.x.accepted {
				require.Equal(t, 1, n, "%s was accepted more than once", label)
			}
			require.Equal(t, d.x.size.String(), d.ledgerNow().String())
			if d.x.size.IsZero() {
				require.Empty(t, d.OpenTrades())
				require.Empty(t, d.x.live())
			} else {
				require.Len(t, d.stops(), 1)
			}
			require.Len(t, d.ledger.fills, len(d.x.fills), "every fill is stored once")
		})
	}
}

func (d *desk) ledgerNow() Dec { return d.Account.ledger(testMarket.Instrument) }

func TestF28_StopCancelledByHand(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	d.x.cancel(d.x.find(d.stops()[0].ID), "user_request")
	d.wait(2 * time.Second)
	require.Len(t, d.stops(), 1, "the stop is put back")
	decEqual(t, "49500", d.stops()[0].TriggerPrice)
	require.Equal(t, 1, d.repairKinds()["protected"])
	d.x.move(NewDec(49000))
	d.wait(3 * time.Second)
	require.Equal(t, ExitStop, d.theTrade(t).ExitReason)
	require.Empty(t, d.x.live(), "legs that are not linked any more are cancelled by us")
}

func TestF23_NoStopStands(t *testing.T) {
	d := newDesk(50000)
	refused := "stop"
	d.x.hold, d.x.refuse = true, &refused
	require.NoError(t, d.enter(1, Buy))
	d.wait(3 * time.Second)
	require.True(t, d.x.size.IsZero(), "a position without a stop is closed")
	require.Equal(t, TradeClosed, d.theTrade(t).Status)
}

func TestF22_TargetRefused(t *testing.T) {
	d := newDesk(50000)
	refused := "target"
	d.x.hold, d.x.refuse = true, &refused
	require.NoError(t, d.enter(1, Buy))
	d.wait(4 * time.Second)
	require.Len(t, d.stops(), 1, "it is protected")
	require.Len(t, d.OpenTrades(), 1, "and kept")
	d.x.refuse = nil
	d.wait(40 * time.Second)
	require.Len(t, d.x.live(), 4, "two placeholders, the stop and the target, which was tried again")
}

func TestAccount_UnlinkedPath(t *testing.T) {
	d := newDesk(50000)
	cmd := d.command(1, Sell)
	out, err := d.Enter(cmd, d.x.now)
	require.NoError(t, err)
	d.ledger.commit(out.Change)
	sent := d.Release(cmd.Intent, d.x.now)
	d.do(d.OnSendFailed(sent.Effects[0].(SendBracket).Order, Failure{Unlinked: true, Reason: "unsupported"}, d.x.now))
	require.Equal(t, OrderRejected, d.ended[0].State)

	require.NoError(t, d.enter(2, Sell))
	d.wait(time.Second)
	require.Len(t, d.stops(), 1)
	require.Len(t, d.x.live(), 2)
	d.x.move(NewDec(49000))
	d.wait(2 * time.Second)
	require.Equal(t, ExitTarget, d.theTrade(t).ExitReason)
	require.Empty(t, d.x.live())
}

func TestF29_OrphanCancelledForeignKept(t *testing.T) {
	d := newDesk(50000)
	ours := testOrigin.label("0000000000000000000000000000000f", Stop, 0)
	theirs := Origin{"other", 9}.label("0000000000000000000000000000000f", Stop, 0)
	for _, label := range []string{ours, theirs, "by hand"} {
		d.x.add(VenueOrder{ID: d.x.id("o"), Label: label, Instrument: testMarket.Instrument, Side: Sell, Type: "stop_market", State: "untriggered",
			Amount: NewDec(1), TriggerPrice: NewDec(40000), ReduceOnly: true})
	}
	d.reconcile()
	d.hear()
	left := d.x.live()
	require.Len(t, left, 2)
	require.Equal(t, theirs, left[0].Label)
	require.Equal(t, 1, d.repairKinds()["orphan_cancelled"])
	require.True(t, d.Orders("")[0].Foreign)
}

// F11: the exchange's history may lag behind, so that a position may be gone before the fill that took it shows.
func TestF11_GhostClosed(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	d.x.size = Zero
	d.x.drop(func(v *VenueOrder) bool { return v.Live() })
	d.x.now = d.x.now.Add(time.Minute)
	d.reconcile()
	require.Len(t, d.OpenTrades(), 1, "one reading is no proof")
	d.x.now = d.x.now.Add(historyPast - time.Second)
	d.reconcile()
	require.Len(t, d.OpenTrades(), 1, "nor are two, before the history may be trusted")
	d.x.now = d.x.now.Add(time.Second)
	d.reconcile()
	require.Equal(t, ExitReconciled, d.theTrade(t).ExitReason)
	require.Equal(t, 1, d.repairKinds()["ghost_closed"])
}

// F29: what a position of somebody else takes from ours is not there to protect, until it is back.
func TestF29_LegsFollowWhatIsLeft(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	covered := func() string { return remaining(d.stops()).String() }
	d.x.size = MustDec("0.006") // a short of 0.004 that was there before, or came unseen
	d.do(d.OnPosition(d.x.position(), d.x.now))
	d.wait(5 * time.Second)
	require.Equal(t, "0.01", covered(), "one word is no proof")
	d.reconcile()
	d.wait(5 * time.Second)
	require.Equal(t, "0.006", covered())
	d.x.size = MustDec("0.01")
	d.do(d.OnPosition(d.x.position(), d.x.now))
	d.wait(time.Second)
	require.Equal(t, "0.01", covered(), "and it is covered again at once")
}

// F29: a position of somebody else may make ours even, so that nothing is left at the exchange for our
// legs to protect; they would take from what its user opens next.
func TestF29_MadeEvenByAnother(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	d.x.size = Zero // and no fill of this trade says so
	d.x.now = d.x.now.Add(15 * time.Second)
	d.reconcile()
	require.Len(t, d.stops(), 1, "one reading is no proof")
	d.x.now = d.x.now.Add(2 * time.Second)
	d.reconcile()
	require.Empty(t, d.x.live(), "two are")
	require.Len(t, d.OpenTrades(), 1, "of how it ended only the history tells")

	d.x.size, d.x.avg = MustDec("0.01"), NewDec(50000)
	d.do(d.OnPosition(d.x.position(), d.x.now))
	d.wait(time.Second)
	require.Len(t, d.stops(), 1, "what is back is protected again")
}

func TestF26_BothLegsFilled(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	live := d.x.live()
	for i := range live {
		live[i].OCORef = ""
		v := d.x.find(live[i].ID)
		d.x.take(v, d.x.price)
	}
	d.wait(3 * time.Second)
	require.True(t, d.x.size.IsZero(), "the reverse excess is closed")
	require.Equal(t, TradeClosed, d.theTrade(t).Status)
}

func TestAccount_CooldownIsStored(t *testing.T) {
	d := newDesk(50000)
	d.do(d.SetStrategy(testStrategy, Counters{}, 15*time.Minute))
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	d.x.now = d.x.now.Add(time.Minute)
	exit := d.x.now
	d.x.move(NewDec(49000))
	d.hear()
	c := d.ledger.counters[testStrategy]
	require.Equal(t, exit.Add(15*time.Minute), c.CooldownUntil)
	decEqual(t, "10.35650", c.LossToday) // 10 of price, 0.3465 of fees, 0.01 of funding
}

func TestAccount_ClosePosition(t *testing.T) {
	d := newDesk(50000)
	_, _, err := d.ClosePosition(testMarket.Instrument, ExitManual, d.x.now)
	require.Equal(t, "position_not_found", CodeOf(err))
	d.x.size, d.x.avg = NewDec(-1), NewDec(50000)
	d.hearOne(d.x.position())
	require.True(t, d.Positions()[0].Foreign)
	out, id, err := d.ClosePosition(testMarket.Instrument, ExitManual, d.x.now)
	require.NoError(t, err)
	require.NotEmpty(t, id)
	d.do(out)
	require.True(t, d.x.size.IsZero())
}

// A mark price from long ago says nothing about a stop of today.
func TestAccount_OldMarkPrice(t *testing.T) {
	d := newDesk(50000)
	d.x.price = NewDec(48000)
	d.hearOne(d.x.position())
	d.x.price = NewDec(50000)
	d.x.now = d.x.now.Add(time.Hour)
	require.NoError(t, d.enter(1, Buy))
	require.Len(t, d.OpenTrades(), 1)
	d.hear()
	d.wait(3 * time.Second)
	require.Len(t, d.OpenTrades(), 1, "not closed because of it")
}

// A trade whose fills are not stored any more is carried on from its own figures.
func TestAccount_RestartWithoutFills(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	clear(d.ledger.fills)
	d.x.now = d.x.now.Add(5 * time.Minute)
	d.ledger.cursors[testMarket.Instrument] = Cursor{Seq: 1, Time: testStart}
	d.restart()
	decEqual(t, "0.01", d.ledgerNow())
	d.x.move(NewDec(50500))
	d.wait(3 * time.Second)
	tr := d.theTrade(t)
	require.Equal(t, ExitTarget, tr.ExitReason)
	decEqual(t, "50000", tr.EntryPrice)
	decEqual(t, "5", tr.PnL)
	decEqual(t, "0.35175", tr.Fees)
}

// F7: a stop that closes, and was stored as such, is carried through though the server ended before
// anything came of it.
func TestF07_CloseOfAStoppedStrategyGoesOnAfterRestart(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	d.ledger.closing = []StrategyID{testStrategy}
	d.restart()
	d.wait(3 * time.Second)
	require.Equal(t, ExitStrategyStop, d.theTrade(t).ExitReason)
	require.True(t, d.x.size.IsZero())
	require.Empty(t, d.x.live())
}

// The same for an entry that was sent and not answered yet: what it fills is closed.
func TestF07_EntryOfAStoppedStrategyIsClosedAfterRestart(t *testing.T) {
	d := newDesk(50000)
	d.swallow = true
	require.NoError(t, d.enter(1, Buy))
	d.ledger.closing = []StrategyID{testStrategy}
	d.restart()
	d.wait(5 * time.Second)
	require.Equal(t, ExitStrategyStop, d.theTrade(t).ExitReason)
	require.True(t, d.x.size.IsZero())
}

// A close that can not be sent yet is not promised: nothing of it is stored.
func TestAccount_CloseWhileFillsAreDue(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	var target VenueOrder
	for _, v := range d.x.live() {
		if v.Type == "limit" {
			target = v
		}
	}
	target.Filled, d.dead = MustDec("0.004"), true
	d.do(d.OnOrder(target, d.x.now))
	_, id, err := d.ClosePosition(testMarket.Instrument, ExitManual, d.x.now)
	require.ErrorIs(t, err, errFillsDue)
	require.Empty(t, id)
}
