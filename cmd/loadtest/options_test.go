package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMix_keeps_its_proportions(t *testing.T) {
	for text, want := range map[string]map[string]int{
		"visitor=10,idle=30,razor=40,fast=20": {"visitor": 10, "idle": 30, "razor": 40, "fast": 20},
		"idle=1":                              {"idle": 100},
		"idle=61,fast=61":                     {"idle": 61, "fast": 39}, // 122 people are half and half
		"razor=1, idle=3":                     {"razor": 25, "idle": 75},
	} {
		m, err := parseMix(text)
		require.NoError(t, err)
		got, early := map[string]int{}, map[string]int{}
		for i := range 100 {
			got[m.of(i).name]++
			if i < 20 {
				early[m.of(i).name]++
			}
		}
		if m.total <= 100 {
			require.Equal(t, want, got, text)
		}
		for name := range want {
			require.NotZero(t, early[name], "%s: %s comes late", text, name)
		}
	}
	for _, bad := range []string{"", "idle", "idle=x", "idle=-1", "idle=0", "sleeper=1"} {
		_, err := parseMix(bad)
		require.Error(t, err, bad)
	}
}

func TestOptions_refuse_other_machines(t *testing.T) {
	good := options{Users: 1, URL: "http://127.0.0.1:8080", Mix: "idle=1", Markets: []string{"BTC_USDC-PERPETUAL"}}
	require.NoError(t, good.check())
	for _, address := range []string{"http://example.com", "https://10.0.0.1", "http://127.0.0.1.example.com", ":"} {
		o := good
		o.URL = address
		require.ErrorContains(t, o.check(), "--allow-remote", address)
		o = good
		o.MetricsURL = address
		require.Error(t, o.check(), address)
		o.AllowRemote = true
		require.NoError(t, o.check(), address)
	}
	for _, address := range []string{"http://localhost:1", "http://[::1]:1", "http://127.1.2.3"} {
		good.URL = address
		require.NoError(t, good.check(), address)
	}
}

func TestArrivals_are_fixed_ahead(t *testing.T) {
	first, again := newArrivals(7, 600), newArrivals(7, 600)
	var last time.Duration
	for range 10_000 {
		at := first.next()
		require.Equal(t, at, again.next())
		require.GreaterOrEqual(t, at, last)
		last = at
	}
	require.InDelta(t, 1000, last.Seconds(), 50, "ten a second")
	require.NotEqual(t, last, newArrivals(8, 600).next())
}
