package core_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// apart is a source whose index is so far below its price, in ten-thousandths.
type apart struct {
	*script
	by int64
}

func (a *apart) Tick(i *core.Instrument, second int64) core.Tick {
	t := a.script.Tick(i, second)
	t.Index -= a.by
	return t
}

func newApart(usd string, by int64) (*core.Exchange, *apart) {
	source := &apart{&script{from: []int64{0}, usd: []string{usd}, ticks: map[scripted]core.Tick{}}, by * 10_000}
	return core.New(source, dawn*1000), source
}

func band(x *core.Exchange) [2]string {
	m := x.MarketOf(linear)
	low, high := m.Band()
	return [2]string{m.Instrument.Price(low).String(), m.Instrument.Price(high).String()}
}

func TestBand_is_around_index_and_basis(t *testing.T) {
	x, source := newApart("100000", 2_000)
	require.Equal(t, [2]string{"98500", "101500"}, band(x)) // 98,000 + 2,000, +/- 1.5 %
	// A second later the distance is gone: of 2,000 remain 2,000 x 59/61 = 1,934.426; 101,934.426 +/- 1.5 %.
	source.by = 0
	x.Advance((dawn + 1) * 1000)
	require.Equal(t, [2]string{"100405.4", "103463.4"}, band(x))
	// After a minute 2,000 x (59/61)^60 = 270.62 remain: 100,270.62 +/- 1.5 %.
	x.Advance((dawn + 60) * 1000)
	require.Equal(t, [2]string{"98766.6", "101774.7"}, band(x))
}

func TestBand_stays_near_the_index(t *testing.T) {
	x, _ := newApart("110000", 10_000)
	require.Equal(t, "107500", band(x)[1]) // 7.5 % above 100,000; 1.5 % above 110,000 would be 111,650
	x, _ = newApart("90000", -10_000)
	require.Equal(t, "92500", band(x)[0])
}

// The price jumps by 2 %: the band's middle is 100,000 + 2,000 x 2/61 = 100,065.57 or so a second
// later, its top 101,566.6. What is offered above is out of reach.
func TestBand_stops_market_orders_and_refuses_limits(t *testing.T) {
	x, source := newApart("100000", 0)
	source.script.from, source.script.usd, source.by = append(source.script.from, dawn+1), append(source.script.usd, "102000"), 20_000_000
	r, err := x.Apply(dawn*1000+1, core.Command{Open: &core.OpenAccount{Name: "a", Key: "a",
		Balances: []core.Balance{{Currency: "USDC", Amount: trade.NewDec(10_000)}}}})
	require.Nil(t, err)
	x.Advance((dawn + 1) * 1000)
	for _, kind := range []string{core.MarketType, core.MarketLimit} {
		buy := ticket(1, "0.01", "")
		buy.Type = kind
		got, err := x.Apply((dawn+1)*1000, place(r.Account, linear, buy))
		require.Nil(t, err)
		require.Equal(t, core.Cancelled, got.Order.State)
		require.Zero(t, got.Order.Filled)
	}
	_, err = x.Apply((dawn+1)*1000, place(r.Account, linear, ticket(1, "0.01", "101566.7")))
	require.Equal(t, "price_too_high 101566.6 (10007)", err.Error())
	_, err = x.Apply((dawn+1)*1000, place(r.Account, linear, ticket(-1, "0.01", "98564.5")))
	require.Equal(t, "price_too_low 98564.6 (10005)", err.Error())
}

// A snapshot of a version without the basis starts it at the distance of the moment.
func TestBand_of_an_older_snapshot(t *testing.T) {
	x, source := newApart("100000", 2_000)
	x.MarketOf(linear).Basis = 0
	restored, err := core.Restore(source, []byte(strings.ReplaceAll(bytesOf(t, x), `"Basis":0,`, "")))
	require.NoError(t, err)
	require.Equal(t, [2]string{"98500", "101500"}, band(restored))
	kept, err := core.Restore(source, []byte(bytesOf(t, x)))
	require.NoError(t, err)
	require.Equal(t, "99470", band(kept)[1]) // 98,000 x 1.015
}
