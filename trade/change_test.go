package trade

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestChange_Remark(t *testing.T) {
	why := []Decision{{ID: "d"}}
	for name, c := range map[string]struct {
		change Change
		remark bool
	}{
		"nothing":               {Change{}, false},
		"a refusal":             {Change{Decisions: why}, true},
		"a decision to enter":   {Change{Decisions: why, Orders: []Order{{Role: Entry}}}, false},
		"with what it counted":  {Change{Decisions: why, Counters: map[StrategyID]Counters{"s": {}}}, false},
		"a fill":                {Change{Fills: []Fill{{}}}, false},
		"a decision and a fill": {Change{Decisions: why, Fills: []Fill{{}}}, false},
	} {
		require.Equal(t, c.remark, c.change.Remark(), name)
	}
}
