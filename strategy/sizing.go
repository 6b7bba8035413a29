package strategy

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/tradebaas/tradebaas/trade"
)

// The ways to decide how large a trade is.
const (
	Notional  = "notional" // quote currency per trade
	Percent   = "percent"  // percent of equity lost if the stop is hit
	FixedRisk = "fixed"    // quote currency lost if the stop is hit
	smallest  = "minimum"  // the instrument's minimum; never chosen by a user
)

// Sizing is the chosen way and its value: money, or percent for Percent.
type Sizing struct {
	Mode  string
	Value trade.Dec
}

// sizingValue says what a value may be in each mode.
var sizingValue = []struct {
	mode  string
	value parameter
}{
	{Notional, parameter{name: "sizing.value", kind: money, unit: "quote", min: "0.01", max: "100000000"}},
	{Percent, parameter{name: "sizing.value", kind: number, unit: "%", min: "0.01", max: "50"}},
	{FixedRisk, parameter{name: "sizing.value", kind: money, unit: "quote", min: "0.01", max: "100000000"}},
}

func sizingModes() (modes []string) {
	for _, s := range sizingValue {
		modes = append(modes, s.mode)
	}
	return modes
}

func sizingUnits() (units []unitOf) {
	for _, s := range sizingValue {
		units = append(units, unitOf{s.mode, s.value.unit, []string{s.value.min, s.value.max}})
	}
	return units
}

// literal is the value as canonical JSON: a number for percent, else a string.
func (s Sizing) literal() string {
	if s.Mode == Percent {
		return s.Value.String()
	}
	return `"` + s.Value.String() + `"`
}

// takeSizing reads {mode, value}. A value may be left out only where the preset's own mode stays,
// for a number means something else in every mode.
func (s *settings) takeSizing(given map[string]json.RawMessage) []trade.FieldError {
	s.sizing = s.form.sizing[s.preset]
	raw, found := given["sizing"]
	if !found || s.form.sizing == nil {
		return nil
	}
	parts, wrong := members(raw)
	for i := range wrong {
		wrong[i].Field = strings.TrimSuffix("sizing."+wrong[i].Field, ".config")
	}
	wrong = append(wrong, unknownSizing(parts)...)
	mode := s.sizing.Mode
	if text, found := parts["mode"]; found {
		mode, _ = unquote(text)
	}
	for _, choice := range sizingValue {
		if choice.mode == mode {
			return append(wrong, s.takeSizingValue(mode, choice.value, parts)...)
		}
	}
	return append(wrong, trade.FieldError{Field: "sizing.mode", Error: "must be one of " + strings.Join(sizingModes(), ", ")})
}

func unknownSizing(parts map[string]json.RawMessage) []trade.FieldError {
	f := form{name: "sizing", params: []parameter{{name: "mode"}, {name: "value"}}}
	wrong := f.unknown(parts)
	if _, found := parts["preset"]; found {
		wrong = append(wrong, trade.FieldError{Field: "preset", Error: "is not a setting of sizing"})
	}
	for i := range wrong {
		wrong[i].Field = "sizing." + wrong[i].Field
	}
	return wrong
}

func (s *settings) takeSizingValue(mode string, value parameter, parts map[string]json.RawMessage) []trade.FieldError {
	raw, found := parts["value"]
	if !found && mode == s.sizing.Mode {
		return nil
	}
	if text, isString := unquote(raw); found && isString && mode == Percent {
		raw = json.RawMessage(text) // a form's field is text in every mode
	}
	literal, ok := value.canonical(raw)
	if !ok {
		return []trade.FieldError{{Field: value.name, Error: value.allowed() + " when sizing.mode is " + mode}}
	}
	s.sizing = Sizing{Mode: mode, Value: trade.MustDec(strings.Trim(literal, `"`))}
	return nil
}

// wanted is the amount before any cap, and the risk that was asked for in the quote currency (0 in
// the modes that ask for none). Every formula divides last, so that exact values stay exact.
func (s Sizing) wanted(in PlanInput, entry, stop trade.Dec) (amount, risk trade.Dec, how string) {
	inverse := in.Spec.Kind == trade.Inverse
	switch s.Mode {
	case smallest:
		return in.Spec.MinAmount, trade.Zero, "the instrument's minimum amount"
	case Notional:
		if inverse {
			return s.Value, trade.Zero, fmt.Sprintf("notional %s", s.Value)
		}
		return s.Value.Div(entry), trade.Zero, fmt.Sprintf("notional %s / entry %s", s.Value, entry)
	case Percent:
		risk = in.Equity.Percent(s.Value)
		if inverse {
			risk = in.Equity.Mul(stop).Percent(s.Value)
		}
	default:
		risk = s.Value
	}
	distance := entry.Sub(stop).Abs()
	if inverse {
		return risk.Mul(entry).Div(distance), risk, fmt.Sprintf("risk %s * entry %s / distance to the stop %s", risk, entry, distance)
	}
	return risk.Div(distance), risk, fmt.Sprintf("risk %s / distance to the stop %s", risk, distance)
}
