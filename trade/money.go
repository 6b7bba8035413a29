package trade

import (
	"database/sql/driver"
	"fmt"
	"strconv"
	"strings"

	"github.com/quagmt/udecimal"
)

// Dec is an exact decimal with at most 19 digits after the point. Every price, amount, fee and
// balance is one. The zero value is 0. Compare with Equal or Cmp, never with ==: 1.0 and 1 differ there.
type Dec struct{ d udecimal.Decimal }

// Zero is the decimal 0.
var Zero = Dec{}

// ParseDec reads a plain or exponent-form decimal such as 0.65, -12 or 1.423e-4.
func ParseDec(s string) (Dec, error) {
	mantissa, exponent, hasExponent := cutExponent(s)
	d, err := udecimal.Parse(mantissa)
	if err != nil {
		return Dec{}, fmt.Errorf("decimal %q: %w", s, err)
	}
	if !hasExponent {
		return Dec{d}, nil
	}
	return scaled(Dec{d}, exponent, s)
}

func cutExponent(s string) (mantissa, exponent string, found bool) {
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

func scaled(d Dec, exponent, whole string) (Dec, error) {
	n, err := strconv.Atoi(exponent)
	if err != nil || n < -19 || n > 19 {
		return Dec{}, fmt.Errorf("decimal %q: exponent out of range", whole)
	}
	ten := NewDec(10)
	for ; n > 0; n-- {
		d = d.Mul(ten)
	}
	for ; n < 0; n++ {
		d = d.Div(ten)
	}
	return d, nil
}

// MustDec is ParseDec for constants; it panics on bad input.
func MustDec(s string) Dec {
	d, err := ParseDec(s)
	if err != nil {
		panic(err)
	}
	return d
}

// NewDec makes a decimal of a whole number.
func NewDec(i int64) Dec { return Dec{udecimal.MustFromInt64(i, 0)} }

// Add gives a + b.
func (a Dec) Add(b Dec) Dec { return Dec{a.d.Add(b.d)} }

// Sub gives a - b.
func (a Dec) Sub(b Dec) Dec { return Dec{a.d.Sub(b.d)} }

// Mul gives a * b, cut off after 19 decimals.
func (a Dec) Mul(b Dec) Dec { return Dec{a.d.Mul(b.d)} }

// Div gives a / b, cut off after 19 decimals. It panics when b is zero: callers check first.
func (a Dec) Div(b Dec) Dec {
	q, err := a.d.Div(b.d)
	if err != nil {
		panic(fmt.Errorf("divide %s by %s: %w", a, b, err))
	}
	return Dec{q}
}

// Neg gives -a.
func (a Dec) Neg() Dec { return Dec{a.d.Neg()} }

// Abs gives the distance of a from 0.
func (a Dec) Abs() Dec { return Dec{a.d.Abs()} }

// Sign is -1, 0 or 1.
func (a Dec) Sign() int { return a.d.Sign() }

// IsZero tells whether a is 0.
func (a Dec) IsZero() bool { return a.d.IsZero() }

// Cmp is -1 when a < b, 0 when they are equal and 1 when a > b.
func (a Dec) Cmp(b Dec) int { return a.d.Cmp(b.d) }

// Equal tells whether a and b are the same number.
func (a Dec) Equal(b Dec) bool { return a.d.Cmp(b.d) == 0 }

// Less tells whether a < b.
func (a Dec) Less(b Dec) bool { return a.d.Cmp(b.d) < 0 }

// MinDec gives the smaller of the two.
func MinDec(a, b Dec) Dec {
	if b.Less(a) {
		return b
	}
	return a
}

// MaxDec gives the larger of the two.
func MaxDec(a, b Dec) Dec {
	if a.Less(b) {
		return b
	}
	return a
}

// FloorTo rounds towards minus infinity to a multiple of step (step > 0).
func (a Dec) FloorTo(step Dec) Dec { return Dec{a.Div(step).d.Floor()}.Mul(step) }

// CeilTo rounds towards plus infinity to a multiple of step (step > 0).
func (a Dec) CeilTo(step Dec) Dec { return Dec{a.Div(step).d.Ceil()}.Mul(step) }

// NearestTo rounds to the nearest multiple of step (step > 0), half away from zero.
func (a Dec) NearestTo(step Dec) Dec { return Dec{a.Div(step).d.RoundHAZ(0)}.Mul(step) }

// IsMultipleOf tells whether a is a whole number of steps (step > 0).
func (a Dec) IsMultipleOf(step Dec) bool { return a.FloorTo(step).Equal(a) }

// Round rounds to so many decimals (0 to 19), half away from zero.
func (a Dec) Round(decimals uint8) Dec { return Dec{a.d.RoundHAZ(decimals)} }

// Int64 gives a whole number; false when there are decimals or it is too large.
func (a Dec) Int64() (int64, bool) {
	n, err := a.d.Int64()
	return n, err == nil && a.d.Trunc(0).Cmp(a.d) == 0
}

// Percent gives p percent of a.
func (a Dec) Percent(p Dec) Dec { return a.Mul(p).Div(NewDec(100)) }

// Float is the nearest float64, for indicators and charts only: no money is ever computed with it.
func (a Dec) Float() float64 { return a.d.InexactFloat64() }

// String writes the shortest plain form: no exponent, no trailing zeros.
func (a Dec) String() string { return a.d.String() }

// MarshalJSON writes a JSON string, because a JSON number is a float to most readers.
func (a Dec) MarshalJSON() ([]byte, error) {
	text := a.String()
	quoted := make([]byte, 0, len(text)+2)
	return append(append(append(quoted, '"'), text...), '"'), nil
}

// UnmarshalJSON reads a JSON string of a plain decimal.
func (a *Dec) UnmarshalJSON(b []byte) error {
	if len(b) < 2 || b[0] != '"' || b[len(b)-1] != '"' {
		return fmt.Errorf("a decimal must be a JSON string such as \"0.65\"")
	}
	d, err := ParseDec(string(b[1 : len(b)-1]))
	if err != nil {
		return err
	}
	*a = d
	return nil
}

// Value stores the decimal as PostgreSQL numeric text.
func (a Dec) Value() (driver.Value, error) { return a.String(), nil }

// Scan reads a numeric column.
func (a *Dec) Scan(src any) error {
	switch v := src.(type) {
	case string:
		d, err := ParseDec(v)
		*a = d
		return err
	case []byte:
		d, err := ParseDec(string(v))
		*a = d
		return err
	case int64:
		*a = NewDec(v)
		return nil
	default:
		return fmt.Errorf("scan %T into a decimal", src)
	}
}
