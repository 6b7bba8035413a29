package http

import (
	"context"

	"github.com/tradebaas/tradebaas/trade"
)

func (s *Server) killRoutes() {
	handle(s, route{method: get, path: "/api/killswitch", id: "killSwitches", tag: "Account", access: signedIn, summary: "The kill switches that are on, and how far each has come"}, s.killSwitches)
	handle(s, route{method: post, path: "/api/killswitch", id: "engageKillSwitch", tag: "Account", access: signedIn, command: true,
		summary: "Stop strategies, cancel their orders, close positions and verify that all is flat: of one strategy, of one environment, or of everything"}, s.engageKill)
	handle(s, route{method: post, path: "/api/killswitch/reset", id: "resetKillSwitch", tag: "Account", access: signedIn, stepUp: true, command: true,
		summary: "Turn a kill switch off; what it stopped stays stopped"}, s.resetKill)
	handle(s, route{method: get, path: "/api/admin/halt", id: "serverHalt", tag: "Administration", access: admin, summary: "Whether the whole server is halted"}, s.serverHalt)
	handle(s, route{method: post, path: "/api/admin/halt", id: "haltServer", tag: "Administration", access: admin, stepUp: true, command: true,
		summary: "Enter nothing any more for anybody; with closePositions close everything as well"}, s.haltServer)
	handle(s, route{method: post, path: "/api/admin/resume", id: "resumeServer", tag: "Administration", access: admin, stepUp: true, command: true,
		summary: "End the halt; strategies go on by themselves"}, s.resumeServer)
}

// KillRequest names what a kill switch covers: one strategy, one environment, or with neither every
// connection of the user.
type KillRequest struct {
	Broker      string `json:"broker,omitempty" maxLength:"20"`
	Environment string `json:"environment,omitempty" enum:"live,testnet,paper"`
	StrategyID  string `json:"strategyId,omitempty" maxLength:"250"`
}

func (r KillRequest) kill(ctx context.Context) (trade.Kill, error) {
	k := trade.Kill{Scope: trade.KillAccount, Close: true}
	switch {
	case r.StrategyID != "":
		id, err := ownStrategy(ctx, r.StrategyID)
		if err != nil {
			return k, err
		}
		key, err := trade.ParseStrategyID(id)
		k.Scope, k.Strategy, k.Venue = trade.KillStrategy, id, &key.Market.Venue
		return k, err
	case r.Environment != "":
		account, err := VenueBody{Broker: r.Broker, Environment: r.Environment}.account(ctx)
		k.Scope, k.Venue = trade.KillConnection, &account.Venue
		return k, err
	case r.Broker != "":
		return k, invalid("environment", "is required with broker")
	}
	return k, nil
}

// subject names a kill switch in the audit log.
func killSubject(k trade.Kill) string {
	return limitsSubject(trade.ScopedLimits{Scope: k.Scope, Venue: k.Venue, Strategy: k.Strategy})
}

// KillAnswer carries one kill switch.
type KillAnswer struct {
	Answer
	KillSwitch trade.KillStatus `json:"killSwitch"`
	Message    string           `json:"message"`
}

// KillOutput is a KillAnswer. The status is 202 while something is still being closed.
type KillOutput struct {
	Status int
	Body   KillAnswer
}

const (
	killedFlat = "Everything that this kill switch covers is stopped and flat. Nothing is entered until you reset it."
	killedMore = "The kill switch is on and goes on closing. Nothing is entered until you reset it."
)

func (s *Server) engageKill(ctx context.Context, in *struct{ Body KillRequest }) (*KillOutput, error) {
	kill, err := in.Body.kill(ctx)
	if err != nil {
		return nil, err
	}
	user := callerOf(ctx).user
	status, err := s.trading.EngageKill(ctx, user, kill)
	if err != nil {
		return nil, err
	}
	s.audit(ctx, user, "killswitch.engaged", killSubject(kill), nil)
	if status.Flat {
		return &KillOutput{200, KillAnswer{KillSwitch: status, Message: killedFlat}}, nil
	}
	return &KillOutput{202, KillAnswer{KillSwitch: status, Message: killedMore}}, nil
}

// KillsAnswer lists kill switches.
type KillsAnswer struct {
	Answer
	KillSwitches []trade.KillStatus `json:"killSwitches"`
}

// KillsOutput is a KillsAnswer.
type KillsOutput struct{ Body KillsAnswer }

func (s *Server) killSwitches(ctx context.Context, _ *None) (*KillsOutput, error) {
	list, err := s.trading.Kills(ctx, callerOf(ctx).user)
	if err != nil {
		return nil, err
	}
	return &KillsOutput{KillsAnswer{KillSwitches: listed(list)}}, nil
}

func (s *Server) resetKill(ctx context.Context, in *struct{ Body KillRequest }) (*KillsOutput, error) {
	kill, err := in.Body.kill(ctx)
	if err != nil {
		return nil, err
	}
	user := callerOf(ctx).user
	if err := s.trading.ResetKill(ctx, user, kill); err != nil {
		return nil, err
	}
	s.audit(ctx, user, "killswitch.reset", killSubject(kill), nil)
	return s.killSwitches(ctx, nil)
}

// HaltAnswer tells how a halt of the server stands.
type HaltAnswer struct {
	Answer
	Halt trade.Halt `json:"halt"`
}

// HaltOutput is a HaltAnswer.
type HaltOutput struct{ Body HaltAnswer }

func (s *Server) serverHalt(ctx context.Context, _ *None) (*HaltOutput, error) {
	halt, err := s.storage.Halt(ctx)
	if err != nil {
		return nil, err
	}
	return &HaltOutput{HaltAnswer{Halt: halt}}, nil
}

// HaltInput says whether positions are closed as well.
type HaltInput struct {
	Body struct {
		ClosePositions bool `json:"closePositions,omitempty" doc:"Also close every position of every user"`
	}
}

func (s *Server) haltServer(ctx context.Context, in *HaltInput) (*HaltOutput, error) {
	return s.setHalt(ctx, true, in.Body.ClosePositions, "admin.server.halted")
}

// ResumeInput is an empty object or none.
type ResumeInput struct{ Body *struct{} }

func (s *Server) resumeServer(ctx context.Context, _ *ResumeInput) (*HaltOutput, error) {
	return s.setHalt(ctx, false, false, "admin.server.resumed")
}

func (s *Server) setHalt(ctx context.Context, on, closes bool, action string) (*HaltOutput, error) {
	if err := s.storage.SetHalt(ctx, on, closes); err != nil {
		return nil, err
	}
	detail := map[string]string{}
	if closes {
		detail["closePositions"] = "true"
	}
	s.audit(ctx, "", action, "", detail)
	s.trading.ServerRiskChanged()
	return s.serverHalt(ctx, nil)
}
