package trade

import (
	"slices"
	"strings"
	"time"
)

// ErrKilled refuses entries while a kill switch is on.
var ErrKilled = Errorf(Conflict, "kill_switch", "The kill switch is on. Nothing is entered until it is reset.")

// ErrHalted refuses entries while an administrator has halted the server.
var ErrHalted = Errorf(Unavailable, "server_halted", "An administrator has halted trading on this server. What is open stays protected.")

// The scopes of a kill switch: those of limits, with the user's whole account for all connections.
const (
	KillServer     = ServerLimits
	KillAccount    = "account"
	KillConnection = ConnectionLimits
	KillStrategy   = StrategyLimits
)

// Kill is an emergency stop that is on. Nothing that it covers is entered, and with Close everything
// that it covers is closed, for as long as it takes. Only a person ends it.
type Kill struct {
	Scope    string     `json:"scope"`
	Venue    *Venue     `json:"venue,omitempty"`    // of a connection or strategy
	Strategy StrategyID `json:"strategy,omitempty"` // of a strategy
	Close    bool       `json:"close"`
	At       time.Time  `json:"at"`
	Stopped  int        `json:"stopped"` // strategies that it has stopped
}

// Same tells whether two kills are of the same scope.
func (k Kill) Same(other Kill) bool {
	venue := k.Venue == nil && other.Venue == nil || k.Venue != nil && other.Venue != nil && *k.Venue == *other.Venue
	return k.Scope == other.Scope && venue && strings.EqualFold(string(k.Strategy), string(other.Strategy))
}

// Covers tells whether a kill holds for an account, and on it for a strategy ("" for all of it).
func (k Kill) Covers(account Venue, s StrategyID) bool {
	return (k.Venue == nil || *k.Venue == account) && (k.Strategy == "" || strings.EqualFold(string(k.Strategy), string(s)))
}

// KillReport tells how far a kill has come on one account.
type KillReport struct {
	OrdersLeft    int          `json:"ordersLeft"`    // orders of ours that are not over
	PositionsLeft []Instrument `json:"positionsLeft"` // instruments that are not flat
	Flat          bool         `json:"flat"`          // verified with the exchange: nothing is left
}

// Risk is what holds an account back from entering.
type Risk struct {
	Limits []ScopedLimits // widest first
	Kills  []Kill
}

// SetRisk replaces the limits and kills of the account. A kill that closes begins to.
func (a *Account) SetRisk(r Risk, now time.Time) Outcome {
	a.risk = r
	return a.settle(now)
}

// killed tells whether a strategy's entries, or with "" all, are stopped.
func (a *Account) killed(s StrategyID) *Error {
	for _, k := range a.risk.Kills {
		switch {
		case !k.Covers(a.id.Venue, s):
		case k.Scope == KillServer:
			return ErrHalted
		default:
			return ErrKilled
		}
	}
	return nil
}

// closing tells whether a kill wants everything of a strategy, or with "" of the account, closed.
func (a *Account) closing(s StrategyID) bool {
	return slices.ContainsFunc(a.risk.Kills, func(k Kill) bool { return k.Close && k.Covers(a.id.Venue, s) })
}

// flatten closes what a kill covers: entries under way are broken off, trades end, and where the whole
// account is meant, positions of the user's own making are closed as well.
func (a *Account) flatten(now time.Time) {
	if len(a.risk.Kills) == 0 {
		return
	}
	for _, t := range a.orders {
		if a.entering(t) && t.exit == "" && a.closing(t.Strategy) {
			t.exit = ExitKillSwitch
		}
	}
	for _, h := range a.holdings {
		if h.ExitTime == nil && a.closing(h.Strategy) {
			a.exitTrade(h, ExitKillSwitch, now)
		}
	}
	if !a.closing("") || !a.online {
		return
	}
	for _, i := range sortedKeys(a.positions) {
		if a.openOn(i) == nil && !a.unexplained(i).IsZero() && !a.inFlight(i) {
			a.closeForeign(i, now)
		}
	}
}

// closeForeign closes a position that no trade of ours explains; a try that fell short is repeated.
func (a *Account) closeForeign(i Instrument, now time.Time) {
	if at, tried := a.closedForeignAt[i]; tried && now.Sub(at) < closeForeignPace {
		return
	}
	a.closedForeignAt[i] = now
	a.sendClose(i, a.positions[i].Size, ExitKillSwitch, now)
}

// closeForeignPace spaces the tries, so that the exchange's word on the last one is known.
const closeForeignPace = 2 * time.Second

// KillReport tells how far a kill has come here.
func (a *Account) KillReport(k Kill) KillReport {
	r := KillReport{PositionsLeft: []Instrument{}}
	held := map[Instrument]bool{}
	for _, h := range a.holdings {
		if h.ExitTime == nil && k.Covers(a.id.Venue, h.Strategy) {
			held[h.Instrument] = true
		}
	}
	if k.Strategy == "" {
		for i, p := range a.positions {
			held[i] = held[i] || !p.Size.IsZero()
		}
	}
	for _, i := range sortedKeys(held) {
		if held[i] {
			r.PositionsLeft = append(r.PositionsLeft, i)
		}
	}
	for _, t := range a.orders {
		if !t.State.Terminal() && k.Covers(a.id.Venue, t.Strategy) {
			r.OrdersLeft++
		}
	}
	r.Flat = a.online && r.OrdersLeft+len(r.PositionsLeft) == 0
	return r
}

// Kills lists the kills that concern the account.
func (a *Account) Kills() []Kill { return a.risk.Kills }

// ErrKillNotFound says that there is no such kill switch to reset.
var ErrKillNotFound = Errorf(NotFound, "kill_switch_not_found", "This kill switch is not on.")

// KillAct is the last action of a strategy that a kill switch stopped.
const KillAct = "kill_switch"

// KillStatus is a kill switch as its user sees it, step by step.
type KillStatus struct {
	Kill
	Connections []KillProgress `json:"connections"` // what is done where
	Flat        bool           `json:"flat"`        // verified everywhere
}

// KillProgress is how far a kill switch has come on one connection. Problem says in a sentence why
// nothing can be done there right now.
type KillProgress struct {
	Venue
	KillReport
	Problem string `json:"problem,omitempty"`
}

// Halt is the halt of the whole server.
type Halt struct {
	On          bool       `json:"on"`
	Since       *time.Time `json:"since"`
	Closes      bool       `json:"closes"`      // everything is being closed as well
	Connections int        `json:"connections"` // that their users want
	Unfinished  int        `json:"unfinished"`  // accounts with an order or a trade that is not over
}
