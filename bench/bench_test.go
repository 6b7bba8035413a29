package bench

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCompare_reports_the_ratio(t *testing.T) {
	fixed := func(each, tail time.Duration) Block {
		return func(n int) Cost { return Cost{Took: time.Duration(n) * each, P99: tail} }
	}
	r := testing.Benchmark(func(b *testing.B) {
		Compare(b, 10, fixed(100, 7), fixed(125, 14))
	})
	require.InDelta(t, 100, r.Extra["floor_ns"], 1e-9)
	require.InDelta(t, 125, r.Extra["ours_ns"], 1e-9)
	require.InDelta(t, 0.8, r.Extra["ratio"], 1e-9)
	require.InDelta(t, 0.8, r.Extra["ratio_low"], 1e-9)
	require.InDelta(t, 0.8, r.Extra["ratio_high"], 1e-9)
	require.InDelta(t, 2, r.Extra["p99_ratio"], 1e-9)
}

func TestSteady_leaves_out_a_busy_moment(t *testing.T) {
	quiet := pair{canary: 100}
	require.Len(t, steady([]pair{quiet, quiet, {canary: 126}, {canary: 74}, {canary: 120}}), 3)
	require.Len(t, steady([]pair{quiet}), 1)
}

func TestInterval_holds_the_median(t *testing.T) {
	list := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9}
	low, high := interval(list)
	require.Less(t, low, 5.0)
	require.Greater(t, high, 5.0)
	require.GreaterOrEqual(t, low, 2.0)
	require.LessOrEqual(t, high, 8.0)
}
