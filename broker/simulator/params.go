package simulator

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// params are the named parameters of a call. Over HTTP GET all of them are strings, so every
// reader takes a value in quotes as well.
type params map[string]json.RawMessage

func (p params) has(k string) bool {
	v, ok := p[k]
	return ok && !bytes.Equal(v, []byte("null"))
}

func (p params) text(k string) string {
	v := p[k]
	if len(v) == 0 || bytes.Equal(v, []byte("null")) {
		return ""
	}
	if v[0] != '"' {
		return string(v)
	}
	var s string
	if json.Unmarshal(v, &s) != nil {
		return ""
	}
	return s
}

func (p params) flag(k string) (bool, *wireError) {
	switch p.text(k) {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	}
	return false, core.Invalid(k, "must be a boolean")
}

func (p params) int(k string, otherwise int64) (int64, *wireError) {
	if !p.has(k) {
		return otherwise, nil
	}
	s := p.text(k)
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		d, derr := trade.ParseDec(s)
		if derr != nil || !d.IsMultipleOf(trade.NewDec(1)) {
			return 0, core.Invalid(k, "must be an integer")
		}
		if n, err = strconv.ParseInt(d.String(), 10, 64); err != nil {
			return 0, core.Invalid(k, "must be an integer")
		}
	}
	return n, nil
}

func (p params) dec(k string) (trade.Dec, *wireError) {
	if !p.has(k) {
		return trade.Zero, nil
	}
	s := p.text(k)
	d, err := trade.ParseDec(s)
	if err != nil || len(s) > 40 {
		return trade.Zero, core.Invalid(k, "must be a number")
	}
	return d, nil
}

func (p params) maybeDec(k string) (*trade.Dec, *wireError) {
	if !p.has(k) {
		return nil, nil
	}
	d, err := p.dec(k)
	return &d, err
}

func (p params) maybeFlag(k string) (*bool, *wireError) {
	if !p.has(k) {
		return nil, nil
	}
	b, err := p.flag(k)
	return &b, err
}

// texts reads a list of strings; over HTTP it is JSON in a string.
func (p params) texts(k string) ([]string, *wireError) {
	var out []string
	v := []byte(p[k])
	if len(v) > 0 && v[0] == '"' {
		v = []byte(p.text(k))
	}
	if len(v) == 0 || json.Unmarshal(v, &out) != nil {
		return nil, core.Invalid(k, "must be a list of strings")
	}
	return out, nil
}

// objects reads a list of objects.
func (p params) objects(k string) ([]params, *wireError) {
	if !p.has(k) {
		return nil, nil
	}
	var out []params
	v := []byte(p[k])
	if v[0] == '"' {
		v = []byte(p.text(k))
	}
	if json.Unmarshal(v, &out) != nil {
		return nil, core.Invalid(k, "must be a list of objects")
	}
	return out, nil
}

func (p params) currency() trade.Currency {
	return trade.Currency(strings.ToUpper(p.text("currency")))
}
