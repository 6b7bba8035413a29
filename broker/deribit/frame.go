package deribit

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

// params builds the named parameters of a request. Decimals keep their exact text.
type params []byte

func (p params) key(name string) params {
	if len(p) == 0 {
		p = append(p, '{')
	} else {
		p = append(p, ',')
	}
	p = append(p, '"')
	p = append(p, name...)
	return append(p, '"', ':')
}

func (p params) text(name, value string) params { return appendText(p.key(name), value) }

func (p params) dec(name string, value trade.Dec) params {
	return append(p.key(name), value.String()...)
}

func (p params) decUnlessZero(name string, value trade.Dec) params {
	if value.IsZero() {
		return p
	}
	return p.dec(name, value)
}

func (p params) number(name string, value int64) params {
	return strconv.AppendInt(p.key(name), value, 10)
}

func (p params) flag(name string, value bool) params { return strconv.AppendBool(p.key(name), value) }

func (p params) millis(name string, t time.Time) params { return p.number(name, t.UnixMilli()) }

func (p params) list(name string, values []string) params {
	p = append(p.key(name), '[')
	for i, value := range values {
		if i > 0 {
			p = append(p, ',')
		}
		p = appendText(p, value)
	}
	return append(p, ']')
}

// objects puts a list of already built objects under a name.
func (p params) objects(name string, values ...params) params {
	p = append(p.key(name), '[')
	for i, value := range values {
		if i > 0 {
			p = append(p, ',')
		}
		p = append(append(p, value...), '}')
	}
	return append(p, ']')
}

// appendText writes a JSON string. Nearly all are plain; the rest take the slow and exact road.
func appendText(dst params, s string) params {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(s) // a string always marshals
			return append(dst, quoted...)
		}
	}
	dst = append(dst, '"')
	dst = append(dst, s...)
	return append(dst, '"')
}

// appendRequest writes one JSON-RPC request.
func appendRequest(dst []byte, id uint64, method string, p params) []byte {
	dst = append(dst, `{"jsonrpc":"2.0","id":`...)
	dst = strconv.AppendUint(dst, id, 10)
	dst = append(dst, `,"method":"`...)
	dst = append(dst, method...)
	dst = append(dst, `","params":`...)
	if len(p) == 0 {
		return append(dst, `{}}`...)
	}
	dst = append(dst, p...)
	return append(dst, `}}`...)
}
