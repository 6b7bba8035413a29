package simulator

import (
	"strconv"
	"strings"

	"github.com/tradebaas/tradebaas/trade"
)

// appendFloat writes a number as the exchange does: 10.0, 64000.5, and with an exponent where that
// is shorter: 2.2e3, 1.423e-4.
func appendFloat(b []byte, d trade.Dec) []byte {
	s := d.String()
	if s[0] == '-' {
		b, s = append(b, '-'), s[1:]
	}
	whole, fraction, _ := strings.Cut(s, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	point := len(whole) - (len(whole) + len(fraction) - len(digits)) // the value is 0.digits times ten to this
	digits = strings.TrimRight(digits, "0")
	zeros := point - len(digits)
	switch {
	case digits == "":
		return append(b, "0.0"...)
	case point > 0 && zeros < 0:
		return append(append(append(b, digits[:point]...), '.'), digits[point:]...)
	case point > 0 && zeros+2 <= exponentCost(digits, point):
		return append(append(append(b, digits...), "00000"[:zeros]...), ".0"...)
	case point <= 0 && (point == 0 || 2-point <= exponentCost(digits, point)):
		return append(append(append(b, "0."...), "00000"[:-point]...), digits...)
	}
	b = append(append(b, digits[0]), '.')
	if len(digits) == 1 {
		b = append(b, '0')
	} else {
		b = append(b, digits[1:]...)
	}
	return strconv.AppendInt(append(b, 'e'), int64(point-1), 10)
}

// exponentCost is how many more characters the exponent takes.
func exponentCost(digits string, point int) int {
	dot := 1
	if len(digits) == 1 {
		dot = 2
	}
	return len(strconv.Itoa(point-1)) + 1 + dot
}
