package actors

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/trade"
)

// pages are a user's open sessions and what is on its way to them. A snapshot
// of orders, trades, positions or balances comes from every connection of the
// user, on the same path as their events, so that a page neither misses an
// event nor sees an old one after a newer snapshot.
type pages struct {
	sessions map[string]page
	opened   uint64
	requests uint64
	gathers  map[uint64]*gather
	watchers map[trade.StrategyID]map[string]bool
	analyses map[trade.StrategyID]json.RawMessage
	left     []trade.StrategyID // nobody watches them any more
}

type page struct {
	kit.Ref
	signIn string
}

// gather is a snapshot for one session that is being put together.
type gather struct {
	topic   string
	session string
	missing map[string]bool // connections that have not answered
	parts   []json.RawMessage
	after   []Published // events that are newer than their connection's part
}

func newPages() pages {
	return pages{sessions: map[string]page{}, gathers: map[uint64]*gather{},
		watchers: map[trade.StrategyID]map[string]bool{}, analyses: map[trade.StrategyID]json.RawMessage{}}
}

func (p *pages) len() int { return len(p.sessions) }

// end closes the sessions of one sign-in, or all of them with "".
func (p *pages) end(signIn string) {
	for _, s := range p.sessions {
		if signIn == "" || s.signIn == signIn {
			s.Tell(closeSession{Code: closePolicy, Reason: "signed out"})
		}
	}
}

// leave forgets a session that has ended.
func (p *pages) leave(name string) {
	if _, ok := p.sessions[name]; !ok {
		return
	}
	delete(p.sessions, name)
	for request, g := range p.gathers {
		if g.session == name {
			delete(p.gathers, request)
		}
	}
	for id := range p.watchers {
		p.unwatch(id, name)
	}
}

// ---- events ----

// publish hands an event to every session; each takes what it has asked for.
func (p *pages) publish(m Published) {
	if id, ok := strings.CutPrefix(m.Topic, analysisPrefix); ok {
		p.analyses[trade.StrategyID(id)] = m.Data
	}
	for name, s := range p.sessions {
		if !p.held(name, m) {
			s.Tell(m)
		}
	}
}

// held tells whether an event must not reach a session yet: its snapshot is
// being put together. What the missing part will contain is dropped, what is
// newer is kept.
func (p *pages) held(session string, m Published) bool {
	for _, g := range p.gathers {
		if g.session == session && g.topic == m.Topic {
			if !g.missing[m.Source] {
				g.after = append(g.after, m)
			}
			return true
		}
	}
	return false
}

// ---- snapshots ----

// gather begins a snapshot from the named connections and gives its number.
func (p *pages) gather(topic, session string, sources []string) uint64 {
	for request, g := range p.gathers {
		if g.session == session && g.topic == topic {
			delete(p.gathers, request) // asked again: the newer one counts
		}
	}
	p.requests++
	g := &gather{topic: topic, session: session, missing: map[string]bool{}}
	for _, source := range sources {
		g.missing[source] = true
	}
	p.gathers[p.requests] = g
	p.finish(p.requests)
	return p.requests
}

// ready takes one connection's part.
func (p *pages) ready(m SnapshotReady) {
	g, ok := p.gathers[m.Request]
	if !ok || !g.missing[m.Source] {
		return
	}
	delete(g.missing, m.Source)
	g.parts = append(g.parts, m.Items)
	p.finish(m.Request)
}

// late gives up waiting: a connection that is away sends a new snapshot when it is back.
func (p *pages) late(request uint64) {
	if g, ok := p.gathers[request]; ok {
		clear(g.missing)
		p.finish(request)
	}
}

func (p *pages) finish(request uint64) {
	g := p.gathers[request]
	if len(g.missing) > 0 {
		return
	}
	delete(p.gathers, request)
	s, ok := p.sessions[g.session]
	if !ok {
		return
	}
	s.Tell(pageSnapshot{Topic: g.topic, Data: joinArrays(g.parts)})
	for _, event := range g.after {
		s.Tell(event)
	}
}

// joinArrays makes one JSON array of several.
func joinArrays(parts []json.RawMessage) json.RawMessage {
	out := []byte{'['}
	for _, part := range parts {
		inner := bytes.TrimSpace(part)
		if len(inner) < 2 || inner[0] != '[' {
			continue // null: nothing there
		}
		inner = bytes.TrimSpace(inner[1 : len(inner)-1])
		if len(inner) == 0 {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(out, inner...)
	}
	return append(out, ']')
}

// ---- analyses ----

// watch notes that a session follows a strategy's analysis; first tells whether
// it is the only one.
func (p *pages) watch(id trade.StrategyID, session string) (first bool) {
	if p.watchers[id] == nil {
		p.watchers[id] = map[string]bool{}
	}
	p.watchers[id][session] = true
	return len(p.watchers[id]) == 1
}

func (p *pages) unwatch(id trade.StrategyID, session string) {
	if !p.watchers[id][session] {
		return
	}
	delete(p.watchers[id], session)
	if len(p.watchers[id]) == 0 {
		delete(p.watchers, id)
		delete(p.analyses, id)
		p.left = append(p.left, id)
	}
}

func (p *pages) watches(id trade.StrategyID) bool { return len(p.watchers[id]) > 0 }

// unwatched gives the strategies that lost their last watcher since the last call.
func (p *pages) unwatched() []trade.StrategyID {
	left := p.left
	p.left = nil
	return left
}
