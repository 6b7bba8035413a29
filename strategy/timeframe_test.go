package strategy

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// Five-minute candles out of the minutes that are there; each close is the minute's number.
func TestTimeframe(t *testing.T) {
	for name, c := range map[string]struct {
		minutes []int64
		want    []string // "heard after minute: opens at minute, closes at"
	}{
		"whole from the start":          {[]int64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, []string{"4: 0-4", "9: 5-9"}},
		"a first one covered in part":   {[]int64{3, 4, 5, 6, 7, 8, 9}, []string{"9: 5-9"}},
		"only the last minute of it":    {[]int64{4, 5, 6, 7, 8, 9}, []string{"9: 5-9"}},
		"a first one that never ends":   {[]int64{1, 2, 6, 7, 8, 9}, []string{"9: 5-9"}},
		"a minute missing inside":       {[]int64{0, 1, 2, 3, 4, 5, 6, 8, 9}, []string{"4: 0-4", "9: 5-9"}},
		"the last minute missing":       {[]int64{0, 1, 2, 3, 4, 5, 6, 10, 11}, []string{"4: 0-4", "10: 5-6"}},
		"a whole one missing":           {[]int64{0, 1, 2, 3, 4, 13, 14, 15}, []string{"4: 0-4", "14: 10-14"}},
		"two that end with one minute":  {[]int64{0, 1, 2, 3, 4, 5, 14}, []string{"4: 0-4", "14: 5-5", "14: 10-14"}},
		"a gap behind one that's whole": {[]int64{0, 1, 2, 3, 4, 20}, []string{"4: 0-4"}},
	} {
		t.Run(name, func(t *testing.T) {
			frame := newTimeframe(5)
			var got []string
			for _, n := range c.minutes {
				candle := Candle{OpenTime: n * minute, Open: 1, High: float64(n) + 1, Low: 1, Close: float64(n), Volume: 1}
				for _, step := range []func(Candle) (Candle, bool){frame.left, frame.add} {
					if whole, ended := step(candle); ended {
						got = append(got, fmt.Sprintf("%d: %d-%v", n, whole.OpenTime/minute, whole.Close))
						require.Equal(t, whole.Close+1, whole.High)
					}
				}
			}
			require.Equal(t, c.want, got)
		})
	}
}
