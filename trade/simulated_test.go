package trade

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// This file keeps, one by one, the faults that the simulation found.

// count tells how many effects of a kind an outcome wants.
func count[E Effect](out Outcome) (n int) {
	for _, e := range out.Effects {
		if _, is := e.(E); is {
			n++
		}
	}
	return n
}

// F16: a leg that was given up as absent may be live after all. When it fills, its stored row stays
// finished: an order that moved back would be refused by the database for ever.
func TestF16_GivenUpLegFills(t *testing.T) {
	d := newDesk(50000)
	d.x.hold = true // the live legs are not to be seen
	require.NoError(t, d.enter(1, Buy))
	d.x.events = nil
	d.wait(time.Second)
	target := d.order("00000000000000000000000000000001", Target, 0)
	require.Equal(t, OrderCancelled, target.State, "replaced")
	word := VenueOrder{ID: "late", Label: target.Label, Instrument: testMarket.Instrument, Side: Sell, Type: "limit", State: "filled",
		Amount: target.Amount, Filled: target.Amount, AveragePrice: NewDec(50500), ReduceOnly: true}
	d.do(d.OnOrder(word, d.x.now)) // the ledger panics when an order moves back
	require.Equal(t, OrderCancelled, d.ledger.orders[target.ID].State)
}

// F16: a reading that a fill has overtaken does not undo it.
func TestF16_StaleReadingOfALeg(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	target := d.legs(d.openOn(testMarket.Instrument), Target)[0]
	now, before := target, target
	now.Filled, now.Time = MustDec("0.004"), target.Time.Add(time.Second)
	d.do(d.OnOrder(now, d.x.now))
	d.do(d.OnAmended(before, d.x.now))
	decEqual(t, "0.004", d.live[target.ID].Filled)
}

// F35: what the exchange refuses is not asked for again as fast as it answers.
func TestF35_RefusedAmendmentIsPaced(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	stop := d.stops()[0]
	tr := d.theTrade(t)
	out, err := d.MoveStop(tr.ID, NewDec(49800), d.x.price, true, d.x.now)
	require.NoError(t, err)
	require.Equal(t, 1, count[AmendOrder](out))
	require.Zero(t, count[AmendOrder](d.OnAmendFailed(stop.ID, Failure{Reason: "no"}, d.x.now)))
	require.Zero(t, count[AmendOrder](d.Tick(d.x.now.Add(time.Second-time.Millisecond))))
	require.Equal(t, 1, count[AmendOrder](d.Tick(d.x.now.Add(time.Second))), "then it is tried again")
}

func TestF33_RefusedCancelIsPaced(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	d.hold(t)
	stop := d.stops()[0]
	require.Zero(t, count[CancelOrder](d.OnCancelFailed(stop.ID, Failure{Busy: true}, d.x.now)))
	require.Zero(t, count[CancelOrder](d.Tick(d.x.now.Add(askEvery-time.Millisecond))))
	require.Equal(t, 1, count[CancelOrder](d.Tick(d.x.now.Add(askEvery))))
}

// hold closes the trade in the books and leaves its stop alone at the exchange.
func (d *desk) hold(t *testing.T) {
	t.Helper()
	d.dead = true
	d.x.drop(func(v *VenueOrder) bool { return v.Type == "limit" })
	target := d.legs(d.openOn(testMarket.Instrument), Target)[0]
	target.State, target.Filled, target.AveragePrice = "filled", target.Amount, target.Price
	d.do(d.OnOrder(target, d.x.now))
	d.do(d.OnFill(Fill{ID: "t", Seq: 9, Order: target.ID, Label: target.Label, Instrument: target.Instrument, Side: target.Side,
		Price: target.Price, Amount: target.Amount, Time: d.x.now}, d.x.now))
	d.x.now = d.x.now.Add(2 * linkPatience)
	require.Equal(t, 1, count[CancelOrder](d.Tick(d.x.now)))
}

// F58: a close of a position that was clicked twice sends one order.
func TestF58_ClosedTwice(t *testing.T) {
	d := newDesk(50000)
	byHand(d)
	out, id, err := d.ClosePosition(testMarket.Instrument, ExitManual, d.x.now)
	require.NoError(t, err)
	require.NotEmpty(t, id)
	require.Equal(t, 1, count[SendOrder](out))
	again, id, err := d.ClosePosition(testMarket.Instrument, ExitManual, d.x.now.Add(time.Millisecond))
	require.NoError(t, err)
	require.Empty(t, id, "one is under way")
	require.Zero(t, count[SendOrder](again))
}

// F5: the fill of an order that closed somebody else's position is read again after a kill.
func TestF05_FillOfAForeignClose(t *testing.T) {
	d := newDesk(50000)
	byHand(d)
	out, _, err := d.ClosePosition(testMarket.Instrument, ExitManual, d.x.now)
	require.NoError(t, err)
	d.dead = true
	d.do(out)
	send := out.Effects[0].(SendOrder).Order
	v, _, failure := d.x.single(send)
	require.Nil(t, failure)
	d.do(d.OnOrder(*d.x.find(v.ID), d.x.now)) // filled; the server dies before it reads the fill
	d.restart()
	d.wait(3 * time.Second)
	require.Len(t, d.ledger.fills, 1)
	require.Equal(t, OrderFilled, d.ledger.orders[send.ID].State)
	require.Empty(t, d.ledger.trades)
}

// The stop under a position of the user's own making makes no trade of ours when it fills.
func TestAccount_ProtectForeignFills(t *testing.T) {
	d := newDesk(50000)
	byHand(d)
	_, err := d.protect("49500", "")
	require.NoError(t, err)
	d.x.move(NewDec(49400))
	d.wait(3 * time.Second)
	require.Empty(t, d.ledger.trades)
	require.Len(t, d.ledger.fills, 1)
	require.True(t, d.Idle())
}

// F61: a trade keeps the version that its entry was decided with, over a kill and an edit.
func TestF61_VersionSurvivesAKill(t *testing.T) {
	d := newDesk(50000)
	cmd := d.command(1, Buy)
	cmd.ConfigVersion = 7
	out, err := d.Enter(cmd, d.x.now)
	require.NoError(t, err)
	d.do(out)
	d.x.bracket(d.Release(cmd.Intent, d.x.now).Effects[0].(SendBracket).Bracket) // and the answer is not read
	d.restart()
	d.wait(time.Second)
	require.Equal(t, 7, d.theTrade(t).ConfigVersion)
}

// F30: funding is asked for until the exchange says what it was, over a kill too.
func TestF30_FundingIsAskedForUntilKnown(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	d.dead = true // nobody answers
	d.x.move(NewDec(51000))
	d.hear()
	tr := d.theTrade(t)
	require.Equal(t, TradeClosed, tr.Status)
	require.Zero(t, count[AskFunding](d.Take(Answer{Effect: AskFunding{Trade: tr.ID}, Failure: &Failure{}}, d.x.now)))
	require.Equal(t, 1, count[AskFunding](d.Tick(d.x.now.Add(fundingPace))))
	require.False(t, d.theTrade(t).Funded)
	d.restart()
	d.wait(time.Second)
	got := d.theTrade(t)
	require.True(t, got.Funded)
	decEqual(t, "-0.01", got.Funding)
	d.restart()
	require.Zero(t, count[AskFunding](d.Tick(d.x.now)), "and then no more")
}

// F23: while the exchange is busy a stop is tried a few times before the position is closed.
func TestF23_BusyStopIsPaced(t *testing.T) {
	d := newDesk(50000)
	d.unlinked = true
	require.NoError(t, d.enter(1, Buy))
	stop, _ := d.last("00000000000000000000000000000001", Stop)
	sent := 0
	d.dead = true
	for range 20 {
		d.x.now = d.x.now.Add(20 * time.Millisecond)
		sent += count[SendOrder](d.OnSendFailed(stop.ID, Failure{Busy: true, Reason: "busy"}, d.x.now))
		stop, _ = d.last(stop.Intent, Stop)
	}
	require.LessOrEqual(t, sent, 2, fmt.Sprint(sent, " tries in 400 ms"))
}

// F59: a stop that keeps the trade lets no entry follow that was decided and not sent yet.
func TestF59_StopBeforeTheEntryIsSent(t *testing.T) {
	d := newDesk(50000)
	cmd := d.command(1, Buy)
	out, err := d.Enter(cmd, d.x.now)
	require.NoError(t, err)
	d.do(out) // the database is slow: the stop is answered first
	d.do(d.BreakOff(testStrategy, ExitStrategyStop, d.x.now))
	d.do(d.Release(cmd.Intent, d.x.now.Add(time.Second)))
	require.Empty(t, d.x.orders)
	require.Equal(t, OrderExpired, d.ledger.orders[d.order(cmd.Intent, Entry, 0).ID].State)

	require.NoError(t, d.enter(2, Buy))
	d.do(d.BreakOff(testStrategy, ExitStrategyStop, d.x.now))
	d.wait(3 * time.Second)
	require.Equal(t, TradeOpen, d.theTrade(t).Status, "what was sent stays, under its stop")
}

// F6: an order whose fills were all stored by an earlier run is not waited for.
func TestF06_FilledLegOfAClosedTrade(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	target := d.legs(d.openOn(testMarket.Instrument), Target)[0]
	d.x.move(NewDec(51000))
	d.hear()
	row := d.ledger.orders[d.owner[target.ID].ID]
	row.State = OrderOpen // its end was not stored before the kill
	d.ledger.orders[row.ID] = row
	d.x.now = d.x.now.Add(time.Hour)
	d.restart()
	d.wait(10 * time.Second)
	require.Equal(t, OrderFilled, d.ledger.orders[row.ID].State)
	require.NoError(t, d.enter(2, Buy), "the market is free again")
}

// F23: a position that no stop covers is tried to be closed again within five seconds, however often
// the exchange was busy; under a stop an exit may wait longer.
func TestF23_NakedExitIsTriedOften(t *testing.T) {
	for _, covered := range []bool{false, true} {
		d := newDesk(50000)
		require.NoError(t, d.enter(1, Buy))
		d.hear()
		tr := d.theTrade(t)
		d.dead = true
		if !covered {
			gone := d.stops()[0]
			gone.State = "cancelled"
			d.do(d.OnOrder(gone, d.x.now))
		}
		out, err := d.Close(tr.ID, ExitManual, d.x.now)
		require.NoError(t, err)
		for try := 1; try <= 8; try++ {
			exit, _ := d.last(tr.Intent, Exit)
			d.do(d.OnSendFailed(exit.ID, Failure{Busy: true, Reason: "maintenance"}, d.x.now))
			h := d.openOn(testMarket.Instrument)
			wait := pause(try)
			if !covered {
				wait = min(wait, nakedPause)
			}
			require.Zero(t, count[SendOrder](d.Tick(d.x.now.Add(wait-time.Millisecond))))
			d.x.now = d.x.now.Add(wait)
			require.Equal(t, TradeOpen, h.Status)
			out = d.Tick(d.x.now)
			require.Equal(t, 1, count[SendOrder](out))
		}
	}
}

// F41: an exit may go while the database is away, and the server may then be killed before it is stored.
// Its fill is kept all the same, and does not pass for the user's own hand.
func TestF41_FillOfAnExitThatWasNeverStored(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	tr := d.theTrade(t)
	out, err := d.Close(tr.ID, ExitManual, d.x.now)
	require.NoError(t, err)
	d.x.single(out.Effects[0].(SendOrder).Order)
	d.restart()
	d.wait(3 * time.Second)
	require.Len(t, d.ledger.fills, 2)
	require.Equal(t, ExitReconciled, d.theTrade(t).ExitReason)
	require.False(t, d.ByHand(tr.ID))
}

// F7: an exit that was stored and never sent is sent anew as soon as the exchange does not show it, not
// only when its time limit has passed: meanwhile nothing may cover the position.
func TestF07_ExitKilledBeforeTheWrite(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	d.x.drop(func(v *VenueOrder) bool { return v.Live() })
	out, err := d.Close(d.theTrade(t).ID, ExitManual, d.x.now)
	require.NoError(t, err)
	d.ledger.commit(out.Change)
	d.restart()
	d.wait(500 * time.Millisecond)
	require.True(t, d.x.size.IsZero())
	require.Equal(t, ExitManual, d.theTrade(t).ExitReason)
	d.wait(10 * time.Second)
	require.True(t, d.Idle())
	require.Len(t, d.x.fills, 2)
}

// What the exchange has filled and not told counts as filled (I20), and is closed when a stop wants it.
func TestF60_FilledAndNotTold(t *testing.T) {
	d := newDesk(50000)
	d.risk = Risk{Limits: []ScopedLimits{{Scope: UserLimits, Limits: Limits{MaxOpenTrades: 1}}}}
	cmd := d.command(1, Buy)
	out, err := d.Enter(cmd, d.x.now)
	require.NoError(t, err)
	d.do(out)
	sent := d.Release(cmd.Intent, d.x.now).Effects[0].(SendBracket)
	entry, _, _ := d.x.bracket(sent.Bracket)
	d.dead = true
	d.do(d.OnOrder(entry, d.x.now)) // filled, and the fill is still to come

	other := d.command(2, Buy)
	other.Instrument, other.Spec.Instrument, other.Ticker.Instrument = "ETH_USDC-PERPETUAL", "ETH_USDC-PERPETUAL", "ETH_USDC-PERPETUAL"
	_, err = d.Enter(other, d.x.now)
	require.Equal(t, "max_open_trades", CodeOf(err))
	require.True(t, d.Entering(testStrategy))
	d.do(d.CloseStrategy(testStrategy, ExitStrategyStop, d.x.now))
	require.Equal(t, 1, count[SendOrder](d.OnFills(testMarket.Instrument, d.x.fills, d.x.now, d.x.now)), "it is closed as soon as it is known")
}

// F5: the fill of a close of somebody else's position is found after a kill even when nothing of the
// close was stored: the position was seen, and its fills are read since then.
func TestF05_FillOfACloseThatWasNeverStored(t *testing.T) {
	d := newDesk(50000)
	d.x.size, d.x.avg = MustDec("0.02"), NewDec(50000)
	d.do(d.OnPosition(d.x.position(), d.x.now))
	out, _, err := d.ClosePosition(testMarket.Instrument, ExitManual, d.x.now)
	require.NoError(t, err)
	d.x.single(out.Effects[0].(SendOrder).Order)
	d.restart()
	d.wait(3 * time.Second)
	require.Len(t, d.ledger.fills, 1)
}
