package http

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	nethttp "net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/valyala/fasthttp"

	"github.com/tradebaas/tradebaas/trade"
)

// problem is the envelope of every refusal and failure.
type problem struct {
	Success   failure            `json:"success"`
	Sentence  string             `json:"error" doc:"A sentence that the user can act on"`
	Code      string             `json:"code" doc:"Stable, snake_case"`
	RequestID string             `json:"requestId"`
	Fields    []trade.FieldError `json:"fields,omitempty" doc:"Every bad field of the request"`

	status     int
	retryAfter time.Duration
}

// Error gives the code; the sentence is for the user.
func (p *problem) Error() string { return p.Code }

// GetStatus gives the HTTP status.
func (p *problem) GetStatus() int { return p.status }

// GetHeaders tells a client that was too early or unlucky when to come again.
func (p *problem) GetHeaders() nethttp.Header {
	if p.retryAfter <= 0 {
		return nil
	}
	return nethttp.Header{fiber.HeaderRetryAfter: {strconv.Itoa(int(math.Ceil(p.retryAfter.Seconds())))}}
}

// delayed is a refusal that says how long to wait.
type delayed struct {
	refusal *trade.Error
	after   time.Duration
}

func (d *delayed) Error() string { return d.refusal.Error() }

func (d *delayed) Unwrap() error { return d.refusal }

func tooMany(after time.Duration) error {
	return &delayed{trade.Errorf(trade.TooMany, "too_many", "Too many attempts. Wait %d seconds and try again.", int(math.Ceil(after.Seconds()))), after}
}

// Refusals of the way in itself.
var (
	errUnauthenticated = trade.Errorf(trade.Unauthenticated, "unauthenticated", "Sign in first.")
	errAdminOnly       = trade.Errorf(trade.Forbidden, "admin_only", "Only an administrator may do this.")
	errStepUp          = trade.Errorf(trade.Forbidden, "step_up_required", "Enter your password again to do this.")
	errOrigin          = trade.Errorf(trade.Forbidden, "origin_refused", "This address may not be used from another website.")
	errNotFound        = trade.Errorf(trade.NotFound, "not_found", "There is nothing here.")
	errMalformed       = trade.Errorf(trade.Malformed, "malformed", "The request cannot be read. Send one JSON object.")
	errEncoded         = &httpError{nethttp.StatusUnsupportedMediaType, "unsupported_encoding", "Send the body without compression."}
	errNotJSON         = &httpError{nethttp.StatusUnsupportedMediaType, "unsupported_media_type", "Send the body as application/json."}
)

// httpError is a refusal with a status that trading knows nothing of.
type httpError struct {
	status   int
	code     string
	sentence string
}

func (e *httpError) Error() string { return e.code }

// statuses of the protocol, and how they are said.
var protocolErrors = map[int]*httpError{
	400: {400, "malformed", errMalformed.Message},
	404: {404, "not_found", errNotFound.Message},
	405: {405, "method_not_allowed", "This address does not know that method."},
	408: {408, "timeout", "The request took too long to arrive."},
	413: {413, "too_large", "The request is too large."},
	415: errNotJSON,
	422: {422, "invalid_input", "Some fields are not right. Correct them and try again."},
	426: {426, "upgrade_required", "This address only speaks WebSocket."},
	431: {431, "header_too_large", "The request's header is too large."},
}

var internal = &httpError{500, "internal", "Something went wrong on the server. It has been logged under this request's id."}

var statusOf = map[trade.Kind]int{
	trade.Malformed: 400, trade.Unauthenticated: 401, trade.Forbidden: 403, trade.NotFound: 404,
	trade.Conflict: 409, trade.Refused: 422, trade.TooMany: 429, trade.Unavailable: 503,
}

// problemOf turns any error into the envelope. What is no refusal is logged here, once, and its
// text goes nowhere else.
func (s *Server) problemOf(err error, r *request) *problem {
	var (
		known   *problem
		wait    *delayed
		refusal *trade.Error
		own     *httpError
		library *fiber.Error
	)
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &wait):
		return newProblem(statusOf[wait.refusal.Kind], wait.refusal.Code, wait.refusal.Message, wait.after, r, nil)
	case errors.As(err, &refusal):
		return refusalProblem(refusal, r)
	case errors.As(err, &own):
		return newProblem(own.status, own.code, own.sentence, 0, r, nil)
	case errors.As(err, &library):
		return protocolProblem(library.Code, r)
	case errors.Is(err, context.DeadlineExceeded):
		return refusalProblem(trade.ErrUnavailable, r)
	}
	s.log.Error().Err(err).Str("request", r.id).Msg("http.request.failed")
	return newProblem(internal.status, internal.code, internal.sentence, 0, r, nil)
}

func newProblem(status int, code, sentence string, after time.Duration, r *request, fields []trade.FieldError) *problem {
	return &problem{Sentence: sentence, Code: code, RequestID: r.id, Fields: fields, status: status, retryAfter: after}
}

func refusalProblem(refusal *trade.Error, r *request) *problem {
	after := time.Duration(0)
	if refusal.Kind == trade.Unavailable || refusal.Kind == trade.TooMany {
		after = 5 * time.Second
	}
	status, known := statusOf[refusal.Kind]
	if !known {
		status = nethttp.StatusInternalServerError
	}
	return newProblem(status, refusal.Code, refusal.Message, after, r, refusal.Fields)
}

func protocolProblem(status int, r *request) *problem {
	e, known := protocolErrors[status]
	switch {
	case known:
	case status < 500:
		e = protocolErrors[400]
	default:
		e = internal
	}
	return newProblem(e.status, e.code, e.sentence, 0, r, nil)
}

// answerError is where every error of the router and of the server library ends.
func (s *Server) answerError(c *fiber.Ctx, err error) error {
	s.secure(&c.Response().Header)
	r := requestOfFiber(c)
	c.Set(fiber.HeaderXRequestID, r.id)
	return write(c, s.problemOf(err, r))
}

// refuse ends a request inside the API's middleware.
func (s *Server) refuse(ctx huma.Context, err error) {
	c := humafiber.Unwrap(ctx)
	if err := write(c, s.problemOf(err, requestOfFiber(c))); err != nil {
		s.log.Error().Err(err).Msg("http.answer.failed")
	}
}

func write(c *fiber.Ctx, p *problem) error {
	for name, values := range p.GetHeaders() {
		c.Set(name, values[0])
	}
	return c.Status(p.status).JSON(p)
}

// refuseEarly answers what the router never sees, and ends the connection.
func (s *Server) refuseEarly(fast *fasthttp.RequestCtx, status int) {
	r := &request{id: uuid.NewString()}
	body, err := json.Marshal(protocolProblem(status, r))
	if err != nil {
		s.log.Error().Err(err).Msg("http.answer.failed")
	}
	fast.Response.Header.Set(fiber.HeaderXRequestID, r.id)
	fast.SetConnectionClose()
	fast.SetStatusCode(status)
	fast.SetContentType(fiber.MIMEApplicationJSON)
	fast.SetBody(body)
}
