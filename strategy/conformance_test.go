package strategy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/strategy/strategytest"
)

// variants are settings beside the presets that make another strategy of one.
var variants = map[string][]string{
	"Razor": {`{"multiTimeframe":true,"requirePullback":true,"adaptiveStops":true}`},
	"Thor":  {`{"stopLookback":60,"minTargetPercent":0,"minStopPercent":0.01,"rsiPeriod":14}`},
}

func TestCatalogue_conforms(t *testing.T) {
	names := map[string]bool{}
	for _, info := range strategy.Catalogue() {
		require.False(t, names[info.Name], "two strategies are called %s", info.Name)
		require.Regexp(t, `^[A-Za-z0-9][A-Za-z0-9 _-]{0,49}$`, info.Name)
		names[info.Name] = true
		d, err := strategy.Find(info.Name)
		require.NoError(t, err)
		t.Run(info.Name, func(t *testing.T) { strategytest.Run(t, d, variants[info.Name]...) })
	}
	require.True(t, names["Razor"] && names["Thor"] && names["Fast Test"] && names["SMA Cross"])
}
