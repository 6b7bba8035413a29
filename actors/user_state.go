package actors

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

// userState is what one user wants and what is known to be going on. It
// decides which connections and executors must run; it does nothing itself.
type userState struct {
	user       trade.UserID
	active     bool // may sign in and enter
	links      map[trade.Venue]*link
	strategies map[trade.StrategyID]*running
	kills      []trade.Kill
	killMoves  map[trade.Venue][]killMove
}

// link is a connection as its user sees it.
type link struct {
	wanted      bool
	degraded    string // why it was given up, "" for not
	status      trade.ConnectionStatus
	hasPosition bool
}

// running is a strategy instance with what its executor says.
type running struct {
	trade.Instance
	state  trade.State
	reason string
	trade  *trade.Trade
}

func newUserState(user trade.UserID) userState {
	return userState{user: user, links: map[trade.Venue]*link{}, strategies: map[trade.StrategyID]*running{},
		killMoves: map[trade.Venue][]killMove{}}
}

// load takes what is stored and keeps what is known beside it.
func (s *userState) load(active bool, connections []trade.Connection, instances []trade.Instance) {
	s.active = active
	stored := map[trade.Venue]bool{}
	for _, known := range connections {
		l := s.link(known.Account.Venue)
		l.wanted = known.Wanted
		if l.status.LastError == "" {
			l.status.LastError = known.LastError
		}
		stored[known.Account.Venue] = true
	}
	for venue, l := range s.links {
		l.wanted = l.wanted && stored[venue]
	}
	s.setInstances(instances)
}

// setInstances takes the stored instances; those that are not named are gone.
func (s *userState) setInstances(instances []trade.Instance) {
	old := s.strategies
	s.strategies = map[trade.StrategyID]*running{}
	for _, instance := range instances {
		r, known := old[instance.ID]
		if !known {
			r = &running{}
		}
		r.Instance = instance
		s.strategies[instance.ID] = r
	}
}

// put takes one stored instance.
func (s *userState) put(instance trade.Instance) *running {
	r, known := s.strategies[instance.ID]
	if !known {
		r = &running{}
		s.strategies[instance.ID] = r
	}
	r.Instance = instance
	return r
}

// link answers the link to a venue, known before or not.
func (s *userState) link(v trade.Venue) *link {
	l, ok := s.links[v]
	if !ok {
		l = &link{status: offline(v)}
		s.links[v] = l
	}
	return l
}

func offline(v trade.Venue) trade.ConnectionStatus {
	return trade.ConnectionStatus{Venue: v, State: trade.ConnDisconnected,
		Simulated: v.Environment.Simulated(), RealMoney: v.Environment.RealMoney()}
}

// runsLink tells whether the connection must run.
func (s *userState) runsLink(v trade.Venue) bool {
	l, ok := s.links[v]
	return ok && l.wanted && l.degraded == ""
}

// runsExecutor tells whether the strategy's executor must run.
func (s *userState) runsExecutor(id trade.StrategyID) bool {
	r, ok := s.strategies[id]
	return ok && r.Status == trade.Active && s.links[r.Market.Venue] != nil && s.links[r.Market.Venue].wanted
}

// venues lists the known venues in order.
func (s *userState) venues() []trade.Venue {
	return slices.SortedFunc(maps.Keys(s.links), func(a, b trade.Venue) int { return cmp.Compare(a.String(), b.String()) })
}

// ids lists the known strategies in order.
func (s *userState) ids() []trade.StrategyID { return slices.Sorted(maps.Keys(s.strategies)) }

// idle tells whether nothing needs the user's actor but its pages.
func (s *userState) idle() bool {
	for _, l := range s.links {
		if l.wanted {
			return false
		}
	}
	for _, r := range s.strategies {
		if r.Status != trade.Stopped {
			return false
		}
	}
	return true
}

// canStart refuses a start that the present state forbids.
func (s *userState) canStart(name string, m trade.Market) error {
	if !s.active {
		return errUserDisabled
	}
	if err := s.killed(m, trade.NewStrategyID(s.user, name, m)); err != nil {
		return err
	}
	if l, ok := s.links[m.Venue]; !ok || !l.wanted || !canTrade(l.status.State) {
		return trade.ErrNotConnected
	}
	for _, r := range s.strategies {
		if r.Market != m {
			continue
		}
		if r.Status != trade.Stopped {
			return trade.ErrAlreadyRunning
		}
		if r.trade != nil {
			return trade.ErrPositionOpen
		}
	}
	return nil
}

func canTrade(state string) bool {
	return state == trade.ConnConnected || state == trade.ConnReconciling
}

var errUserDisabled = trade.Errorf(trade.Forbidden, "user_disabled", "This account is switched off. Ask an administrator.")

// busy tells whether a strategy is not stopped or a position is known, at one
// venue or, with nil, anywhere. unsure lists the venues where only the stored
// trades can tell.
func (s *userState) busy(at *trade.Venue) (yes bool, unsure []trade.Venue) {
	for _, r := range s.strategies {
		if (at == nil || r.Market.Venue == *at) && (r.Status != trade.Stopped || r.trade != nil) {
			return true, nil
		}
	}
	for _, v := range s.venues() {
		switch l := s.links[v]; {
		case at != nil && v != *at:
		case l.hasPosition:
			return true, nil
		case l.status.State != trade.ConnConnected:
			unsure = append(unsure, v)
		}
	}
	if at != nil && s.links[*at] == nil {
		unsure = append(unsure, *at)
	}
	return false, unsure
}

// linkStatus is a connection as the user sees it at now.
func (s *userState) linkStatus(v trade.Venue, now time.Time) trade.ConnectionStatus {
	l, ok := s.links[v]
	if !ok {
		return offline(v)
	}
	status := l.status
	status.Venue, status.Simulated, status.RealMoney = v, v.Environment.Simulated(), v.Environment.RealMoney()
	switch {
	case l.degraded != "":
		status.State, status.LastError = trade.ConnDegraded, l.degraded
		status.IsConnected, status.IsAuthenticated = false, false
	case !l.wanted:
		status = offline(v)
		status.LastError = l.status.LastError
	case status.State == "" || status.State == trade.ConnDisconnected:
		status.State = trade.ConnConnecting
	}
	status.UptimeSeconds = 0
	if status.IsConnected && status.ConnectedAt != nil {
		status.UptimeSeconds = int64(now.Sub(*status.ConnectedAt).Seconds())
	}
	for _, r := range s.strategies {
		if r.Market.Venue == v && r.Status == trade.Active {
			status.ActiveStrategiesCount++
		}
	}
	return status
}

// status is a strategy as the user sees it.
func (s *userState) status(id trade.StrategyID) (trade.StrategyStatus, bool) {
	r, ok := s.strategies[id]
	if !ok {
		return trade.StrategyStatus{}, false
	}
	status := trade.StrategyStatus{
		Instance: r.Instance, Broker: r.Market.Broker, Environment: r.Market.Environment,
		Instrument: r.Market.Instrument, IsRunning: s.runsExecutor(id), State: r.state, StateReason: r.reason, Trade: r.trade,
	}
	switch r.Status {
	case trade.Stopped:
		status.State, status.StateReason = trade.Halted, ""
	case trade.Paused:
		status.State = trade.Pausing
		status.StateReason = cmp.Or(r.ErrorMessage, r.reason)
	case trade.Errored:
		status.State = trade.Degraded
		status.StateReason = cmp.Or(r.ErrorMessage, r.reason)
	default:
		status.State = cmp.Or(r.state, trade.Collecting)
	}
	return status, true
}

// statuses lists all strategies in order.
func (s *userState) statuses() []trade.StrategyStatus {
	list := make([]trade.StrategyStatus, 0, len(s.strategies))
	for _, id := range s.ids() {
		status, _ := s.status(id)
		list = append(list, status)
	}
	return list
}
