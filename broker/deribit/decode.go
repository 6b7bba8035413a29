package deribit

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/valyala/fastjson"

	"github.com/tradebaas/tradebaas/trade"
)

// object reads the fields of one JSON object. Missing and null fields are zero, unknown ones are
// never looked at; the first field that cannot be read is kept as the object's error.
type object struct {
	v   *fastjson.Value
	err error
}

func (o *object) dec(name string) trade.Dec {
	d, err := decimal(o.v.Get(name))
	o.fail(name, err)
	return d
}

// amount is a decimal that cannot be negative.
func (o *object) amount(name string) trade.Dec {
	d, err := notNegative(decimal(o.v.Get(name)))
	o.fail(name, err)
	return d
}

// exact is a decimal that must be there and above zero.
func (o *object) exact(name string) trade.Dec {
	d, err := positive(decimal(o.v.Get(name)))
	o.fail(name, err)
	return d
}

func notNegative(d trade.Dec, err error) (trade.Dec, error) {
	if err == nil && d.Sign() < 0 {
		return trade.Zero, fmt.Errorf("%s is negative", d)
	}
	return d, err
}

func positive(d trade.Dec, err error) (trade.Dec, error) {
	if err == nil && d.Sign() <= 0 {
		return trade.Zero, fmt.Errorf("%s is not above zero", d)
	}
	return d, err
}

func (o *object) text(name string) string {
	v := o.v.Get(name)
	if v != nil && v.Type() == fastjson.TypeNumber {
		return string(v.MarshalTo(nil))
	}
	return string(o.v.GetStringBytes(name))
}

func (o *object) flag(name string) bool { return o.v.GetBool(name) }

func (o *object) number(name string) int64 {
	v := o.v.Get(name)
	if v == nil || v.Type() == fastjson.TypeNull {
		return 0
	}
	n, err := v.Int64()
	o.fail(name, err)
	return n
}

// millis reads a time in milliseconds; a missing one is the zero time.
func (o *object) millis(name string) time.Time {
	n := o.number(name)
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

func (o *object) fail(name string, err error) {
	if err != nil && o.err == nil {
		o.err = fmt.Errorf("field %s: %w", name, err)
	}
}

// decimal reads a number from its own text; it never passes through a float.
func decimal(v *fastjson.Value) (trade.Dec, error) {
	if v == nil {
		return trade.Zero, nil
	}
	switch v.Type() {
	case fastjson.TypeNull:
		return trade.Zero, nil
	case fastjson.TypeNumber:
		var scratch [40]byte
		return parseDecimal(string(v.MarshalTo(scratch[:0])))
	case fastjson.TypeString:
		return parseDecimal(string(v.GetStringBytes()))
	default:
		return trade.Zero, fmt.Errorf("%s is not a number", v.Type())
	}
}

// maxDecimals is what a trade.Dec can hold. The exchange computes in floats, so it may write more
// digits than that; those are noise and are cut off.
const maxDecimals = 19

func parseDecimal(s string) (trade.Dec, error) {
	d, err := trade.ParseDec(s)
	if err == nil {
		return d, nil
	}
	mantissa, exponent, scientific := strings.Cut(strings.ToLower(s), "e")
	if len(exponent) > 2 && exponent[0] == '-' {
		return trade.Zero, nil // below 1e-9 of the smallest unit of any currency
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if len(fraction) <= maxDecimals {
		return trade.Zero, err
	}
	clipped := whole + "." + fraction[:maxDecimals]
	if scientific {
		clipped += "e" + exponent
	}
	return trade.ParseDec(clipped)
}

var errNoList = errors.New("there is no list where one belongs")

// each reads every element of a list. What is no list is an error: an answer that makes no sense must
// not pass for one that says there is nothing.
func each(v *fastjson.Value, read func(*fastjson.Value) error) error {
	if v == nil {
		return errNoList
	}
	items, err := v.Array()
	if err != nil {
		return fmt.Errorf("%w: %w", errNoList, err)
	}
	for _, item := range items {
		if err := read(item); err != nil {
			return err
		}
	}
	return nil
}
