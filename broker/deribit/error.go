package deribit

import (
	"errors"
	"fmt"

	"github.com/valyala/fastjson"

	"github.com/tradebaas/tradebaas/broker"
)

var (
	errLinkDown = errors.New("the link to the exchange is down")
	errClosed   = errors.New("closed")
)

// Deribit's error codes that mean more than no.
const (
	codeTooManyRequests = 10028
	codeTimedOut        = 13888
	codeUnauthorized    = 13009
	codeForbidden       = 13021
	codeCredentials     = 13004
	codeMaintenance     = 11051
	codeError           = 10001
	codeInternalError   = 11094
)

var busyCodes = codes(10019, codeTooManyRequests, 10040, 10041, 10047, 10050, 10066, codeMaintenance, 12003, 13025, 13028, 13503)

var authCodes = codes(10000, 11042, 11098, 12005, codeCredentials, codeUnauthorized, 13012, codeForbidden, 13031, 13403, 13668)

var goneCodes = codes(10004, 10010, 11008, 11044)

func codes(list ...int) map[int]bool {
	set := make(map[int]bool, len(list))
	for _, code := range list {
		set[code] = true
	}
	return set
}

// answered turns the exchange's error answer into what is known of the request.
func answered(v *fastjson.Value) *broker.Error {
	code := v.GetInt("code")
	data := v.Get("data")
	e := &broker.Error{
		Outcome: broker.Refused,
		Code:    code,
		Reason:  reason(string(v.GetStringBytes("message")), data),
		Param:   string(data.GetStringBytes("param")),
		Auth:    authCodes[code],
		Gone:    goneCodes[code],
		Busy:    busyCodes[code],
		Expired: code == codeTimedOut,
		Closed:  code == codeMaintenance,
	}
	switch {
	case e.Busy || e.Expired:
		e.Outcome = broker.NotSent
	case code == codeError || code == codeInternalError:
		e.Outcome = broker.Unknown
	}
	return e
}

// reason joins the message with the detail, which is an object, a bare string or absent.
func reason(message string, data *fastjson.Value) string {
	detail := string(data.GetStringBytes("reason"))
	if detail == "" {
		detail = string(data.GetStringBytes())
	}
	if detail == "" {
		return message
	}
	return message + ": " + detail
}

// notSent is the failure of a request that never left.
func notSent(err error) error {
	var known *broker.Error
	if errors.As(err, &known) {
		return err
	}
	return &broker.Error{Outcome: broker.NotSent, Reason: "not sent", Err: err}
}

// unknown is the failure of a request that left and got no usable answer.
func unknown(err error) error {
	return &broker.Error{Outcome: broker.Unknown, Reason: "no answer", Err: err}
}

// unreadable is the failure of a request whose answer made no sense: it may well have been done.
func unreadable(method string, err error) error {
	return unknown(fmt.Errorf("answer to %s: %w", method, err))
}

// isCode tells whether err is the exchange's answer with this code.
func isCode(err error, code int) bool {
	e := broker.As(err)
	return e != nil && e.Code == code
}

// isMaintenance tells whether the exchange is shut for maintenance.
func isMaintenance(err error) bool {
	e := broker.As(err)
	return e != nil && e.Closed
}

// isAuth tells whether the key or the token is the trouble.
func isAuth(err error) bool {
	e := broker.As(err)
	return e != nil && e.Auth
}
