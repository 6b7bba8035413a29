package strategy

import (
	"strings"

	"github.com/tradebaas/tradebaas/trade"
)

// definitions is the catalogue, in the order in which users see it.
var definitions = []Definition{FastTest, Razor, Thor, SMACross}

// Catalogue describes every strategy that can be started.
func Catalogue() []Info {
	all := make([]Info, len(definitions))
	for i, d := range definitions {
		all[i] = d.Info()
	}
	return all
}

// Find looks a strategy up by its name in any case; an unknown one gives trade.ErrStrategyNotFound.
func Find(name string) (Definition, error) {
	for _, d := range definitions {
		if strings.EqualFold(d.Info().Name, name) {
			return d, nil
		}
	}
	return nil, trade.ErrStrategyNotFound
}
