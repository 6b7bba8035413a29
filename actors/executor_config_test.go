package actors

import (
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

// holding is the scripted strategy with one parameter: how many seconds a trade may last.
type holding struct{ scriptedDefinition }

func (d holding) Parse(raw json.RawMessage) (strategy.Config, error) {
	var p struct{ Hold int64 }
	if err := json.Unmarshal(raw, &p); err != nil || p.Hold < 0 {
		return nil, trade.InvalidFields("invalid_parameters", "hold", trade.FieldError{Field: "hold", Error: "must not be below 0"})
	}
	config := d.config
	config.rules.MaxHold = time.Duration(p.Hold) * time.Second
	return holdingConfig{config, raw}, nil
}

type holdingConfig struct {
	scripted
	raw json.RawMessage
}

func (c holdingConfig) JSON() json.RawMessage { return c.raw }

func openHolding(t *testing.T) *floor {
	f := open(t, strategy.Rules{}, nil)
	f.env.FindStrategy = func(string) (strategy.Definition, error) {
		return holding{scriptedDefinition{config: f.script}}, nil
	}
	_, err := f.StartStrategy(t.Context(), alice, trade.StartStrategy{Name: "Razor", Market: btcPaper, Config: json.RawMessage(`{"hold":30}`)})
	require.NoError(t, err)
	f.run(3*time.Second, fifty)
	return f
}

// A trade keeps the parameters that it was entered with, also over a crash; the next has the new ones.
func TestExecutor_ChangeConfig(t *testing.T) {
	for name, crash := range map[string]bool{"in peace": false, "over a crash": true} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := openHolding(t)
				defer f.shut()
				f.candle(strategy.Long)
				require.Equal(t, trade.InPosition, f.statusOf(scriptedID).State)
				status, err := f.ChangeConfig(t.Context(), alice, scriptedID, json.RawMessage(`{"hold":600}`))
				require.NoError(t, err)
				require.Equal(t, 2, status.ConfigVersion)
				require.JSONEq(t, `{"hold":600}`, string(status.Config))
				if crash {
					f.crash(f.env.executorRef(alice, scriptedID), "executor")
				}
				f.run(10*time.Second, fifty)
				require.Equal(t, trade.InPosition, f.statusOf(scriptedID).State)
				f.run(25*time.Second, fifty)
				require.Equal(t, trade.ExitTime, f.oneTrade().ExitReason, "after its own 30 s")
				require.Equal(t, 1, f.oneTrade().ConfigVersion)

				f.candle(strategy.Long)
				f.run(50*time.Second, fifty)
				open := f.statusOf(scriptedID).Trade
				require.NotNil(t, open, "the new one lasts longer")
				require.Equal(t, 2, open.ConfigVersion)
				require.Equal(t, 2, f.sent("send entry"))
			})
		})
	}
}

func TestExecutor_ChangeConfig_refuses(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := openHolding(t)
		defer f.shut()
		_, err := f.ChangeConfig(t.Context(), alice, scriptedID, json.RawMessage(`{"hold":-1}`))
		require.ErrorIs(t, err, trade.InvalidFields("invalid_parameters", ""))
		_, err = f.ChangeConfig(t.Context(), bob, scriptedID, json.RawMessage(`{"hold":1}`))
		require.ErrorIs(t, err, trade.ErrStrategyNotFound)
		_, err = f.ChangeConfig(t.Context(), alice, trade.NewStrategyID(alice, "Razor", ethPaper), json.RawMessage(`{"hold":1}`))
		require.ErrorIs(t, err, trade.ErrStrategyNotFound)
		require.Equal(t, 1, f.statusOf(scriptedID).ConfigVersion)
		_, err = f.StopStrategy(t.Context(), alice, scriptedID, false)
		require.NoError(t, err)
		_, err = f.ChangeConfig(t.Context(), alice, scriptedID, json.RawMessage(`{"hold":1}`))
		require.ErrorIs(t, err, errStoppedConfig)
	})
}

// Whoever looks at the analysis keeps seeing it.
func TestExecutor_ChangeConfig_keeps_its_watchers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := openHolding(t)
		defer f.shut()
		page := newPage(t)
		go func() { page.served <- f.OpenSession(t.Context(), alice, "one", page) }()
		synctest.Wait()
		page.subscribe(analysisPrefix + string(scriptedID))
		f.run(2*time.Second, fifty)
		_, err := f.ChangeConfig(t.Context(), alice, scriptedID, json.RawMessage(`{"hold":5}`))
		require.NoError(t, err)
		f.run(time.Second, fifty)
		page.read()
		f.run(5*time.Second, fifty)
		require.NotEmpty(t, page.read(), "prices still move it")
	})
}
