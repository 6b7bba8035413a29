package simulator

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tradebaas/tradebaas/trade"
)

func TestFloats_as_on_the_wire(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0.0", "10": "10.0", "100": "100.0", "64000.5": "64000.5", "63999": "63999.0", "1230": "1230.0", "2200": "2.2e3", "1000": "1.0e3",
		"0.5": "0.5", "0.001": "0.001", "0.0001": "0.0001", "0.0015": "0.0015", "0.0001423": "1.423e-4", "0.00007766": "7.766e-5",
		"-0.00044": "-4.4e-4", "-12": "-12.0", "0.00000001": "1.0e-8", "123456789012": "123456789012.0",
	} {
		require.Equal(t, want, string(appendFloat(nil, trade.MustDec(in))), in)
	}
}

func TestFloats_keep_their_value(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := trade.NewDec(rapid.Int64Range(-1_000_000_000_000, 1_000_000_000_000).Draw(t, "n"))
		for n := rapid.IntRange(0, 14).Draw(t, "places"); n > 0; n-- {
			d = d.Div(trade.NewDec(10))
		}
		text := appendFloat(nil, d)
		require.True(t, json.Valid(text), "%s", text)
		back, err := trade.ParseDec(string(text))
		require.NoError(t, err)
		require.Equal(t, d.String(), back.String())
	})
}
