package trade

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// One close of a position that is ours in part closes all of it, as its preview says: our share is
// booked as ours, and the rest leaves no trade.
func TestAccount_ClosePositionPartlyByHand(t *testing.T) {
	for name, c := range map[string]struct {
		side          Side
		byHand        string // bought, or sold when negative
		amounts       []string
		size          string
		tradeIsClosed bool
	}{
		"more of the same side":  {Buy, "0.03", []string{"0.01", "0.03"}, "0.04", true},
		"short":                  {Sell, "-0.02", []string{"0.01", "0.02"}, "-0.03", true},
		"nothing by hand":        {Buy, "0", []string{"0.01"}, "0.01", true},
		"part taken out by hand": {Buy, "-0.004", []string{"0.01"}, "0.006", false}, // its fill is not told here
		"turned around by hand":  {Buy, "-0.03", []string{"0.02"}, "-0.02", false},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(50000)
			require.NoError(t, d.enter(1, c.side))
			d.hear()
			d.x.now = d.x.now.Add(time.Second)
			d.x.size = d.x.size.Add(MustDec(c.byHand))
			d.hearOne(d.x.position())
			decEqual(t, c.size, d.x.size)
			preview, err := PreviewClose(testSpec, d.Position(testMarket.Instrument),
				Book{Bids: []Level{{Price: d.x.price, Amount: NewDec(9)}}, Asks: []Level{{Price: d.x.price, Amount: NewDec(9)}}})
			require.NoError(t, err)
			decEqual(t, d.x.size.Abs().String(), preview.Amount)

			out, ids, err := d.ClosePosition(testMarket.Instrument, ExitManual, d.x.now)
			require.NoError(t, err)
			require.Len(t, ids, len(c.amounts))
			require.ElementsMatch(t, c.amounts, sentExits(out, preview.Side))
			again, ids, err := d.ClosePosition(testMarket.Instrument, ExitManual, d.x.now.Add(time.Millisecond))
			require.NoError(t, err)
			require.Empty(t, ids, "they are under way")
			require.Zero(t, count[SendOrder](again))

			d.do(out)
			d.hear()
			require.True(t, d.x.size.IsZero(), "the whole position is closed")
			if !c.tradeIsClosed {
				return
			}
			d.wait(3 * time.Second)
			tr := d.theTrade(t)
			require.Equal(t, ExitManual, tr.ExitReason)
			decEqual(t, "0.01", tr.Amount)
			decEqual(t, "0.35", tr.Fees) // 0.175 to enter 500, as much to leave
			require.Len(t, d.ledger.trades, 1)
			require.Empty(t, d.x.live())
		})
	}
}

// sentExits lists the amounts of the reduce-only market orders that an outcome sends on a side.
func sentExits(out Outcome, side Side) (amounts []string) {
	for _, e := range out.Effects {
		if s, ok := e.(SendOrder); ok && s.Order.Role == Exit && s.Order.ReduceOnly && s.Order.Side == side && s.Order.Type == MarketOrder {
			amounts = append(amounts, s.Order.Amount.String())
		}
	}
	return amounts
}

// A strategy that stops and closes takes its own trade; what its user holds by hand stays.
func TestAccount_CloseStrategyLeavesWhatIsHeldByHand(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	d.x.size = d.x.size.Add(MustDec("0.03"))
	d.hearOne(d.x.position())
	d.do(d.CloseStrategy(testStrategy, ExitStrategyStop, d.x.now))
	d.hear()
	d.wait(3 * time.Second)
	require.Equal(t, ExitStrategyStop, d.theTrade(t).ExitReason)
	decEqual(t, "0.03", d.x.size)
}

// While an exit of ours is on its way nobody can tell what is by hand: the close is not promised.
func TestAccount_ClosePositionWhileTheRestIsNotCertain(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	d.x.size = d.x.size.Add(MustDec("0.03"))
	d.hearOne(d.x.position())
	exit := d.CloseStrategy(testStrategy, ExitStrategyStop, d.x.now)
	_, ids, err := d.ClosePosition(testMarket.Instrument, ExitManual, d.x.now)
	require.ErrorIs(t, err, errFillsDue)
	require.Empty(t, ids)
	d.do(exit)
	d.hear()
	out, ids, err := d.ClosePosition(testMarket.Instrument, ExitManual, d.x.now)
	require.NoError(t, err)
	require.Len(t, ids, 1)
	d.do(out)
	require.True(t, d.x.size.IsZero())
}
