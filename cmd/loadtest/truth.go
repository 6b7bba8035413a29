package main

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

const (
	truthMost   = 500 // people whose pages are compared with the API
	truthTries  = 5   // things move between the two: what differs is looked at again
	truthAtOnce = 8
	missingTold = 20
)

// truth compares what pages were told with what the API says happened.
type truth struct {
	mu      sync.Mutex
	People  int      `json:"people"`
	Due     int      `json:"due"`
	Told    int      `json:"told"`
	Unasked int      `json:"unasked,omitempty"` // people whom the API did not answer
	Missing []string `json:"missing,omitempty"`
}

// verify compares the pages of a sample of people.
func (r *run) verify(ctx context.Context) {
	var sample []*person
	for _, p := range r.people {
		if g := p.page.Load(); p.ready.Load() && g != nil && !g.over() {
			sample = append(sample, p)
		}
	}
	random := rand.New(rand.NewPCG(r.o.Seed, 2))
	random.Shuffle(len(sample), func(i, j int) { sample[i], sample[j] = sample[j], sample[i] })
	together(truthAtOnce, sample[:min(len(sample), truthMost)], func(p *person) { r.truth.compare(ctx, p) })
}

func (g *page) over() bool {
	select {
	case <-g.ended:
		return true
	default:
		return false
	}
}

func (t *truth) compare(ctx context.Context, p *person) {
	var due int
	var missing []string
	var err error
	for try := range truthTries {
		if due, missing, err = p.differences(); err == nil && len(missing) == 0 || try == truthTries-1 {
			break
		}
		select {
		case <-time.After(p.run.pause):
		case <-ctx.Done():
			return
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.People++
	if err != nil {
		t.Unasked++
		return
	}
	t.Due, t.Told = t.Due+due, t.Told+due-len(missing)
	t.Missing = append(t.Missing, missing[:min(len(missing), max(0, missingTold-len(t.Missing)))]...)
}

// differences asks the API for all that the page should know.
func (p *person) differences() (due int, missing []string, err error) {
	g := p.page.Load()
	said, err := p.said(g)
	if err != nil {
		return 0, nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, kind := range kinds {
		told := maps.Clone(g.view[kind])
		for key, fact := range said[kind] {
			due++
			if told[key] != fact {
				missing = append(missing, fmt.Sprintf("user %d, %s %s: the API says %q, the socket told %q", p.number, kind, key, fact, told[key]))
			}
			delete(told, key)
		}
		if kind == "trades" {
			continue // closed ones of earlier may be beyond the page that was asked for
		}
		for key, fact := range told {
			due++
			missing = append(missing, fmt.Sprintf("user %d, %s %s: the socket told %q, the API knows of nothing", p.number, kind, key, fact))
		}
	}
	return due, missing, nil
}

// said is the API's view of the same things.
func (p *person) said(g *page) (view, error) {
	v := newView()
	for _, question := range p.questions() {
		a, err := p.call(call{method: http.MethodGet, route: question.route, path: question.path, due: time.Now(), stage: "truth", apart: true})
		if err != nil {
			return nil, err
		}
		for _, item := range a.body.GetArray(question.list) {
			if question.kind != "trades" || !oldTrade(item, g.opened) {
				v.update(question.kind, item)
			}
		}
	}
	return v, nil
}

// question is where the API tells what a topic tells too.
type question struct{ kind, route, path, list string }

func (p *person) questions() []question {
	list := []question{
		{"connection", "/api/connection/status", "", "connections"},
		{"strategies", "/api/strategy/status", "", "strategies"},
		{"trades", "/api/user/trades/history", "/api/user/trades/history?limit=200", "trades"},
	}
	if p.role.connects {
		list = append(list,
			question{"orders", "/api/v2/orders/{instrument}", "/api/v2/orders/" + p.market + paper, "orders"},
			question{"positions", "/api/v2/positions", "/api/v2/positions" + paper, "positions"},
			question{"balance", "/api/v2/balance", "/api/v2/balance" + paper, "balances"})
	}
	return list
}

const paper = "?environment=paper"
