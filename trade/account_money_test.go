package trade

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// handFill is an execution of an order that is not ours.
func (d *desk) handFill(seq int64, side Side, amount string) Fill {
	return Fill{ID: VenueTradeID(fmt.Sprint("hand", seq)), Seq: seq, Order: VenueOrderID(fmt.Sprint("byhand", seq)),
		Instrument: testMarket.Instrument, Side: side, Price: d.x.price, Amount: MustDec(amount), Time: d.x.now}
}

func TestAccount_CloseForeignLeavesNoTrade(t *testing.T) {
	d := newDesk(50000)
	d.x.size, d.x.avg = NewDec(-1), NewDec(50000)
	d.hearOne(d.x.position())
	out, _, err := d.ClosePosition(testMarket.Instrument, ExitManual, d.x.now)
	require.NoError(t, err)
	d.do(out)
	d.wait(3 * time.Second)
	require.Empty(t, d.ledger.trades, "closing a position of somebody else is no round trip of ours")
	require.False(t, d.Foreign(testMarket.Instrument))
	require.False(t, d.Busy())
	require.NoError(t, d.enter(1, Buy), "the market is free again")
}

func TestAccount_OldMarkClosesNothing(t *testing.T) {
	d := newDesk(50000)
	d.hearOne(VenuePosition{Instrument: testMarket.Instrument, MarkPrice: NewDec(40000)})
	d.x.now = d.x.now.Add(time.Hour)
	d.reconcile()
	require.NoError(t, d.enter(1, Buy))
	d.wait(3 * time.Second)
	tr := d.theTrade(t)
	require.Equal(t, TradeOpen, tr.Status, "a mark price of an hour ago says nothing: %s", tr.ExitReason)
}

func TestAccount_FillsByHandBeforeTheTradeAreNotItsExit(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	early := d.handFill(0, Sell, "0.004")
	early.Time = d.x.now.Add(-time.Hour)
	d.do(d.OnFill(early, d.x.now))
	decEqual(t, "0.01", d.theTrade(t).Open)
	later := d.handFill(900, Sell, "0.004")
	later.Time = d.x.now.Add(time.Second)
	d.do(d.OnFill(later, d.x.now))
	decEqual(t, "0.006", d.theTrade(t).Open)
}

func TestAccount_FillsOfAQuestionInAnyOrder(t *testing.T) {
	d := newDesk(50000)
	cmd := d.command(1, Buy)
	out, err := d.Enter(cmd, d.x.now)
	require.NoError(t, err)
	d.do(out)
	entry := d.ledger.orders[OrderID(derive("order", testOrigin.label(cmd.Intent, Entry, 0)))]
	mine := Fill{ID: "a", Seq: 10, Order: "e1", Label: entry.Label, Instrument: cmd.Instrument, Side: Buy, Price: d.x.price, Amount: cmd.Amount, Time: d.x.now}
	hand := d.handFill(11, Sell, "0.01")
	d.do(d.OnFills(cmd.Instrument, []Fill{hand, mine}, d.x.now, d.x.now))
	tr := d.theTrade(t)
	require.Equal(t, TradeClosed, tr.Status)
	require.Equal(t, ExitManual, tr.ExitReason)
}

func TestAccount_YesterdaysFillIsNotTodays(t *testing.T) {
	day := time.Date(2026, 11, 24, 23, 59, 59, 0, time.UTC)
	a := NewAccount(testAccount, testOrigin, AccountRecord{Counters: map[StrategyID]Counters{
		testStrategy: {Day: "2026-11-25", TradesToday: 2, TotalTrades: 7, LossToday: NewDec(3)},
	}})
	a.countTrade(testStrategy, day)
	a.countNet(testStrategy, NewDec(-50), day)
	c := a.Counters(testStrategy)
	require.Equal(t, "2026-11-25", c.Day)
	require.Equal(t, 2, c.TradesToday)
	require.Equal(t, 8, c.TotalTrades)
	decEqual(t, "3", c.LossToday)
	a.countTrade(testStrategy, day.Add(2*time.Second))
	a.countNet(testStrategy, NewDec(-50), day.Add(2*time.Second))
	require.Equal(t, 3, a.Counters(testStrategy).TradesToday)
	decEqual(t, "53", a.Counters(testStrategy).LossToday)
}

// A trade that was closed in the books for want of a fill takes the fill that comes after all.
func TestAccount_LateFillTellsHowATradeEnded(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	stop := d.stops()[0]
	d.x.size = Zero
	d.x.drop(func(v *VenueOrder) bool { return v.Live() })
	for range 2 {
		d.x.now = d.x.now.Add(time.Minute)
		d.reconcile()
	}
	require.Equal(t, ExitReconciled, d.theTrade(t).ExitReason)
	before := d.ledger.counters[testStrategy].LossToday
	d.do(d.OnFill(Fill{ID: "late", Seq: 950, Order: stop.ID, Label: stop.Label, Instrument: stop.Instrument, Side: Sell,
		Price: NewDec(49500), Amount: MustDec("0.01"), ProfitLoss: NewDec(-5), Fee: MustDec("0.17325"), Time: d.x.now}, d.x.now))
	tr := d.theTrade(t)
	require.Equal(t, ExitStop, tr.ExitReason)
	decEqual(t, "-5", tr.PnL)
	require.True(t, tr.Net.Equal(tr.PnL.Sub(tr.Fees).Add(tr.Funding)))
	decEqual(t, "5.17325", d.ledger.counters[testStrategy].LossToday.Sub(before))
}

func TestAccount_FundingOfAnOpenTradeIsIgnored(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	require.True(t, d.OnFunding(d.OpenTrades()[0].ID, NewDec(-1), d.x.now).Change.Empty())
}

// A fill of the market order that a stop became may come before the order, and without a label.
func TestAccount_FillBeforeItsOrderIsReattributed(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	stop := d.stops()[0]
	d.do(d.OnFill(Fill{ID: "c1", Seq: 950, Order: "child", Instrument: stop.Instrument, Side: Sell, Price: NewDec(49500),
		Amount: MustDec("0.01"), ProfitLoss: NewDec(-5), Time: d.x.now.Add(time.Second)}, d.x.now))
	d.do(d.OnOrder(VenueOrder{ID: "child", TriggeredBy: stop.ID, Instrument: stop.Instrument, Side: Sell, Type: "market", State: "filled",
		Amount: MustDec("0.01"), Filled: MustDec("0.01"), AveragePrice: NewDec(49500)}, d.x.now))
	require.Equal(t, ExitStop, d.theTrade(t).ExitReason)
	require.False(t, d.unfilled(d.owner["child"], d.holding(d.theTrade(t).Intent)), "the fill is known")
}

func TestAccount_ExitGoesOnAfterRestart(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	tr := d.theTrade(t)
	d.dead = true
	out, err := d.Close(tr.ID, ExitKillSwitch, d.x.now)
	require.NoError(t, err)
	d.do(out)
	var exit OrderID
	for id, o := range d.ledger.orders {
		if o.Role == Exit {
			exit = id
		}
	}
	d.do(d.OnSendFailed(exit, Failure{Busy: true, Reason: "system_maintenance"}, d.x.now))
	d.restart()
	d.wait(15 * time.Second)
	require.Equal(t, TradeClosed, d.theTrade(t).Status, "a close that was decided is carried through")
	require.Equal(t, ExitKillSwitch, d.theTrade(t).ExitReason)
}

// The exchange says that the entry is filled and its history never shows the fill of a part: what it
// counts as the position is guarded all the same.
func TestAccount_MissingFillsDoNotBlindTheGuard(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	for _, v := range d.x.live() {
		gone := v
		gone.State, gone.CancelReason = "cancelled", "user_request"
		d.do(d.OnOrder(gone, d.x.now))
	}
	d.x.drop(func(v *VenueOrder) bool { return v.Live() })
	entry := d.entryOf(d.OpenTrades()[0].Intent)
	entry.Filled = MustDec("0.02")
	d.x.size = MustDec("0.02")
	d.hearOne(d.x.position())
	d.wait(5 * time.Second)
	require.NotEmpty(t, d.stops(), "a position is never left without a stop")
}

// A leg that was never sent, of a trade that closed before the crash, may not block the market.
func TestAccount_LegOfAClosedTradeEndsAfterRestart(t *testing.T) {
	for _, state := range []OrderState{OrderIntended, OrderSent, OrderUnknown, OrderDormant, OrderOpen} {
		t.Run(string(state), func(t *testing.T) {
			d := newDesk(50000)
			label := testOrigin.label("000000000000000000000000000000aa", Target, 0)
			d.ledger.orders["left"] = Order{ID: "left", Account: testAccount, Strategy: testStrategy, Intent: "000000000000000000000000000000aa", Role: Target,
				Label: label, Instrument: testMarket.Instrument, Side: Sell, Type: LimitOrder, Amount: MustDec("0.01"), State: state,
				CreatedAt: d.x.now.Add(-time.Minute), UpdatedAt: d.x.now.Add(-time.Minute)}
			d.x.now = d.x.now.Add(time.Second)
			d.restart()
			d.wait(5 * time.Second)
			d.reconcile()
			d.wait(5 * time.Second)
			require.True(t, d.ledger.orders["left"].State.Terminal(), d.ledger.orders["left"].State)
			require.NoError(t, d.enter(1, Buy))
		})
	}
}

// Not found is no proof before the exchange's history has answered as well.
func TestAccount_NotFoundWaitsForTheHistory(t *testing.T) {
	d := newDesk(50000)
	cmd := d.command(1, Buy)
	out, err := d.Enter(cmd, d.x.now)
	require.NoError(t, err)
	d.do(out)
	d.dead = true
	d.do(d.Release(cmd.Intent, d.x.now))
	entry := d.entryOf(cmd.Intent)
	d.do(d.OnSendFailed(entry.ID, Failure{Unknown: true}, d.x.now))
	for range 5 {
		d.x.now = d.x.now.Add(10 * time.Second)
		d.do(d.OnLabel(entry.Label, nil, d.x.now, d.x.now))
	}
	require.Equal(t, OrderUnknown, entry.State)
	d.do(d.OnFills(cmd.Instrument, nil, d.x.now, d.x.now))
	d.x.now = d.x.now.Add(time.Second)
	d.do(d.OnLabel(entry.Label, nil, d.x.now, d.x.now))
	require.Equal(t, OrderExpired, entry.State)
}

func TestAccount_RefusedBreakEvenIsNotBreakEven(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	stop := d.stops()[0]
	d.dead = true
	out, err := d.MoveStop(d.OpenTrades()[0].ID, NewDec(49900), d.x.price, true, d.x.now)
	require.NoError(t, err)
	d.do(out)
	for range 3 {
		d.do(d.OnAmendFailed(stop.ID, Failure{Reason: "no"}, d.x.now))
	}
	tr := d.OpenTrades()[0]
	decEqual(t, "49500", tr.StopLoss)
	require.False(t, tr.BreakEvenDone)
}

// Closed books stay flat, however late and in however many parts the fills that explain them come: the
// database takes no closed trade that still holds something.
func TestAccount_LateFillsInPartsLeaveClosedBooksFlat(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	stop := d.stops()[0]
	d.x.size = Zero
	d.x.drop(func(v *VenueOrder) bool { return v.Live() })
	for range 2 {
		d.x.now = d.x.now.Add(time.Minute)
		d.reconcile()
	}
	for n, amount := range []string{"0.002", "0.003", "0.005"} {
		d.do(d.OnFill(Fill{ID: VenueTradeID(fmt.Sprint("late", n)), Seq: int64(950 + n), Order: stop.ID, Label: stop.Label, Instrument: stop.Instrument,
			Side: Sell, Price: NewDec(49500), Amount: MustDec(amount), Time: d.x.now}, d.x.now))
		tr := d.theTrade(t)
		require.Equal(t, TradeClosed, tr.Status)
		decEqual(t, "0", tr.Open)
	}
	require.Equal(t, ExitStop, d.theTrade(t).ExitReason)
	decEqual(t, "49500", *d.theTrade(t).ExitPrice)
}

// The loss of a day is what the whole day has cost, in whatever order wins and losses came.
func TestAccount_LossOfADayIsNet(t *testing.T) {
	for name, order := range map[string][]int64{"a win first": {100, -60}, "a loss first": {-60, 100}} {
		t.Run(name, func(t *testing.T) {
			a := NewAccount(testAccount, testOrigin, AccountRecord{})
			for _, net := range order {
				a.countNet(testStrategy, NewDec(net), testStart)
			}
			decEqual(t, "-40", a.Counters(testStrategy).LossToday)
			a.countNet(testStrategy, NewDec(-50), testStart)
			decEqual(t, "10", a.Counters(testStrategy).LossToday)
			a.countTrade(testStrategy, testStart.Add(24*time.Hour))
			decEqual(t, "0", a.Counters(testStrategy).LossToday)
		})
	}
}
