package market

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// The path of a seed is what installations have traded on: it must stay, bit by bit.
func TestSynthetic_path_of_the_perpetuals_stays(t *testing.T) {
	s, sum := NewSynthetic(7), uint64(14695981039346656037)
	add := func(values ...int64) {
		for _, v := range values {
			sum = (sum ^ uint64(v)) * 1099511628211
		}
	}
	want := []uint64{0x635040b912ee356f, 0x1193efb8ad0b072b, 0xb02caed8b001a486}
	for n, i := range core.Perpetuals() {
		for k := int64(0); k < 200_000; k += 37 {
			tick, sold := s.Tick(i, 1_741_608_000+k), int64(2)
			if tick.Sell {
				sold = 1
			}
			add(tick.Price, tick.Index, tick.Mark, tick.Volume, tick.Spread, sold)
		}
		for k := int64(0); k < 2_000; k++ {
			b := s.Bar(i, firstMinute+k, 1<<40)
			add(b.Open, b.High, b.Low, b.Close, b.Volume)
		}
		require.Equal(t, want[n], sum, i.Name)
	}
}
