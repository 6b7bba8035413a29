package market

import (
	"fmt"
	"os"
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// Open makes the source that a setting names: "synthetic", or a file that plays from startMinute on,
// "replay:FILE" with candles or "ticks:FILE" with trades.
func Open(setting string, seed uint64, startMinute int64) (core.Source, error) {
	synthetic := NewSynthetic(seed)
	kind, file, _ := strings.Cut(setting, ":")
	switch {
	case setting == "" || setting == "synthetic":
		return synthetic, nil
	case file == "" || (kind != "replay" && kind != "ticks"):
		return nil, fmt.Errorf("market %q: use synthetic, replay:FILE or ticks:FILE", setting)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("market: %w", err)
	}
	defer f.Close()
	if kind == "ticks" {
		return NewTicks(f, startMinute, synthetic)
	}
	return NewReplay(f, startMinute, seed, synthetic)
}
