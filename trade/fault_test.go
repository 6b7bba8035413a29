package trade

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// byHandFill is a fill of an order that the user, or the exchange, made.
func (d *desk) byHandFill(side Side, amount string, price int64, liquidation bool) {
	v := d.x.add(VenueOrder{ID: d.x.id("hand"), Instrument: testMarket.Instrument, Side: side, Type: "market", State: "open", Amount: MustDec(amount)})
	d.x.price = NewDec(price)
	d.x.take(v, d.x.price)
	for i, e := range d.x.events {
		if f, is := e.(Fill); is {
			f.Liquidation = liquidation
			d.x.events[i], d.x.fills[len(d.x.fills)-1] = f, f
		}
	}
}

// F20: an entry fills in part and the link breaks. The part is a position under its stop.
func TestF20_PartialFillThenDisconnect(t *testing.T) {
	d := newDesk(50000)
	cmd := d.command(1, Buy)
	out, err := d.Enter(cmd, d.x.now)
	require.NoError(t, err)
	d.do(out)
	b := d.Release(cmd.Intent, d.x.now).Effects[0].(SendBracket)
	part := b.Bracket
	part.Amount = MustDec("0.004") // the exchange lets legs grow with the fills
	d.x.bracket(part)
	entry := d.x.byLabel(b.Bracket.EntryLabel)[0]
	v := d.x.find(entry.ID)
	v.Amount, v.State, v.CancelReason = b.Bracket.Amount, "cancelled", "immediate_or_cancel"
	d.do(d.OnSendFailed(b.Order, Failure{Unknown: true, Reason: "link lost"}, d.x.now))
	d.Online(false)
	d.x.events = nil
	d.x.now = d.x.now.Add(3 * time.Second)
	d.Online(true)
	d.reconcile()
	d.wait(12 * time.Second)

	tr := d.theTrade(t)
	require.Equal(t, TradeOpen, tr.Status)
	decEqual(t, "0.004", tr.Open)
	decEqual(t, "0.004", d.ledgerNow())
	require.Len(t, d.stops(), 1)
	decEqual(t, "0.004", d.stops()[0].Amount)
	require.Equal(t, OrderCancelled, d.ledger.orders[d.order(cmd.Intent, Entry, 0).ID].State)
	require.Equal(t, 1, d.x.accepted[b.Bracket.EntryLabel], "the rest is not asked for again")
}

// F17: an entry that is found by its label, and whose fills nobody tells, is asked after before the next sweep.
func TestF17_FillsOfAFoundEntryAreAskedFor(t *testing.T) {
	d := newDesk(50000)
	d.swallow = true
	require.NoError(t, d.enter(1, Buy))
	d.x.events = nil
	for _, v := range d.x.live() { // its legs are cancelled by hand
		d.x.cancel(d.x.find(v.ID), "user_request")
	}
	d.hear()
	require.Empty(t, d.OpenTrades())
	require.True(t, d.Busy(), "somebody looks after it")
	d.wait(askEvery)
	require.Len(t, d.OpenTrades(), 1)
}

// F21: what is left of a position may be below the smallest order. It stays known, and its close is
// tried ever more slowly while the exchange refuses it.
func TestF21_DustThatTheExchangeWillNotClose(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	d.byHandFill(Sell, "0.00995", 50000, false)
	d.hear()
	decEqual(t, "0.00005", d.theTrade(t).Open)
	refused := "exit"
	d.x.refuse = &refused
	out, err := d.Close(d.OpenTrades()[0].ID, ExitManual, d.x.now)
	require.NoError(t, err)
	d.do(out)
	d.wait(time.Minute)
	exits := 0
	for _, o := range d.ledger.orders {
		if o.Role == Exit {
			exits++
			decEqual(t, "0.00005", o.Amount)
		}
	}
	require.Greater(t, exits, 1, "it is tried again")
	require.LessOrEqual(t, exits, 12, "and not as fast as it is refused")
	d.x.refuse = nil
	d.wait(time.Minute)
	require.True(t, d.x.size.IsZero(), "it goes as soon as the exchange lets it")
	require.Equal(t, TradeClosed, d.theTrade(t).Status)
}

// F24: a stop that fires and is not filled has a deadline; then the position is closed at market.
func TestF24_StopTriggeredNotFilled(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	stop := d.x.find(d.stops()[0].ID)
	d.x.price = NewDec(48000)
	stop.State = "triggered"
	d.x.tell(stop)
	d.x.cancelTargets()
	d.wait(stopDeadline - 250*time.Millisecond)
	require.Len(t, d.OpenTrades(), 1, "it is given its time")
	require.Nil(t, d.order(d.OpenTrades()[0].Intent, Target, 1), "and no new target is put beside it")
	require.True(t, d.Busy(), "somebody looks when it is over")
	d.wait(500 * time.Millisecond)
	require.True(t, d.x.size.IsZero(), "and no longer")
	tr := d.theTrade(t)
	require.Equal(t, TradeClosed, tr.Status)
	require.Equal(t, ExitStop, tr.ExitReason)
	decEqual(t, "48000", *tr.ExitPrice)
}

func (x *exchange) cancelTargets() {
	for _, v := range x.orders {
		if v.Type == "limit" && v.Live() {
			x.cancel(v, "oco_other_closed")
		}
	}
}

// F25: a stop that the price has passed before it could be placed counts as hit.
func TestF25_StopCrossedAtPlacement(t *testing.T) {
	d := newDesk(50000)
	d.x.hold = true // no linked leg comes
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	refused := "stop"
	d.x.price, d.x.refuse = NewDec(49000), &refused
	d.hearOne(d.x.position())
	d.wait(3 * time.Second)
	require.True(t, d.x.size.IsZero())
	require.Equal(t, ExitStop, d.theTrade(t).ExitReason)
	sent := 0
	for _, o := range d.ledger.orders {
		sent += boolInt(o.Role == Stop || o.Role == Exit)
	}
	require.LessOrEqual(t, sent, 2, "no retry loop")
}

// F27: the user closes the position at the exchange. The trade ends as theirs, and what protected it goes.
func TestF27_ClosedByHandAtTheExchange(t *testing.T) {
	for _, told := range []bool{true, false} {
		d := newDesk(50000)
		require.NoError(t, d.enter(1, Buy))
		d.hear()
		d.byHandFill(Sell, "0.01", 50100, false)
		if !told {
			d.x.events = nil
			d.reconcile() // what a sweep does
		}
		d.wait(3 * time.Second)
		tr := d.theTrade(t)
		require.Equal(t, ExitManual, tr.ExitReason)
		decEqual(t, "1", tr.PnL) // 0.01 * (50100 - 50000)
		require.Empty(t, d.x.live())
	}
}

// F29: the user buys more of the same by hand. It is shown, it is not ours, and entries wait.
func TestF29_TradedByHandBesideUs(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	d.byHandFill(Buy, "0.02", 50000, false)
	d.wait(2 * time.Second)
	decEqual(t, "0.01", d.ledgerNow())
	decEqual(t, "0.01", d.theTrade(t).Open)
	require.Len(t, d.stops(), 1)
	decEqual(t, "0.01", d.stops()[0].Amount)
	p := d.Positions()[0]
	decEqual(t, "0.03", p.Size)
	out, err := d.Close(d.OpenTrades()[0].ID, ExitManual, d.x.now)
	require.NoError(t, err)
	d.do(out)
	d.wait(3 * time.Second)
	decEqual(t, "0.02", d.x.size)
	require.Equal(t, "foreign_position", CodeOf(d.enter(2, Buy)))
}

// F30: a liquidation ends the trade under its own name, and the ledger still balances.
func TestF30_Liquidation(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	d.byHandFill(Sell, "0.004", 49600, true)
	d.wait(time.Second)
	decEqual(t, "0.006", d.ledgerNow())
	d.byHandFill(Sell, "0.006", 49600, true)
	d.wait(3 * time.Second)
	tr := d.theTrade(t)
	require.Equal(t, ExitLiquidation, tr.ExitReason)
	decEqual(t, "-4", tr.PnL) // 0.01 * (49600 - 50000)
	require.True(t, d.ledgerNow().IsZero())
	require.Empty(t, d.x.live())
}

// F30: a contract that is delivered ends a trade without a fill. Its books take the delivery price, so
// that profit and fees still are the change of the balance.
func TestF30_Delivery(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	fees := d.theTrade(t).Fees
	at := d.x.now.Add(time.Second)
	d.x.size = Zero
	d.x.drop(func(v *VenueOrder) bool { return v.Live() })
	d.dead = true // the desk knows of no delivery: the answer is told below
	for range 2 {
		d.x.now = d.x.now.Add(time.Minute)
		d.reconcile()
	}
	tr := d.theTrade(t)
	require.Equal(t, TradeClosed, tr.Status)
	lost := AskFunding{Trade: tr.ID, Spec: testSpec, From: tr.EntryTime, To: *tr.ExitTime, Lost: true}
	d.x.now = d.x.now.Add(fundingPace)
	out := d.Tick(d.x.now)
	require.Contains(t, out.Effects, Effect(lost), "it is asked for")
	d.do(out)
	answer := Answer{Effect: lost, Funding: MustDec("-0.01"), Delivery: Delivery{NewDec(51000), at}}
	for range 2 { // told twice, booked once
		d.do(d.Take(answer, d.x.now))
	}
	tr = d.theTrade(t)
	decEqual(t, "10", tr.PnL) // 0.01 of 1,000
	decEqual(t, "51000", *tr.ExitPrice)
	require.True(t, tr.Net.Equal(NewDec(10).Sub(fees).Sub(MustDec("0.01"))))
	require.Equal(t, at, *tr.ExitTime)
	require.Equal(t, ExitReconciled, tr.ExitReason)
	require.True(t, tr.Open.IsZero())
	require.True(t, d.ledger.counters[testStrategy].LossToday.Equal(tr.Net.Neg()))
	require.True(t, d.ledger.days["USDC"].Realised.Equal(tr.Net))
	require.Contains(t, d.repairKinds(), "delivered")
	d.wait(time.Minute)
	require.Empty(t, d.x.live(), "nothing is reversed")
}
