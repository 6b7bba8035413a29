package actors

import (
	"slices"

	"github.com/tradebaas/tradebaas/trade"
)

// killed tells why a strategy may not be started; nil: it may.
func (s *userState) killed(m trade.Market, id trade.StrategyID) error {
	for _, k := range s.kills {
		if k.Covers(m.Venue, id) && k.Scope == trade.KillServer {
			return trade.ErrHalted
		} else if k.Covers(m.Venue, id) {
			return trade.ErrKilled
		}
	}
	return nil
}

// killOf gives a kill as it is stored; one that has been reset meanwhile as it was asked for.
func (s *userState) killOf(k trade.Kill) trade.Kill {
	if at := slices.IndexFunc(s.kills, k.Same); at >= 0 {
		return s.kills[at]
	}
	return k
}

// killStatuses lists the user's kill switches, and a halt of the server, with how far each has come.
func (s *userState) killStatuses(venues []trade.Venue) []trade.KillStatus {
	list := []trade.KillStatus{}
	for _, k := range s.kills {
		list = append(list, s.killStatus(k, venues))
	}
	return list
}

// killStatus tells how far one has come on every connection that it covers. Where nothing was ever
// connected there is nothing to close; where the link is down nobody knows.
func (s *userState) killStatus(k trade.Kill, venues []trade.Venue) trade.KillStatus {
	status := trade.KillStatus{Kill: k, Connections: []trade.KillProgress{}, Flat: true}
	for _, venue := range venues {
		l, known := s.links[venue]
		if !known || k.Venue != nil && *k.Venue != venue {
			continue
		}
		p := trade.KillProgress{Venue: venue, KillReport: trade.KillReport{PositionsLeft: []trade.Instrument{}}}
		if move, told := s.moveOf(venue, k); told {
			p.KillReport = move
		}
		if !l.wanted || !canTrade(l.status.State) {
			p.Flat, p.Problem = false, "This connection is down, so nothing can be closed there. Connect it, and the kill switch goes on by itself."
		}
		status.Flat = status.Flat && p.Flat
		status.Connections = append(status.Connections, p)
	}
	return status
}

func (s *userState) moveOf(v trade.Venue, k trade.Kill) (trade.KillReport, bool) {
	for _, move := range s.killMoves[v] {
		if move.kill.Same(k) {
			return move.report, true
		}
	}
	return trade.KillReport{}, false
}

// forgetMoves drops what was told of an earlier kill of the same scope.
func (s *userState) forgetMoves(k trade.Kill) {
	for venue, moves := range s.killMoves {
		s.killMoves[venue] = slices.DeleteFunc(slices.Clone(moves), func(m killMove) bool { return m.kill.Same(k) })
	}
}
