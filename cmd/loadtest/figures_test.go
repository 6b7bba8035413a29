package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fastjson"
)

func TestFigures(t *testing.T) {
	f := newFigures()
	for i := range 100 {
		f.add("GET /x", time.Duration(i+1)*time.Millisecond, "")
	}
	f.add("GET /x", time.Hour, "timeout")
	got := f.lines()["GET /x"]
	require.Equal(t, int64(101), got.Count)
	require.InEpsilon(t, 51, got.P50, 0.002)
	require.InEpsilon(t, 96, got.P95, 0.002)
	require.InEpsilon(t, 100, got.P99, 0.002)
	require.InEpsilon(t, slowest.Seconds()*1000, got.Max, 0.002, "no more is told apart")
	require.Equal(t, map[string]int{"timeout": 1}, got.Errors)
}

func TestEvents_numbers(t *testing.T) {
	for name, c := range map[string]struct {
		numbers       []uint64
		gaps, repeats int64
	}{
		"whole":       {[]uint64{1, 2, 3}, 0, 0},
		"late start":  {[]uint64{3, 4}, 2, 0},
		"one missing": {[]uint64{1, 3, 4}, 1, 0},
		"twice":       {[]uint64{1, 1, 2}, 0, 1},
		"backwards":   {[]uint64{1, 2, 1}, 0, 1},
	} {
		e := newEvents()
		var last uint64
		for _, n := range c.numbers {
			e.received("orders", last, n)
			last = n
		}
		require.Equal(t, c.gaps, e.gaps["orders"], name)
		require.Equal(t, c.repeats, e.repeats, name)
		require.Equal(t, int64(len(c.numbers)), e.total(), name)
	}
}

func TestView(t *testing.T) {
	v := newView()
	take := func(kind, items string) {
		for _, item := range fastjson.MustParse(items).GetArray() {
			v.update(kind, item)
		}
	}
	take("orders", `[{"id":"OTO-1","label":"tb-a-s","role":"stop","state":"untriggered"},{"id":"9","state":"open"}]`)
	take("orders", `[{"id":"5","label":"tb-a-s","role":"stop","state":"untriggered"}]`)
	require.Equal(t, map[string]string{"tb-a-s": "5 ", "9": "9 "}, v["orders"], "the leg that stands replaces the one that waited")
	take("orders", `[{"id":"OTO-1","label":"tb-a-s","role":"stop","state":"cancelled"},{"id":"9","state":"filled"}]`)
	require.Equal(t, map[string]string{"tb-a-s": "5 "}, v["orders"], "the end of the former is not the end of the latter")
	take("positions", `[{"instrument":"A","size":"0.1"},{"instrument":"B","size":"-2"},{"instrument":"A","size":"0"}]`)
	require.Equal(t, map[string]string{"B": "-2"}, v["positions"])
	take("trades", `[{"id":"t1","status":"open"},{"id":"t1","status":"closed"}]`)
	v.snapshot("trades", fastjson.MustParse(`[{"id":"t2","status":"open"}]`))
	require.Equal(t, map[string]string{"t1": "closed", "t2": "open"}, v["trades"])
	v.snapshot("positions", fastjson.MustParse(`[]`))
	require.Empty(t, v["positions"])
	v.snapshot("ticker", fastjson.MustParse(`[{"instrument":"A"}]`))
	require.NotContains(t, v, "ticker")
}
