package strategy

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/tradebaas/tradebaas/trade"
)

// JSON writes every setting in the form's order, so that equal settings are equal bytes.
func (s settings) JSON() json.RawMessage {
	var b strings.Builder
	fmt.Fprintf(&b, `{"preset":%q`, s.preset)
	if s.form.sizing != nil {
		fmt.Fprintf(&b, `,"sizing":{"mode":%q,"value":%s}`, s.sizing.Mode, s.sizing.literal())
	}
	for _, p := range s.form.params {
		fmt.Fprintf(&b, `,%q:%s`, p.name, s.literal[p.name])
	}
	b.WriteByte('}')
	return json.RawMessage(b.String())
}

// signalKey names the strategy, its version and its market-only settings.
func (s settings) signalKey() string {
	var b strings.Builder
	b.WriteString(s.form.name + "/" + s.form.version)
	for _, p := range s.form.params {
		if p.market {
			b.WriteString(";" + p.name + "=" + s.literal[p.name])
		}
	}
	return b.String()
}

// The readers below are for values that parse has checked; anything else is a fault in the form.

func (s settings) dec(name string) trade.Dec {
	return trade.MustDec(strings.Trim(s.literal[name], `"`))
}

func (s settings) float(name string) float64 {
	f, err := strconv.ParseFloat(s.literal[name], 64)
	if err != nil {
		panic(fmt.Errorf("setting %s: %w", name, err))
	}
	return f
}

func (s settings) integer(name string) int {
	i, err := strconv.Atoi(s.literal[name])
	if err != nil {
		panic(fmt.Errorf("setting %s: %w", name, err))
	}
	return i
}

func (s settings) flag(name string) bool { return s.literal[name] == "true" }
