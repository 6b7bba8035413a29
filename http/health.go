package http

import (
	"context"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

func (s *Server) healthRoutes() {
	handle(s, route{method: get, path: "/health", id: "health", tag: "Server", summary: "Whether the process is alive"}, s.health)
	handle(s, route{method: get, path: "/ready", id: "ready", tag: "Server", summary: "Whether the server is able to trade: 200, else 503 with the check that fails"}, s.ready)
}

// HealthAnswer says that the process is alive.
type HealthAnswer struct {
	Answer
	Status    string    `json:"status"`
	Timestamp time.Time `json:"timestamp"`
}

// HealthOutput is a HealthAnswer.
type HealthOutput struct{ Body HealthAnswer }

func (s *Server) health(context.Context, *None) (*HealthOutput, error) {
	return &HealthOutput{HealthAnswer{Status: "healthy", Timestamp: s.now()}}, nil
}

// ReadyAnswer names every check.
type ReadyAnswer struct {
	Answer
	Ready     bool      `json:"ready"`
	Checks    []Check   `json:"checks"`
	Timestamp time.Time `json:"timestamp"`
}

// ReadyOutput is a ReadyAnswer.
type ReadyOutput struct{ Body ReadyAnswer }

// ready answers 503 in the error's envelope, with the failing checks as its fields.
func (s *Server) ready(ctx context.Context, _ *None) (*ReadyOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	checks := s.options.Readiness.Ready(ctx)
	var failing []trade.FieldError
	for _, check := range checks {
		if !check.OK {
			failing = append(failing, trade.FieldError{Field: check.Name, Error: check.Detail})
		}
	}
	if failing != nil {
		return nil, &trade.Error{Kind: trade.Unavailable, Code: "not_ready", Message: "The server is not able to trade at the moment.", Fields: failing}
	}
	return &ReadyOutput{ReadyAnswer{Ready: true, Checks: listed(checks), Timestamp: s.now()}}, nil
}
