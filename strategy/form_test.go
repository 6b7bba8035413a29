package strategy_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

func TestRazor_presets(t *testing.T) {
	require.JSONEq(t, `{"preset":"original","sizing":{"mode":"notional","value":"100"},
		"stopLossPercent":0.5,"takeProfitPercent":0.65,"adaptiveStops":false,
		"breakEvenEnabled":true,"breakEvenTrigger":0.5,"breakEvenOffsetTicks":1,"breakEvenCoversFees":false,
		"maxLeverage":5,"maxDailyLoss":"0","maxDailyTrades":150,"cooldownMinutes":1,
		"minScore":58,"minVolatility":0.01,"maxVolatility":5,"rsiOversold":40,"rsiOverbought":60,
		"rsiPeriod":14,"emaFast":8,"emaSlow":21,"atrPeriod":14,"pullback":0.15,"requirePullback":false,"multiTimeframe":false}`,
		string(razor(t, `{}`).JSON()))
	require.JSONEq(t, `{"preset":"conservative","sizing":{"mode":"percent","value":0.5},
		"stopLossPercent":0.5,"takeProfitPercent":1,"adaptiveStops":false,
		"breakEvenEnabled":true,"breakEvenTrigger":0.5,"breakEvenOffsetTicks":1,"breakEvenCoversFees":true,
		"maxLeverage":5,"maxDailyLoss":"0","maxDailyTrades":10,"cooldownMinutes":15,
		"minScore":64,"minVolatility":0.08,"maxVolatility":2,"rsiOversold":30,"rsiOverbought":70,
		"rsiPeriod":14,"emaFast":8,"emaSlow":21,"atrPeriod":14,"pullback":0.15,"requirePullback":false,"multiTimeframe":false}`,
		string(razor(t, `{"preset":"conservative"}`).JSON()))
}

func TestRazor_rules(t *testing.T) {
	require.Equal(t, strategy.Rules{
		MaxDailyTrades: 7, Cooldown: 15 * time.Minute, MaxDailyLoss: dec("12.5"),
		BreakEven: strategy.BreakEven{Enabled: true, Trigger: dec("0.5"), OffsetTicks: 1, CoversFees: true},
	}, razor(t, `{"preset":"conservative","maxDailyTrades":7,"maxDailyLoss":"12.50"}`).Rules())
}

func TestParse_names_every_fault_at_once(t *testing.T) {
	for config, want := range map[string][]trade.FieldError{
		`{"stopLossPercent":0.04,"takeProfitPercent":"1","emaFast":8.5,"adaptiveStops":1,"maxDailyLoss":5,"leverage":3,"Preset":"original"}`: {
			{Field: "stopLossPercent", Error: "must be a number from 0.05 to 10"},
			{Field: "takeProfitPercent", Error: "must be a number from 0.05 to 20"},
			{Field: "adaptiveStops", Error: "must be true or false"},
			{Field: "maxDailyLoss", Error: `must be an amount from 0 to 1000000000 in a string, such as "100"`},
			{Field: "emaFast", Error: "must be a whole number from 2 to 199"},
			{Field: "Preset", Error: "is not a setting of Razor"},
			{Field: "leverage", Error: "is not a setting of Razor"},
		},
		`{"emaFast":21,"minVolatility":6,"rsiOversold":50,"rsiOverbought":50}`: {
			{Field: "emaFast", Error: "must be below emaSlow (21)"},
			{Field: "minVolatility", Error: "must be at most maxVolatility (5)"},
			{Field: "rsiOversold", Error: "must be below rsiOverbought (50)"},
		},
		`{"emaSlow":201,"minVolatility":5,"cooldownMinutes":1441,"maxDailyTrades":0}`: {
			{Field: "maxDailyTrades", Error: "must be a whole number from 1 to 1000"},
			{Field: "cooldownMinutes", Error: "must be a whole number from 0 to 1440"},
			{Field: "emaSlow", Error: "must be a whole number from 2 to 200"},
		},
		`{"minScore":null,"rsiPeriod":"14","pullback":true,"maxLeverage":51,"breakEvenTrigger":1e400}`: {
			{Field: "breakEvenTrigger", Error: "must be a number from 0.05 to 0.95"},
			{Field: "maxLeverage", Error: "must be a number from 1 to 50"},
			{Field: "minScore", Error: "must be a number from 0 to 120"},
			{Field: "rsiPeriod", Error: "must be a whole number from 2 to 500"},
			{Field: "pullback", Error: "must be a number from 0 to 1"},
		},
		`{"sizing":{"mode":"all in"}}`:  {{Field: "sizing.mode", Error: "must be one of notional, percent, fixed"}},
		`{"sizing":{"mode":"minimum"}}`: {{Field: "sizing.mode", Error: "must be one of notional, percent, fixed"}},
		`{"sizing":{"mode":"percent"}}`: {{Field: "sizing.value", Error: "must be a number from 0.01 to 50 when sizing.mode is percent"}},
		`{"sizing":{"value":100}}`:      {{Field: "sizing.value", Error: `must be an amount from 0.01 to 100000000 in a string, such as "100" when sizing.mode is notional`}},
		`{"sizing":{"value":"-1","x":1}}`: {
			{Field: "sizing.x", Error: "is not a setting of sizing"},
			{Field: "sizing.value", Error: `must be an amount from 0.01 to 100000000 in a string, such as "100" when sizing.mode is notional`},
		},
		`{"sizing":"percent"}`:      {{Field: "sizing", Error: "must be a JSON object"}},
		`{"emaFast":5,"emaFast":6}`: {{Field: "emaFast", Error: "is given twice"}},
	} {
		_, err := strategy.Razor.Parse(json.RawMessage(config))
		var refusal *trade.Error
		require.ErrorAs(t, err, &refusal, config)
		require.Equal(t, want, refusal.Fields, config)
		require.Equal(t, "invalid_parameters", refusal.Code)
		for _, f := range want {
			require.Contains(t, refusal.Message, f.Field+" "+f.Error)
		}
	}
}

func TestParse_takes_the_edges(t *testing.T) {
	for _, config := range []string{
		`{"stopLossPercent":0.05,"takeProfitPercent":20,"breakEvenTrigger":0.95,"pullback":0,"minScore":120,"maxLeverage":1}`,
		`{"stopLossPercent":10,"takeProfitPercent":0.05,"breakEvenTrigger":0.05,"pullback":1,"minScore":0,"maxLeverage":50}`,
		`{"emaFast":199,"emaSlow":200,"rsiPeriod":500,"atrPeriod":2,"rsiOversold":1,"rsiOverbought":99,"cooldownMinutes":0}`,
		`{"minVolatility":100,"maxVolatility":100,"rsiOversold":49.5,"rsiOverbought":50,"maxDailyTrades":1000,"maxDailyLoss":"0.01"}`,
		`{"sizing":{"mode":"percent","value":"0.25"}}`,
	} {
		require.NotEmpty(t, razor(t, config).JSON())
	}
	require.Contains(t, string(razor(t, `{"sizing":{"mode":"percent","value":"0.250"}}`).JSON()), `"sizing":{"mode":"percent","value":0.25}`)
}

func TestSignalKey_names_the_market_half_only(t *testing.T) {
	key := razor(t, `{}`).SignalKey()
	for _, other := range []string{
		`{"stopLossPercent":3,"takeProfitPercent":5,"cooldownMinutes":30,"maxLeverage":2,"maxDailyLoss":"5","adaptiveStops":true}`,
		`{"sizing":{"mode":"fixed","value":"10"},"breakEvenEnabled":false,"maxDailyTrades":3}`,
		`{"minScore":58.0,"emaFast":8e0,"rsiOversold":40.000}`,
		`{"preset":"conservative","minScore":58,"minVolatility":0.01,"maxVolatility":5,"rsiOversold":40,"rsiOverbought":60}`,
	} {
		require.Equal(t, key, razor(t, other).SignalKey(), other)
	}
	for _, other := range []string{
		`{"minScore":59}`, `{"minVolatility":0.02}`, `{"maxVolatility":4}`, `{"rsiOversold":39}`, `{"rsiOverbought":61}`, `{"rsiPeriod":13}`,
		`{"emaFast":7}`, `{"emaSlow":22}`, `{"atrPeriod":13}`, `{"pullback":0.2}`, `{"requirePullback":true}`, `{"multiTimeframe":true}`,
	} {
		require.NotEqual(t, key, razor(t, other).SignalKey(), other)
	}
	require.True(t, strings.HasPrefix(key, "Razor/"))
}

func TestSchema_carries_what_a_form_needs(t *testing.T) {
	var schema struct {
		Properties map[string]struct {
			Type        any             `json:"type"`
			Minimum     json.Number     `json:"minimum"`
			Maximum     json.Number     `json:"maximum"`
			Default     json.RawMessage `json:"default"`
			Description string          `json:"description"`
			Unit        string          `json:"x-unit"`
			Order       int             `json:"x-order"`
		} `json:"properties"`
	}
	require.NoError(t, json.Unmarshal(strategy.Razor.Info().Parameters, &schema))
	slow := schema.Properties["emaSlow"]
	require.Equal(t, []any{"integer", "2", "200", "21", "candles"}, []any{slow.Type, slow.Minimum.String(), slow.Maximum.String(), string(slow.Default), slow.Unit})
	stop := schema.Properties["stopLossPercent"]
	require.Equal(t, []any{"number", "0.05", "10", "0.5", "%"}, []any{stop.Type, stop.Minimum.String(), stop.Maximum.String(), string(stop.Default), stop.Unit})
	require.Equal(t, "boolean", schema.Properties["adaptiveStops"].Type)
	require.Equal(t, `"0"`, string(schema.Properties["maxDailyLoss"].Default))
	require.Equal(t, 1, schema.Properties["preset"].Order)
	require.Equal(t, 2, schema.Properties["sizing"].Order)
}
