package strategy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/tradebaas/tradebaas/trade"
)

// The presets that every strategy with choices has.
const (
	Original     = "original"     // the values of the original system; used when none is named
	Conservative = "conservative" // fewer trades
)

// form is everything that a user may set of one strategy, and what holds between the fields.
type form struct {
	name    string
	version string
	params  []parameter
	sizing  map[string]Sizing // by preset; nil: the strategy decides its own size
	presets []string          // the first is used when none is named
	orders  []order
}

// order is what must hold between two parameters: low below high, or at most high.
type order struct {
	low, high string
	equal     bool // low may equal high
}

// settings are the checked values of a form, as canonical JSON literals by parameter name.
type settings struct {
	form    *form
	preset  string
	sizing  Sizing
	literal map[string]string
}

// parse checks a user's config against the form and lists everything that is wrong with it at once.
func (f *form) parse(raw json.RawMessage) (settings, error) {
	given, wrong := members(raw)
	s := settings{form: f, preset: f.presets[0]}
	wrong = append(wrong, s.takePreset(given)...)
	wrong = append(wrong, s.takeSizing(given)...)
	bad := s.takeParameters(given)
	wrong = append(wrong, bad...)
	wrong = append(wrong, s.disorder(bad)...)
	wrong = append(wrong, f.unknown(given)...)
	if len(wrong) > 0 {
		return settings{}, trade.InvalidFields("invalid_parameters",
			fmt.Sprintf("%s cannot run with these settings: %s.", f.name, sentence(wrong)), wrong...)
	}
	return s, nil
}

func sentence(wrong []trade.FieldError) string {
	parts := make([]string, len(wrong))
	for i, w := range wrong {
		parts[i] = w.Field + " " + w.Error
	}
	return strings.Join(parts, "; ")
}

// members reads a JSON object and refuses a name that is there twice: which one was meant is a guess.
func members(raw json.RawMessage) (map[string]json.RawMessage, []trade.FieldError) {
	given := map[string]json.RawMessage{}
	if len(bytes.TrimSpace(raw)) == 0 {
		return given, nil
	}
	notObject := []trade.FieldError{{Field: "config", Error: "must be a JSON object"}}
	d := json.NewDecoder(bytes.NewReader(raw))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return given, notObject
	}
	var wrong []trade.FieldError
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return given, notObject
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return given, notObject
		}
		key, _ := name.(string)
		if _, twice := given[key]; twice {
			wrong = append(wrong, trade.FieldError{Field: key, Error: "is given twice"})
		}
		given[key] = value
	}
	if _, err := d.Token(); err != nil {
		return given, notObject
	}
	if _, err := d.Token(); err != io.EOF {
		return given, notObject
	}
	return given, wrong
}

func (s *settings) takePreset(given map[string]json.RawMessage) []trade.FieldError {
	raw, found := given["preset"]
	if !found {
		return nil
	}
	name, isString := unquote(raw)
	if !isString || !slices.Contains(s.form.presets, name) {
		return []trade.FieldError{{Field: "preset", Error: "must be one of " + strings.Join(s.form.presets, ", ")}}
	}
	s.preset = name
	return nil
}

func (s *settings) takeParameters(given map[string]json.RawMessage) (wrong []trade.FieldError) {
	s.literal = make(map[string]string, len(s.form.params))
	for _, p := range s.form.params {
		s.literal[p.name] = p.preset[s.preset]
		raw, found := given[p.name]
		if !found {
			continue
		}
		literal, ok := p.canonical(raw)
		if !ok {
			wrong = append(wrong, trade.FieldError{Field: p.name, Error: p.allowed()})
			continue
		}
		s.literal[p.name] = literal
	}
	return wrong
}

// disorder names the pairs that contradict each other; a field that is wrong in itself is left out.
func (s settings) disorder(bad []trade.FieldError) (wrong []trade.FieldError) {
	for _, o := range s.form.orders {
		if slices.ContainsFunc(bad, func(w trade.FieldError) bool { return w.Field == o.low || w.Field == o.high }) {
			continue
		}
		c := s.dec(o.low).Cmp(s.dec(o.high))
		switch {
		case o.equal && c > 0:
			wrong = append(wrong, trade.FieldError{Field: o.low, Error: fmt.Sprintf("must be at most %s (%s)", o.high, s.literal[o.high])})
		case !o.equal && c >= 0:
			wrong = append(wrong, trade.FieldError{Field: o.low, Error: fmt.Sprintf("must be below %s (%s)", o.high, s.literal[o.high])})
		}
	}
	return wrong
}

func (f *form) unknown(given map[string]json.RawMessage) (wrong []trade.FieldError) {
	known := map[string]bool{"preset": true, "sizing": f.sizing != nil}
	for _, p := range f.params {
		known[p.name] = true
	}
	for name := range given {
		if !known[name] {
			wrong = append(wrong, trade.FieldError{Field: name, Error: "is not a setting of " + f.name})
		}
	}
	slices.SortFunc(wrong, func(a, b trade.FieldError) int { return strings.Compare(a.Field, b.Field) })
	return wrong
}

// presetValues gives every preset in full, as a config that a user could send.
func (f *form) presetValues() map[string]json.RawMessage {
	all := make(map[string]json.RawMessage, len(f.presets))
	for _, name := range f.presets {
		s := settings{form: f, preset: name, sizing: f.sizing[name]}
		s.takeParameters(nil)
		all[name] = s.JSON()
	}
	return all
}
