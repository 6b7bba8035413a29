package http

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// nesting is how deep JSON from outside may go; the deepest legitimate body has three levels.
const nesting = 16

var errTooDeep = errors.New("nested too deeply")

var jsonFormat = huma.Format{
	Marshal: func(w io.Writer, v any) error {
		encoded, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("encode an answer: %w", err)
		}
		_, err = w.Write(stampTimes(encoded))
		return err
	},
	Unmarshal: func(data []byte, v any) error {
		if depth(data) > nesting {
			return errTooDeep
		}
		return json.Unmarshal(data, v)
	},
}

// depth counts the deepest nesting without building anything.
func depth(data []byte) int {
	deepest, now, quoted := 0, 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			now++
			deepest = max(deepest, now)
		case c == '}' || c == ']':
			now--
		}
	}
	return deepest
}

const milliseconds = "2006-01-02T15:04:05.000Z"

// stampTimes rewrites every JSON string that is wholly an RFC 3339 time as UTC with milliseconds.
// It stands here, where all answers pass, so that no record needs a time type of its own.
func stampTimes(encoded []byte) []byte {
	var out []byte
	copied := 0
	for i := 0; i < len(encoded); i++ {
		if encoded[i] != '"' {
			continue
		}
		end := closingQuote(encoded, i+1)
		if t, ok := timeIn(encoded[i+1 : end]); ok {
			out = append(out, encoded[copied:i+1]...)
			out = t.UTC().AppendFormat(out, milliseconds)
			copied = end
		}
		i = end
	}
	if out == nil {
		return encoded
	}
	return append(out, encoded[copied:]...)
}

func closingQuote(encoded []byte, from int) int {
	for i := from; i < len(encoded); i++ {
		switch encoded[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(encoded)
}

func timeIn(text []byte) (time.Time, bool) {
	if len(text) < len("2006-01-02T15:04:05Z") || len(text) > len(time.RFC3339Nano) || text[4] != '-' || text[10] != 'T' {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339Nano, string(text))
	return t, err == nil
}

// success and failure are the first field of every answer: their zero values are already right.
type (
	success struct{}
	failure struct{}
)

// MarshalJSON writes true.
func (success) MarshalJSON() ([]byte, error) { return []byte("true"), nil }

// Schema describes it as the constant true.
func (success) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeBoolean, Enum: []any{true}}
}

// MarshalJSON writes false.
func (failure) MarshalJSON() ([]byte, error) { return []byte("false"), nil }

// Schema describes it as the constant false.
func (failure) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeBoolean, Enum: []any{false}}
}

// Answer is what every success carries; the other answers embed it.
type Answer struct {
	Success success `json:"success"`
}

// object is a JSON object that is passed on unread.
type object json.RawMessage

// MarshalJSON writes the object, and an empty one for none.
func (o object) MarshalJSON() ([]byte, error) {
	if len(o) == 0 {
		return []byte("{}"), nil
	}
	return o, nil
}

// UnmarshalJSON keeps the bytes; null is none.
func (o *object) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	*o = append((*o)[:0], data...)
	return nil
}

// Schema describes it as an object with any fields.
func (object) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}
}

// decimal stands for trade.Dec in the document.
type decimal string

// Schema describes a decimal in a string.
func (decimal) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "decimal", Description: "An exact decimal in a string, never a float", Examples: []any{"0.65"},
		Pattern: `^-?[0-9]{1,18}(\.[0-9]{1,19})?$`, PatternDescription: `a decimal such as "0.65"`}
}

// listed gives an empty list for none, because clients expect a list and not null.
func listed[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}
