package actors

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

// Nobody looks, and no signal fires: a candle wakes no executor. Whoever asks hears of the newest.
func TestExecutor_sleeps_through_candles_that_concern_nobody(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := open(t, strategy.Rules{}, nil)
		defer f.shut()
		f.run(3*time.Second, fifty)
		status, err := f.StartStrategy(t.Context(), alice, trade.StartStrategy{Name: "Razor", Market: btcPaper, Config: json.RawMessage(`{}`)})
		require.NoError(t, err)
		f.run(time.Minute, fifty) // it collects, and lets the market know that it is done
		require.Equal(t, trade.Analysing, f.statusOf(status.ID).State)

		told := 0
		f.fault.set(func(kind, _ string, msg any) bool {
			if _, ok := msg.(AnalysisChanged); ok && kind == "executor" {
				told++
			}
			return false
		})
		f.run(5*time.Minute, fifty)
		require.Zero(t, told)

		before := f.scoreOf(status.ID)
		require.Equal(t, 1, told, "asked for")
		f.run(2*time.Minute, fifty)
		require.Equal(t, 1, told, "the question is over with its answer")
		require.Equal(t, before+2, f.scoreOf(status.ID), "of the newest candle")
		require.Equal(t, before+2, f.scoreOf(status.ID), "and again while the market tells of every candle")
		require.Equal(t, 2, told)
	})
}

// scoreOf is the number that the scripted strategy gives its last candle.
func (f *floor) scoreOf(id trade.StrategyID) int {
	f.t.Helper()
	data, err := f.Analysis(f.t.Context(), alice, id)
	require.NoError(f.t, err)
	var view struct{ ScoreLong int }
	require.NoError(f.t, json.Unmarshal(data, &view))
	return view.ScoreLong
}

// A market that does not answer holds up nobody who asks for longer than a moment.
func TestExecutor_tells_what_it_knows_when_the_market_is_silent(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := open(t, strategy.Rules{}, nil)
		defer f.shut()
		f.run(3*time.Second, fifty)
		status, err := f.StartStrategy(t.Context(), alice, trade.StartStrategy{Name: "Razor", Market: btcPaper, Config: json.RawMessage(`{}`)})
		require.NoError(t, err)
		f.run(time.Minute, fifty)
		f.fault.set(func(kind, _ string, msg any) bool {
			follow, ok := msg.(FollowMarket)
			return ok && kind == "market" && follow.Analysis
		})
		began := time.Now()
		require.NotZero(t, f.scoreOf(status.ID))
		require.Equal(t, analysisWait, time.Since(began))
	})
}
