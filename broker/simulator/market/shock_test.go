package market_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/broker/simulator/market"
	"github.com/tradebaas/tradebaas/trade"
)

// Candles agree with the seconds that they are made of, whatever shocks there were.
func TestShock_is_in_the_candles(t *testing.T) {
	const start = int64(1_741_608_000)
	rapid.Check(t, func(t *rapid.T) {
		x := core.New(market.NewSynthetic(7), start*1000)
		for range rapid.IntRange(1, 3).Draw(t, "shocks") {
			x.Advance(x.Now + rapid.Int64Range(0, 100).Draw(t, "wait")*1000)
			_, err := x.Apply(x.Now, core.Command{ShockPrices: &core.ShockPrices{Percent: trade.NewDec(rapid.SampledFrom([]int64{-20, -1, 3}).Draw(t, "percent")),
				Seconds: rapid.Int64Range(1, 150).Draw(t, "seconds"), Decays: rapid.Bool().Draw(t, "decays")}})
			require.Nil(t, err)
		}
		i := x.Markets[0].Instrument
		for minute := start/60 - 1; minute < start/60+8; minute++ {
			through := minute*60 + rapid.Int64Range(0, 59).Draw(t, "through")
			bar := x.Source().Bar(i, minute, through)
			open := x.Source().Tick(i, minute*60-1).Price
			want := core.Bar{Open: open, High: open, Low: open, Volume: bar.Volume}
			for second := minute * 60; second <= through; second++ {
				want.Close = x.Source().Tick(i, second).Price
				want.High, want.Low = max(want.High, want.Close), min(want.Low, want.Close)
			}
			require.Equal(t, want, bar)
		}
	})
}
