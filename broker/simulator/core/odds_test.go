package core_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

func TestOdds_strike_so_many_times(t *testing.T) {
	o := core.Odds{Count: 2}
	require.True(t, o.Strike(1))
	require.True(t, o.Strike(2))
	require.False(t, o.Strike(1))
	require.True(t, o.Over())
	require.EqualValues(t, 2, o.Struck)
	for forever := (core.Odds{}); forever.Struck < 50; {
		require.True(t, forever.Strike(1))
	}
}

// A rate is met over many cases, and one account's strikes do not depend on another's cases.
func TestOdds_are_chosen_by_the_seed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.Int64Range(1, 99).Draw(t, "rate")
		seed := rapid.Uint64().Draw(t, "seed")
		alone, beside := core.Odds{Rate: rate, Seed: seed}, core.Odds{Rate: rate, Seed: seed}
		for n := range 10_000 {
			if n%int(rate+1) == 0 {
				beside.Strike(2)
			}
			require.Equal(t, alone.Strike(1), beside.Strike(1))
		}
		require.InDelta(t, 100*rate, alone.Struck, 300)
	})
}
