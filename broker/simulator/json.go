package simulator

import (
	"encoding/json"
	"strconv"

	"github.com/tradebaas/tradebaas/trade"
)

// object writes one JSON object; numbers are JSON numbers, as the exchange writes them.
type object struct{ b []byte }

func newObject() *object { return &object{append(make([]byte, 0, 512), '{')} }

func (o *object) key(k string) {
	if len(o.b) > 1 {
		o.b = append(o.b, ',')
	}
	o.b = append(o.b, '"')
	o.b = append(o.b, k...)
	o.b = append(o.b, '"', ':')
}

func (o *object) raw(k string, v []byte) *object {
	o.key(k)
	o.b = append(o.b, v...)
	return o
}

func (o *object) str(k, v string) *object {
	o.key(k)
	o.b = appendString(o.b, v)
	return o
}

func (o *object) dec(k string, v trade.Dec) *object {
	o.key(k)
	o.b = appendFloat(o.b, v)
	return o
}

func (o *object) int(k string, v int64) *object {
	o.key(k)
	o.b = strconv.AppendInt(o.b, v, 10)
	return o
}

func (o *object) bool(k string, v bool) *object {
	o.key(k)
	o.b = strconv.AppendBool(o.b, v)
	return o
}

func (o *object) null(k string) *object { return o.raw(k, []byte("null")) }

func (o *object) end() []byte { return append(o.b, '}') }

func appendString(b []byte, s string) []byte {
	for n := 0; n < len(s); n++ {
		if c := s[n]; c < 0x20 || c == '"' || c == '\\' || c >= 0x80 {
			quoted, _ := json.Marshal(s)
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// list writes a JSON array of what each gives.
func list[T any](items []T, each func(T) []byte) []byte {
	b := []byte{'['}
	for n, item := range items {
		if n > 0 {
			b = append(b, ',')
		}
		b = append(b, each(item)...)
	}
	return append(b, ']')
}

func text(s string) []byte { return appendString(nil, s) }

func number(n int64) []byte { return strconv.AppendInt(nil, n, 10) }

func decimal(d trade.Dec) []byte { return appendFloat(nil, d) }
