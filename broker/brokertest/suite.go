// Package brokertest is the one contract that every exchange adapter passes, over real sockets
// against an exchange that may be traded on.
package brokertest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

// Harness is an adapter and the exchange behind it.
type Harness struct {
	Venue       broker.Venue               // speaks to the exchange through Wire
	Wire        *Wire                      // what lies between the two
	Instrument  trade.Instrument           // a linear perpetual with a market on both sides
	Other       trade.Instrument           // another one with a market
	NewKey      func(testing.TB) trade.Key // a key of a fresh, funded account that may trade and nothing else
	WithdrawKey func(testing.TB) trade.Key // a key that may withdraw as well

	// What RunTroubles needs beside.
	Fault     func(t testing.TB, name string, how any) // turns a switch of the exchange
	Clear     func(t testing.TB, name string)          // ends what a switch does
	Struck    func(t testing.TB, name string) int64    // how often a switch has struck since it was cleared
	Overspent func(t testing.TB) int64                 // requests beyond an account's bucket, since the start
}

// Run holds an adapter to the contract of package broker. Each part gets a harness of its own.
func Run(t *testing.T, open func(testing.TB) Harness) {
	for _, part := range []struct {
		name string
		test func(*suite)
	}{
		{"Key/good", (*suite).keyGood},
		{"Key/wrong_secret", (*suite).keyWrongSecret},
		{"Key/can_withdraw", (*suite).keyCanWithdraw},
		{"Feed/instruments", (*suite).feedInstruments},
		{"Feed/candles", (*suite).feedCandles},
		{"Feed/longer_candles", (*suite).feedLongerCandles},
		{"Feed/ticker", (*suite).feedTicker},
		{"Feed/watch", (*suite).feedWatch},
		{"Feed/reconnect", (*suite).feedReconnect},
		{"Feed/book", (*suite).feedBook},
		{"Session/up", (*suite).sessionUp},
		{"Session/wrong_secret", (*suite).sessionWrongSecret},
		{"Session/closed", (*suite).sessionClosed},
		{"Order/bracket", (*suite).orderBracket},
		{"Order/short", (*suite).orderShort},
		{"Order/single", (*suite).orderSingle},
		{"Order/amend", (*suite).orderAmend},
		{"Order/cancel", (*suite).orderCancel},
		{"Order/refused", (*suite).orderRefused},
		{"Order/expired", (*suite).orderExpired},
		{"Account/figures", (*suite).accountFigures},
		{"Account/fills", (*suite).accountFills},
		{"Account/strangers", (*suite).accountStrangers},
		{"Fault/answer_lost", (*suite).faultAnswerLost},
		{"Fault/link_lost", (*suite).faultLinkLost},
	} {
		t.Run(part.name, func(t *testing.T) {
			part.test(&suite{T: t, Harness: open(t)})
		})
	}
}

// patience is how long a fact may take to come true.
const patience = 15 * time.Second

// suite is one part's run.
type suite struct {
	*testing.T
	Harness
}

func (s *suite) ctx() context.Context {
	ctx, cancel := context.WithTimeout(s.Context(), patience)
	s.Cleanup(cancel)
	return ctx
}

// feed opens the feed and waits until it is up.
func (s *suite) feed() (broker.Feed, *recorder[broker.FeedEvent]) {
	events := newRecorder[broker.FeedEvent](s.T)
	feed := s.Venue.OpenFeed(events.add)
	s.Cleanup(feed.Close)
	await[broker.FeedUp](events)
	return feed, events
}

// spec finds the instrument's contract and a fresh ticker.
func (s *suite) market() (trade.Spec, trade.Ticker) {
	feed, _ := s.feed()
	specs, err := feed.Instruments(s.ctx())
	require.NoError(s, err)
	for _, spec := range specs {
		if spec.Instrument == s.Instrument {
			ticker, err := feed.Ticker(s.ctx(), s.Instrument)
			require.NoError(s, err)
			return spec, ticker
		}
	}
	require.Fail(s, "the instrument is not listed", "%s", s.Instrument)
	return trade.Spec{}, trade.Ticker{}
}

// outcome checks what an error says about the request.
func (s *suite) outcome(want broker.Outcome, err error) *broker.Error {
	s.Helper()
	require.Error(s, err)
	e := broker.As(err)
	require.NotNil(s, e, "every failure of a session is a broker.Error: %v", err)
	require.Equal(s, want, e.Outcome, "%v", err)
	return e
}
