package kit

import (
	"context"
	"log/slog"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/rs/zerolog"
)

// bridge leads the library's log into ours. The library writes whole messages,
// so nothing below Warn passes, and attributes that hold messages never do.
func bridge(log zerolog.Logger) func(*actor.ActorSystem) *slog.Logger {
	return func(*actor.ActorSystem) *slog.Logger { return slog.New(slogHandler{log: log}) }
}

type slogHandler struct{ log zerolog.Logger }

// Enabled lets Warn and Error through.
func (h slogHandler) Enabled(_ context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn
}

// Handle writes one record.
func (h slogHandler) Handle(_ context.Context, r slog.Record) error {
	event := h.log.Warn()
	if r.Level >= slog.LevelError {
		event = h.log.Error()
	}
	r.Attrs(func(a slog.Attr) bool {
		if safeAttr(a) {
			event = event.Str(a.Key, a.Value.String())
		}
		return true
	})
	event.Str("library", r.Message).Msg("actor.library")
	return nil
}

// WithAttrs adds fields to every record.
func (h slogHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	with := h.log.With()
	for _, a := range attrs {
		if safeAttr(a) {
			with = with.Str(a.Key, a.Value.String())
		}
	}
	return slogHandler{log: with.Logger()}
}

// WithGroup is not used by the library; keys stay flat.
func (h slogHandler) WithGroup(string) slog.Handler { return h }

func safeAttr(a slog.Attr) bool {
	switch a.Key {
	case "message", "msg", "sender":
		return false
	}
	return true
}
