package simulation

import "github.com/tradebaas/tradebaas/trade"

// sabotage breaks the driver on purpose, so that tests can show that the checkers would notice.
type sabotage struct {
	sendFirst  bool // an entry is sent before it is stored
	ignoreStop bool // a stopped strategy goes on, and so does a paused one after a restart
	blind      bool // a stale price is traded on, as if it were new
	unlimited  bool // limits are not read
	deaf       bool // what a user wants closed is not closed
	open       bool // the gate for entries stands open
	change     func(*trade.Outcome)
	effect     func(trade.Effect) []trade.Effect
}

func (s *sabotage) outcome(out *trade.Outcome) {
	if s.change != nil {
		s.change(out)
	}
}

func (s *sabotage) effects(e trade.Effect) []trade.Effect {
	if s.effect != nil {
		return s.effect(e)
	}
	return []trade.Effect{e}
}

func (s *sabotage) gate(g *trade.Gate) {
	if s.open {
		*g = trade.Gate{Owner: true, Key: true, Up: true, Compared: true, Clock: g.Clock}
	}
}

// resumes tells whether a strategy runs again after a start of the server.
func (s *sabotage) resumes(i *instance) bool { return i.status == trade.Active || s.ignoreStop }

func (s *sabotage) risk(r trade.Risk) trade.Risk {
	if s.unlimited {
		r.Limits = nil
	}
	if s.deaf {
		r.Kills = nil
	}
	return r
}
