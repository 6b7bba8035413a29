package brokertest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

// Trouble is a switch of the exchange, and what the contract allows while it is on.
type Trouble struct {
	Name    string           // of the case
	Switch  string           // as the exchange calls it
	How     any              // what the switch is told
	Orders  []broker.Outcome // how orders may fail meanwhile; none: they may not
	Beside  bool             // it strikes at once: it is turned beside an entry, and then beside an exit
	Holding bool             // it strikes at once, and somebody who has a position
	Cuts    bool             // it ends connections, and the session is back before it is over
	Quiet   bool             // it is never to strike, whatever is asked: the adapter keeps clear of it
	Early   bool             // it strikes only who connects
	Auth    bool             // it may look like a refused key
	Mute    bool             // the session may wait long for what it asks first
	Spends  bool             // it takes credit that the adapter counts on
	Turns   bool             // both legs may fill, so that the position turns over
	Lasts   time.Duration    // that it goes on when it has been ended
}

// The ways in which an order may fail.
var (
	AnyFailure = []broker.Outcome{broker.NotSent, broker.Refused, broker.Unknown}
	NoAnswer   = []broker.Outcome{broker.NotSent, broker.Unknown}
)

// RunTroubles lives a short life under each trouble, twice: once with the trouble there before the
// session is, and once when the session is up. Then the trouble ends, and all must be well by itself.
func RunTroubles(t *testing.T, open func(testing.TB) Harness, troubles []Trouble) {
	for _, trouble := range troubles {
		t.Run(trouble.Name, func(t *testing.T) {
			t.Parallel()
			s := &suite{T: t, Harness: open(t)}
			l := s.life(trouble)
			l.run("early", l.open)
			l.run("late", func() {})
			l.afterwards()
		})
	}
}

const (
	briefly   = 300 * time.Millisecond  // what a call is given whose answer may never come
	validity  = 1000 * time.Millisecond // of an order of which nobody may ever hear
	recovery  = time.Minute             // within which all is well again
	lookAgain = 20 * time.Millisecond
)

// life is one account's way through a trouble.
type life struct {
	*suite
	trouble Trouble
	key     trade.Key
	spec    trade.Spec
	began   time.Time // by the exchange's clock

	feed    broker.Feed
	news    *recorder[broker.FeedEvent]
	session broker.Session
	events  *recorder[broker.SessionEvent]
	witness broker.Session // opened when the trouble is over; it knows nothing of what was

	bracket trade.Bracket // of this round
	claims  []claim       // what was said of the orders of this round
	doubt   bool          // what became of one of them is not known
	cut     string        // the order beside which a trouble that cuts is turned
	until   time.Time     // after which none of them can start any more
}

// claim is what an answer said of an order.
type claim struct {
	label   string
	outcome broker.Outcome // 0: done
	placed  broker.Placed
}

func (s *suite) life(trouble Trouble) *life {
	l := &life{suite: s, trouble: trouble, key: s.NewKey(s)}
	l.spec, _ = s.market()
	l.feed, l.news = s.feed()
	l.feed.Watch(s.Instrument)
	l.feed.WatchBook(s.Instrument)
	l.began = s.exchangeTime(l.feed).Add(-time.Minute)
	return l
}

// open opens the session. It need not come up: that is the trouble's.
func (l *life) open() {
	l.events = newRecorder[broker.SessionEvent](l.T)
	l.session = l.Venue.OpenSession(l.key, l.events.add)
	l.Cleanup(l.session.Close)
}

// run is one round: the trouble begins, life goes on, the trouble ends, and all is well.
func (l *life) run(round string, begin func()) {
	ticker, err := l.feed.Ticker(l.ctx(), l.Instrument)
	require.NoError(l, err)
	l.claims, l.doubt, l.cut = nil, false, ""
	if !l.trouble.Beside && !l.trouble.Holding {
		l.Fault(l, l.trouble.Switch, l.trouble.How)
	}
	begin()
	l.settle()
	l.bracket = l.suite.bracket(l.session, trade.Buy, l.spec, ticker)
	l.bracket.EntryLabel, l.bracket.StopLabel, l.bracket.TargetLabel = "tb-"+round+"-e", "tb-"+round+"-s", "tb-"+round+"-t"
	if l.trouble.Turns {
		l.bracket.Target = ticker.Mark.FloorTo(l.spec.TickSize).Sub(l.spec.TickSize.Mul(trade.NewDec(100))) // fills at once
	}
	exit := "tb-" + round + "-x"
	downs := count[broker.SessionDown](l.events)
	if l.trouble.Beside {
		l.cut = map[string]string{"early": l.bracket.EntryLabel, "late": exit}[round]
	}
	l.live(exit)
	if l.trouble.Cuts && round == "late" {
		l.eventually(func() bool { return count[broker.SessionDown](l.events) > downs && l.up() }, "back before the trouble ends")
	}

	l.struck(round)
	l.Clear(l, l.trouble.Switch)
	if l.trouble.Lasts > 0 {
		l.until, l.doubt = l.session.Now().Add(l.trouble.Lasts), true
	}
	l.recover()
	l.resolve()
	l.clean("tb-" + round + "-c")
	l.account()
}

// struck makes sure that the trouble was there.
func (l *life) struck(round string) {
	switch {
	case l.trouble.Quiet:
		require.Zero(l, l.Struck(l, l.trouble.Switch))
	case !l.trouble.Early || round == "early":
		l.eventually(l.strikes, "the trouble strikes")
	}
}

// strikes gives the trouble something more to strike until it has.
func (l *life) strikes() bool {
	if l.Struck(l, l.trouble.Switch) > 0 {
		return true
	}
	ctx, cancel := context.WithTimeout(l.Context(), briefly)
	defer cancel()
	_, _ = l.session.Balances(ctx)
	return false
}

// settle waits until the session is up. Where it has been lost or cannot be had it gives it a moment.
func (l *life) settle() {
	deadline := time.After(patience)
	var soon <-chan time.Time
	for !l.up() {
		if soon == nil && (l.trouble.Mute || count[broker.SessionDown](l.events) > 0) {
			soon = time.After(2 * briefly)
		}
		select {
		case <-l.events.arrived:
		case <-soon:
			return
		case <-deadline:
			return
		}
	}
}

// up tells whether the last thing said of the link is that it is up.
func (l *life) up() (up bool) {
	l.events.mu.Lock()
	defer l.events.mu.Unlock()
	for _, e := range l.events.events {
		switch e.(type) {
		case broker.SessionUp:
			assert.False(l, up, "up twice")
			up = true
		case broker.SessionDown:
			up = false
		case broker.KeyRefused:
			assert.True(l, l.trouble.Auth, "the key is well: %v", e)
		}
	}
	return up
}
