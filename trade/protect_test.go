package trade

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func (d *desk) protect(price, percent string) (Protection, error) {
	cmd := ProtectCommand{Instrument: testMarket.Instrument, Spec: testSpec, Ticker: Ticker{Mark: d.x.price, Time: d.x.now}}
	if price != "" {
		cmd.Price = MustDec(price)
	}
	if percent != "" {
		cmd.Percent = MustDec(percent)
	}
	out, p, err := d.Protect(cmd, d.x.now)
	if err == nil {
		d.do(out)
		d.hear()
	}
	return p, err
}

// byHand is a long of 0.02 that the user's own hand opened at 50,000.
func byHand(d *desk) {
	d.x.size, d.x.avg = MustDec("0.02"), NewDec(50000)
	d.hearOne(d.x.position())
}

func TestAccount_ProtectRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		prepare        func(*desk)
		price, percent string
		code           string
	}{
		"no position":     {func(*desk) {}, "49000", "", "position_not_found"},
		"no stop known":   {byHand, "", "", "no_stop_known"},
		"above the mark":  {byHand, "50000", "", "stop_side"},
		"below zero":      {byHand, "", "100", "stop_side"},
		"price not known": {func(d *desk) { byHand(d); d.x.price = Zero }, "49000", "", "stale_price"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(50000)
			c.prepare(d)
			_, err := d.protect(c.price, c.percent)
			require.Equal(t, c.code, CodeOf(err))
			require.Empty(t, d.x.live())
		})
	}
}

// A position of the user's own making gets one stop for all of it; asked again it is amended.
func TestAccount_ProtectForeign(t *testing.T) {
	d := newDesk(50000)
	byHand(d)
	p, err := d.protect("", "1")
	require.NoError(t, err)
	decEqual(t, "49500", p.Stop)
	require.NotEmpty(t, p.Order)
	stops := d.stops()
	require.Len(t, stops, 1)
	decEqual(t, "0.02", stops[0].Amount)
	require.True(t, stops[0].ReduceOnly)
	decEqual(t, "49500", d.Positions()[0].StopLoss)
	require.False(t, d.Busy(), "a stop that stands is nothing to hurry for")
	asked := d.asked
	d.wait(20 * time.Second)
	d.reconcile()
	require.Len(t, d.stops(), 1, "it is no orphan")
	require.Equal(t, asked, d.asked)

	p, err = d.protect("49000.3", "")
	require.NoError(t, err)
	decEqual(t, "49000.5", p.Stop)
	require.Len(t, d.stops(), 1)
	decEqual(t, "49000.5", d.stops()[0].TriggerPrice)

	d.x.size = MustDec("0.05")
	d.hearOne(d.x.position())
	_, err = d.protect("", "")
	require.NoError(t, err)
	decEqual(t, "0.05", d.stops()[0].Amount)

	d.restart()
	require.Len(t, d.stops(), 1)
	_, err = d.protect("", "")
	require.NoError(t, err)
	require.Len(t, d.stops(), 1, "known after a restart as well")

	d.x.size = Zero
	d.hearOne(d.x.position())
	d.wait(time.Second)
	d.reconcile()
	require.Empty(t, d.x.live(), "it goes with its position")
}

func TestAccount_ProtectTrade(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	p, err := d.protect("", "")
	require.NoError(t, err)
	decEqual(t, "49500", p.Stop)
	require.Equal(t, d.stops()[0].ID, p.VenueOrder)
	p, err = d.protect("49200", "") // further away, by the user's own will
	require.NoError(t, err)
	decEqual(t, "49200", p.Stop)
	require.Len(t, d.stops(), 1)
	decEqual(t, "49200", d.stops()[0].TriggerPrice)
	decEqual(t, "49200", d.theTrade(t).StopLoss)
	require.True(t, d.theTrade(t).BreakEvenDone, "what the user's hand has set is not moved by itself any more")
}

// A stop that the user's hand has put on the losing side is a stop, not break-even.
func TestAccount_StopMovedByHandIsNoBreakEven(t *testing.T) {
	for at, reason := range map[string]string{"49200": ExitStop, "50100": ExitBreakEven} {
		d := newDesk(50000)
		require.NoError(t, d.enter(1, Buy))
		d.hear()
		d.x.price = NewDec(50200)
		_, err := d.protect(at, "")
		require.NoError(t, err)
		d.x.move(NewDec(49100))
		d.wait(3 * time.Second)
		require.Equal(t, reason, d.theTrade(t).ExitReason, "a stop at %s", at)
	}
}
