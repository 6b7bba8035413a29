package trade

import (
	"errors"
	"fmt"
)

// Kind sorts refusals by what the caller can do about them; the HTTP layer maps each to one status.
type Kind uint8

// The kinds of refusal.
const (
	Malformed       Kind = iota + 1 // cannot be read at all
	Unauthenticated                 // nobody is signed in
	Forbidden                       // signed in, but not allowed
	NotFound                        // absent, or somebody else's
	Conflict                        // contradicts the present state
	Refused                         // well-formed, but against the rules
	TooMany                         // too often; try later
	Unavailable                     // a dependency is away; try later
)

// FieldError says what is wrong with one field of the input and what would be right.
type FieldError struct {
	Field string `json:"field"`
	Error string `json:"error"`
}

// Error is a refusal that a user sees: a stable code and a sentence they can act on.
type Error struct {
	Kind    Kind
	Code    string
	Message string
	Fields  []FieldError
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Is lets errors.Is compare refusals by their code.
func (e *Error) Is(target error) bool {
	var other *Error
	return errors.As(target, &other) && other.Code == e.Code
}

// Errorf makes a refusal.
func Errorf(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: fmt.Sprintf(format, args...)}
}

// InvalidFields makes a Refused error that names every bad field at once.
func InvalidFields(code, message string, fields ...FieldError) *Error {
	return &Error{Kind: Refused, Code: code, Message: message, Fields: fields}
}

// CodeOf gives the code of a refusal and "internal" for every other error.
func CodeOf(err error) string {
	var refusal *Error
	if errors.As(err, &refusal) {
		return refusal.Code
	}
	return "internal"
}

// Refusals that several layers compare against.
var (
	ErrStrategyNotFound   = Errorf(NotFound, "strategy_not_found", "There is no such strategy.")
	ErrTradeNotFound      = Errorf(NotFound, "trade_not_found", "There is no such trade.")
	ErrNoCredentials      = Errorf(Malformed, "no_credentials", "No exchange key is stored for this environment. Save one in the settings first.")
	ErrNotConnected       = Errorf(Conflict, "not_connected", "You are not connected to this exchange environment. Connect first.")
	ErrAlreadyRunning     = Errorf(Conflict, "already_running", "A strategy is already running on this instrument. Stop it first.")
	ErrPositionOpen       = Errorf(Conflict, "position_open", "A position is still open on this instrument. Wait until it is closed, or close it.")
	ErrAccountInUse       = Errorf(Conflict, "account_in_use", "This exchange account is already connected by another user.")
	ErrInUse              = Errorf(Conflict, "in_use", "This key is in use: stop its strategies and close its positions first.")
	ErrKeyRefused         = Errorf(Refused, "key_refused", "The exchange refused this key. Check that the key and secret belong to this environment.")
	ErrFenced             = Errorf(Unavailable, "not_owner", "Another server has taken over. Try again in a moment.")
	ErrUnavailable        = Errorf(Unavailable, "unavailable", "The server is busy or a part of it is restarting. Try again in a moment.")
	ErrUnstorable         = Errorf(Unavailable, "unstorable", "The database refuses a change of this account. The account is read again from the database and the exchange; nothing is entered until that is done.")
	ErrInstrumentNotFound = Errorf(NotFound, "instrument_not_found", "This exchange environment has no such instrument.")
)
