package candlefile_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/strategy/candlefile"
)

func read(file io.Reader) (all []strategy.Candle, err error) {
	r, err := candlefile.NewReader(file)
	for err == nil {
		var c strategy.Candle
		if c, err = r.Next(); err == nil {
			all = append(all, c)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return all, err
}

var two = []strategy.Candle{
	{OpenTime: 1640991600000, Open: 46319, High: 46385.5, Low: 46319, Close: 46377, Volume: 2.5},
	{OpenTime: 1640991720000, Open: 46377, High: 46411, Low: 46377, Close: 46411, Volume: 0},
}

const usual = "timestamp_ms,open,high,low,close,volume\n1640991600000,46319.0,46385.5,46319.0,46377.0,2.5\n1640991720000,46377,46411,46377,46411,0\n"

func TestReader_shapes(t *testing.T) {
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, err := w.Write([]byte(usual))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	for name, file := range map[string]string{
		"the usual one":     usual,
		"gzipped":           zipped.String(),
		"Windows":           "\xef\xbb\xbf" + strings.ReplaceAll(usual, "\n", "\r\n"),
		"no header":         usual[strings.Index(usual, "\n")+1:],
		"no last line end":  strings.TrimSuffix(usual, "\n"),
		"other names":       strings.Replace(usual, "timestamp_ms,open,high,low,close,volume", "Time, O ,H,L,C,Vol", 1),
		"dates":             strings.NewReplacer("1640991600000", "2021-12-31T23:00:00Z", "1640991720000", "2021-12-31 23:02:00").Replace(usual),
		"quotes and blanks": strings.NewReplacer("46319.0,", ` "46319",`, "1640991720000", "\n 1640991720000 ").Replace(usual),
		"two times":         strings.NewReplacer("timestamp_ms", "date,timestamp_ms", "16409", "someday,16409").Replace(usual),
		"another order":     "close,ignored,low,volume,open,high,timestamp\n46377,x,46319,2.5,46319,46385.5,1640991600000\n46411,,46377,0,46377,46411,1640991720000\n",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := read(strings.NewReader(file))
			require.NoError(t, err)
			require.Equal(t, two, got)
		})
	}
	got, err := read(strings.NewReader("timestamp_ms,open,high,low,close\n0,1,1,1,1\n"))
	require.NoError(t, err)
	require.Equal(t, []strategy.Candle{{Open: 1, High: 1, Low: 1, Close: 1}}, got, "without a volume")
	got, err = read(strings.NewReader("0,1,1,1,1\n"))
	require.NoError(t, err)
	require.Len(t, got, 1)
}

func TestReader_faults(t *testing.T) {
	const header = "timestamp_ms,open,high,low,close,volume\n"
	for name, c := range map[string]struct{ file, want string }{
		"empty":              {"", "line 1: the file is empty"},
		"missing column":     {"timestamp_ms,open,high,close\n", "line 1, column low: is missing; the header names timestamp_ms,open,high,close"},
		"a column twice":     {"timestamp_ms,open,high,low,close,open\n", "line 1, column open: is there twice"},
		"no number":          {header + "0,1,1,1,1,1\n60000,1,x,1,1,1\n", `line 3, column high: "x" is no price; write a number above 0`},
		"price of nothing":   {header + "0,0,1,1,1,1\n", `column open: "0" is no price`},
		"not a number":       {header + "0,NaN,1,1,1,1\n", `column open: "NaN" is no price`},
		"infinity":           {header + "0,1,Inf,1,1,1\n", `column high: "Inf" is no price`},
		"negative volume":    {header + "0,1,1,1,1,-1\n", `column volume: "-1" is no volume`},
		"short line":         {header + "0,1,1,1,1,1\n60000,1,1\n", "line 3, column low: is missing; the line has 3 fields"},
		"high too low":       {header + "0,5,4,3,3,1\n", "column high: 4 is below another price"},
		"low too high":       {header + "0,5,6,5.5,6,1\n", "column low: 5.5 is above another price"},
		"twice":              {header + "60000,1,1,1,1,1\n60000,1,1,1,1,1\n", "line 3, column timestamp_ms: 60000 is there twice"},
		"backwards":          {header + "60000,1,1,1,1,1\n0,1,1,1,1,1\n", "line 3, column timestamp_ms: 0 comes after a later candle"},
		"seconds":            {header + "1640991600,1,1,1,1,1\n", "line 2, column timestamp_ms: 1640991600 is not the start of a minute; write its open time in milliseconds, not in seconds"},
		"inside a minute":    {header + "60001,1,1,1,1,1\n", "60001 is not the start of a minute"},
		"no time":            {header + "soon,1,1,1,1,1\n", `"soon" is no time`},
		"a quote left open":  {header + "0,\"1,1,1,1,1\n", "is no CSV"},
		"a header of nobody": {"hello\n", "column timestamp_ms: is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(strings.NewReader(c.file))
			require.ErrorContains(t, err, c.want)
		})
	}
	_, err := read(strings.NewReader("\x1f\x8b nonsense"))
	require.ErrorContains(t, err, "gzip")
}
