package main

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"
)

// habit is something that people do with the page open, and how often beside the others.
type habit struct {
	weight int
	fits   func(role) bool
	do     func(p *person, ctx context.Context, due time.Time)
}

func anybody(role) bool          { return true }
func connected(r role) bool      { return r.connects }
func runsSomething(r role) bool  { return r.strategy != "" }
func runsAnalysis(r role) bool   { return r.strategy == "Razor" }
func runsFast(r role) bool       { return r.strategy == fastTest }
func look(route string) habitDo  { return lookAt(route, func(*person) string { return route }) }
func paperLook(r string) habitDo { return lookAt(r, func(*person) string { return r + paper }) }

type habitDo = func(*person, context.Context, time.Time)

// lookAt reads one thing.
func lookAt(route string, path func(*person) string) habitDo {
	return func(p *person, _ context.Context, due time.Time) {
		_, _ = p.call(call{stage: "steady", method: http.MethodGet, route: route, path: path(p), due: due}) // counted
	}
}

func ofMarket(route, prefix, query string) habitDo {
	return lookAt(route, func(p *person) string { return prefix + p.market + paper + query })
}

func ofStrategy(route, prefix string) habitDo {
	return lookAt(route, func(p *person) string { return prefix + url.PathEscape(p.strategyID()) })
}

var habits = []habit{
	{6, anybody, ofMarket("/api/v2/ticker/{instrument}", "/api/v2/ticker/", "")},
	{3, anybody, ofMarket("/api/v2/candles/{instrument}", "/api/v2/candles/", "&limit=200")},
	{4, anybody, look("/api/connection/status")},
	{2, anybody, look("/api/auth/me")},
	{2, anybody, look("/api/v2/strategies")},
	{2, anybody, paperLook("/api/v2/instruments")},
	{4, anybody, look("/api/user/trades/history")},
	{3, anybody, look("/api/user/trades/stats")},
	{2, anybody, look("/api/user/trades/equity")},
	{1, anybody, look("/api/user/limits")},
	{2, anybody, (*person).reload},
	{8, connected, paperLook("/api/v2/balance")},
	{8, connected, paperLook("/api/v2/positions")},
	{4, connected, ofMarket("/api/v2/orders/{instrument}", "/api/v2/orders/", "")},
	{6, runsSomething, look("/api/strategy/status")},
	{4, runsAnalysis, ofStrategy("/api/strategy/analysis/{strategyId}", "/api/strategy/analysis/")},
	{3, runsSomething, ofStrategy("/api/strategy/decisions/{strategyId}", "/api/strategy/decisions/")},
	{8, runsFast, (*person).tryAgain},
}

// choose draws what a person of this role does next.
func choose(random *rand.Rand, r role) habit {
	total := 0
	for _, h := range habits {
		if h.fits(r) {
			total += h.weight
		}
	}
	at := random.IntN(total)
	for _, h := range habits {
		if !h.fits(r) {
			continue
		}
		if at -= h.weight; at < 0 {
			return h
		}
	}
	panic("the weights do not add up")
}

// tryAgain starts Fast Test once more when the page says that it has ended, and else looks at it.
func (p *person) tryAgain(_ context.Context, due time.Time) {
	if g := p.page.Load(); g == nil || !g.stopped(p.strategyID()) {
		look("/api/strategy/status")(p, nil, due)
		return
	}
	_ = p.startStrategy("steady", due) // counted
}

// stopped tells whether the page knows a strategy to have stopped with nothing left at the exchange.
func (g *page) stopped(strategy string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.view["strategies"][strategy] == "stopped halted" && len(g.view["positions"])+len(g.view["orders"]) == 0
}
