package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func tableOf(t *testing.T, name, preset, config, candles string) string {
	t.Helper()
	table, err := newSignalTable(name, preset, config)
	require.NoError(t, err)
	var out strings.Builder
	require.NoError(t, table.write(strings.NewReader(candles), &out))
	return out.String()
}

const candleHeader = "timestamp_ms,open,high,low,close,volume\n"

// flatRows is rows from minute to minute at 1000 with a range of 1.
func flatRows(from, to int) string {
	var b strings.Builder
	for i := from; i <= to; i++ {
		b.WriteString(itoa(i*60_000) + ",1000,1000.5,999.5,1000,1\n")
	}
	return b.String()
}

// The figures are those of the strategy's own test: up to 1002, back to 1000, down to 996.
func TestSignals_thor(t *testing.T) {
	candles := candleHeader + flatRows(0, 26) + "1620000,1000,1002,1000,1002,1\n1680000,1002,1002.5,999,1000,1\n1740000,1000,1000,995,996,1\n"
	lines := strings.Split(tableOf(t, "thor", "original", "", candles), "\n")
	require.Len(t, lines, 32, "a header, 30 candles and the end")
	require.Equal(t, "timestamp_ms,close,rsi,atr_percent,sma,target_percent,score_long,score_short,signal", lines[0])
	require.Equal(t, "0,1000,,,,,,,", lines[1])
	require.Equal(t, "1680000,1000,,,,,,,", lines[29])
	require.Equal(t, "1740000,996,25,0.154188181,999.9,0.391566265,16.666666667,0,long", lines[30])
	conservative := strings.Split(tableOf(t, "THOR", "conservative", "", candles), "\n")
	require.Equal(t, "1740000,996,25,0.154188181,999.9,0.391566265,0,0,none", conservative[30])
}

// The figures are those of the strategy's own test too, with its small windows.
func TestSignals_razor(t *testing.T) {
	candles := candleHeader + flatRows(0, 16) + "1020000,1000,1002,1000,1002,2\n1080000,1002,1003,1000,1001,3\n1140000,1001,1001,997,998,4\n"
	lines := strings.Split(tableOf(t, "razor", "original", `{"emaFast":2,"emaSlow":3,"rsiPeriod":4,"atrPeriod":2}`, candles), "\n")
	require.Equal(t, "timestamp_ms,close,ema_fast,ema_slow,rsi,volatility,atr_percent,momentum,compression,pullback_ready,trend_score,score_long,score_short,signal", lines[0])
	require.Equal(t, "1080000,1001,,,,,,,,,,,,", lines[19])
	require.Equal(t, "1140000,998,999.037037037,999.5,33.333333333,0.399980001,0.350701403,-0.2,0,0,-2,60.666666667,29,long", lines[20])
}

func TestSignals_a_gap_collects_again(t *testing.T) {
	lines := strings.Split(tableOf(t, "razor", "original", "", candleHeader+flatRows(0, 25)+flatRows(28, 49)), "\n")
	flat := ",1000,1000,50,0.01,0.1,0,0,0,0,6,6,none" // nothing moves: ATR 1 / 1000, no trend
	require.Equal(t, "1500000,1000"+flat, lines[26])
	for i := 27; i < 47; i++ {
		require.True(t, strings.HasSuffix(lines[i], ",1000,,,,,,,,,,,,"), lines[i])
	}
	require.Equal(t, "2880000,1000"+flat, lines[47], "21 candles after the gap")
}

func TestSignals_command(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "candles.csv"), filepath.Join(dir, "d.csv")
	require.NoError(t, os.WriteFile(in, []byte(candleHeader+flatRows(0, 29)), 0o600))
	c := SignalsCmd{Strategy: "thor", Preset: "original", Candles: in, Out: out}
	require.NoError(t, c.Run())
	written, err := os.ReadFile(out)
	require.NoError(t, err)
	require.Equal(t, tableOf(t, "Thor", "original", "", candleHeader+flatRows(0, 29)), string(written))

	require.NoError(t, os.WriteFile(in, []byte(candleHeader+flatRows(0, 29)+flatRows(29, 29)), 0o600))
	require.ErrorContains(t, c.Run(), "candles.csv: line 32, column timestamp_ms: 1740000 is there twice")
	again, err := os.ReadFile(out)
	require.NoError(t, err)
	require.Equal(t, written, again, "a faulty file changes nothing")
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 2, "and leaves nothing behind")

	for _, c := range []struct {
		change SignalsCmd
		want   string
	}{
		{SignalsCmd{Strategy: "odin", Preset: "original"}, "there is no such strategy; choose razor or thor"},
		{SignalsCmd{Strategy: "Fast Test", Preset: "original"}, "it has no table of signals; choose razor or thor"},
		{SignalsCmd{Strategy: "razor", Preset: "reckless"}, "preset must be one of original, conservative"},
		{SignalsCmd{Strategy: "razor", Preset: "original", Config: "[]"}, "config must be a JSON object"},
		{SignalsCmd{Strategy: "razor", Preset: "original", Config: `{"minScore":121}`}, "minScore must be a number from 0 to 120"},
		{SignalsCmd{Strategy: "razor", Preset: "original", Candles: filepath.Join(dir, "none.csv")}, "none.csv"},
	} {
		require.ErrorContains(t, c.change.Run(), c.want)
	}
}
