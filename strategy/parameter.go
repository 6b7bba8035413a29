package strategy

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/tradebaas/tradebaas/trade"
)

// kind is what a parameter's value looks like in JSON.
type kind uint8

const (
	integer kind = iota + 1 // a whole number
	number                  // a number with decimals
	boolean                 // true or false
	money                   // a decimal in a string
)

// parameter is one thing that a user may set. Its values are kept as canonical JSON literals, so
// that the same setting always has the same text: in storage, in a signal key and in a preset.
type parameter struct {
	name     string
	title    string // English; the page translates by name
	help     string // one line
	unit     string
	group    string // where the form puts it: entry, exit, limits or risk
	kind     kind
	min, max string // inclusive, for every kind but boolean
	market   bool   // part of the market-only half, and so of the signal key
	warn     string // above this the page warns; "" never
	preset   map[string]string
}

// The groups of a form.
const (
	groupEntry  = "entry"
	groupExit   = "exit"
	groupLimits = "limits"
	groupRisk   = "risk"
)

// same is a parameter's value in both presets; each has its own.
func same(literal string) map[string]string { return each(literal, literal) }

func each(original, conservative string) map[string]string {
	return map[string]string{Original: original, Conservative: conservative}
}

// canonical checks a value given by a user and gives its canonical literal.
func (p parameter) canonical(raw json.RawMessage) (literal string, ok bool) {
	text := strings.TrimSpace(string(raw))
	switch p.kind {
	case boolean:
		return text, text == "true" || text == "false"
	case money:
		inner, isString := unquote(raw)
		d, inside := p.inRange(inner)
		return `"` + d.String() + `"`, isString && inside
	default:
		if text == "" || (text[0] != '-' && (text[0] < '0' || text[0] > '9')) {
			return "", false
		}
		d, inside := p.inRange(text)
		return d.String(), inside && (p.kind == number || d.IsMultipleOf(trade.NewDec(1)))
	}
}

func (p parameter) inRange(text string) (trade.Dec, bool) {
	d, err := trade.ParseDec(text)
	if err != nil || d.Less(trade.MustDec(p.min)) || trade.MustDec(p.max).Less(d) {
		return trade.Dec{}, false
	}
	return d, true
}

// allowed says what is right, for the sentence beside a refused field.
func (p parameter) allowed() string {
	switch p.kind {
	case boolean:
		return "must be true or false"
	case integer:
		return fmt.Sprintf("must be a whole number from %s to %s", p.min, p.max)
	case money:
		return fmt.Sprintf(`must be an amount from %s to %s in a string, such as "100"`, p.min, p.max)
	default:
		return fmt.Sprintf("must be a number from %s to %s", p.min, p.max)
	}
}

func unquote(raw json.RawMessage) (string, bool) {
	var s *string
	if err := json.Unmarshal(raw, &s); err != nil || s == nil {
		return "", false
	}
	return *s, true
}
