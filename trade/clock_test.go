package trade

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestF39_clock_gate(t *testing.T) {
	measured := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		clock Clock
		says  string // "": entries may go
	}{
		"even":               {Clock{Measured: measured}, ""},
		"a second ahead":     {Clock{Offset: time.Second, Measured: measured}, ""},
		"a second behind":    {Clock{Offset: -time.Second, Measured: measured}, ""},
		"a moment more":      {Clock{Offset: time.Second + 1, Measured: measured}, "1s apart"},
		"half a minute back": {Clock{Offset: -30 * time.Second, Measured: measured}, "30s apart"},
		"leapt just now":     {Clock{Shift: -1100 * time.Millisecond, Measured: measured}, "1.1s apart"},
		"never measured":     {Clock{}, "not been measured"},
	} {
		t.Run(name, func(t *testing.T) {
			a := NewAccount(testAccount, testOrigin, AccountRecord{})
			refusal := a.Judge(Gate{Owner: true, Key: true, Up: true, Compared: true, Clock: c.clock})
			if c.says == "" {
				require.Nil(t, refusal)
				return
			}
			require.Equal(t, "clock_skew", refusal.Code)
			require.Equal(t, Unavailable, refusal.Kind)
			require.Contains(t, refusal.Message, c.says)
		})
	}
}
