package http

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"

	"github.com/tradebaas/tradebaas/trade"
)

const headerCommandKey = "Idempotency-Key"

var commandKeyLength = 128

var (
	errInProgress = trade.Errorf(trade.Conflict, "in_progress", "This request is still being carried out. Ask again in a moment.")
	errKeyReused  = trade.Errorf(trade.Refused, "idempotency_key_reused", "This Idempotency-Key was used for a different request. Use a new one.")
)

// onceOnly gives a command that is repeated under its Idempotency-Key the first answer again,
// instead of carrying it out again. Without the header a command is carried out every time.
func (s *Server) onceOnly(r route) func(huma.Context, func(huma.Context)) {
	name := r.method + " " + r.path
	return func(ctx huma.Context, next func(huma.Context)) {
		c := humafiber.Unwrap(ctx)
		key := c.Get(headerCommandKey)
		if key == "" {
			next(ctx)
			return
		}
		if len(key) > commandKeyLength || clipped(key, commandKeyLength) != key {
			s.refuse(ctx, invalid(headerCommandKey, "must have 1 to %d printable characters", commandKeyLength))
			return
		}
		s.once(ctx, next, trade.CommandKey{Route: name, Key: key, Body: asked(c), At: s.now()})
	}
}

// asked is a digest of what a request asks for: its body, and what its path names.
func asked(c *fiber.Ctx) [sha256.Size]byte {
	return sha256.Sum256(append([]byte(c.Path()+"\x00"), c.Body()...))
}

func (s *Server) once(ctx huma.Context, next func(huma.Context), key trade.CommandKey) {
	c := humafiber.Unwrap(ctx)
	user := requestOfFiber(c).caller.user
	claim, err := s.storage.ClaimKey(c.UserContext(), user, key)
	switch {
	case err != nil:
		s.refuse(ctx, err)
	case claim.State == trade.KeyInFlight:
		s.refuse(ctx, errInProgress)
	case claim.State == trade.KeyDone:
		s.repeated(c)
	case claim.State == trade.KeyDiffers:
		s.refuse(ctx, errKeyReused)
	case claim.State == trade.KeyAnswered:
		c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
		_ = c.Status(claim.Status).Send(claim.Answer) // writes to memory
	default:
		working := huma.WithContext(ctx, trade.WithCommand(ctx.Context(), key))
		s.run(c, user, key, func() { next(working) })
	}
}

// repeated answers a command that was carried out by a server that died before it could answer.
func (s *Server) repeated(c *fiber.Ctx) {
	_ = c.Status(fiber.StatusOK).JSON(fiber.Map{"success": true, "repeated": true,
		"message": "This request was carried out already; its answer was lost with a restart. Read the present state."}) // writes to memory
}

// run carries a claimed command out and keeps its answer. What had no effect for a passing reason,
// and a panic, gives the key back.
func (s *Server) run(c *fiber.Ctx, user trade.UserID, key trade.CommandKey, command func()) {
	settled := false
	ctx, cancel := context.WithTimeout(context.Background(), handleTimeout+5*time.Second)
	defer cancel()
	defer func() {
		if !settled {
			s.noteKey(s.storage.ReleaseKey(ctx, user, key))
		}
	}()
	command()
	status := c.Response().StatusCode()
	if settled = status < 500 && status != fiber.StatusTooManyRequests; settled {
		s.noteKey(s.storage.FinishKey(ctx, user, key, status, c.Response().Body()))
	}
}

func (s *Server) noteKey(err error) {
	if err != nil {
		s.log.Error().Err(err).Msg("http.command_key.failed")
	}
}
