package http

import (
	"errors"
	nethttp "net/http"
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"

	"github.com/tradebaas/tradebaas/trade"
)

// newInputProblem is how the API library reports input that does not match its schema: one envelope
// with every bad field. The values themselves are never repeated, they may be secrets.
func newInputProblem(ctx huma.Context, status int, _ string, errs ...error) huma.StatusError {
	r := &request{}
	if ctx != nil {
		r = requestOfFiber(humafiber.Unwrap(ctx))
	}
	p := protocolProblem(status, r)
	if p.status != nethttp.StatusUnprocessableEntity {
		return p
	}
	for _, err := range errs {
		var detail *huma.ErrorDetail
		if errors.As(err, &detail) {
			p.Fields = append(p.Fields, fieldError(detail))
		}
	}
	return p
}

var missingField = regexp.MustCompile(`^expected required property (\S+) to be present$`)

func fieldError(detail *huma.ErrorDetail) trade.FieldError {
	_, field, _ := strings.Cut(detail.Location, ".")
	if name := missingField.FindStringSubmatch(detail.Message); name != nil {
		if field != "" {
			field += "."
		}
		return trade.FieldError{Field: field + name[1], Error: "is required"}
	}
	if field == "" {
		field = detail.Location
	}
	if strings.HasPrefix(detail.Message, "expected string to be RFC 5322 email") {
		return trade.FieldError{Field: field, Error: "must be an e-mail address"}
	}
	return trade.FieldError{Field: field, Error: spoken(detail.Message)}
}

// phrases turns the validator's words into ours; what is not listed stays as it is.
var phrases = []struct{ theirs, ours string }{
	{"unexpected property", "is not a known field"},
	{"required query parameter is missing", "is required"},
	{"required header parameter is missing", "is required"},
	{"required path parameter is missing", "is required"},
	{"expected string to match pattern", "must match"},
	{"expected string to be RFC 3339 date-time", "must be a time such as 2026-01-31T12:00:00Z"},
	{"expected string to be ", "must be "},
	{"expected string", "must be a string"},
	{"expected boolean", "must be true or false"},
	{"expected integer", "must be a whole number"},
	{"invalid integer", "must be a whole number"},
	{"invalid boolean", "must be true or false"},
	{"invalid date/time for format", "must be a time such as 2026-01-31T12:00:00Z, not of format"},
	{"expected object", "must be an object"},
	{"expected array", "must be a list"},
	{"expected length >=", "must have a length of at least"},
	{"expected length <=", "must have a length of at most"},
	{"expected number >=", "must be at least"},
	{"expected number <=", "must be at most"},
	{"expected number", "must be a number"},
	{"expected value to be one of", "must be one of"},
}

func spoken(message string) string {
	for _, phrase := range phrases {
		if rest, found := strings.CutPrefix(message, phrase.theirs); found {
			return phrase.ours + rest
		}
	}
	return message
}
