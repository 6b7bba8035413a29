package market

import (
	"fmt"
	"os"
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// Open makes the source that a setting names: "synthetic", or "replay:FILE" with candles that play
// from startMinute on.
func Open(setting string, seed uint64, startMinute int64) (core.Source, error) {
	synthetic := NewSynthetic(seed)
	file, replay := strings.CutPrefix(setting, "replay:")
	switch {
	case setting == "" || setting == "synthetic":
		return synthetic, nil
	case !replay || file == "":
		return nil, fmt.Errorf("market %q: use synthetic or replay:FILE", setting)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("market: %w", err)
	}
	defer f.Close()
	return NewReplay(f, startMinute, synthetic)
}
