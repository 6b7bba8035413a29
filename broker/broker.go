// Package broker is the port that every exchange adapter fulfils. It speaks trade's words only;
// the adapters live in the folders below, and brokertest is the suite that each must pass.
package broker

import (
	"context"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

// Venue opens the links that one environment of one exchange offers. It is safe for concurrent use.
type Venue interface {
	// ID tells which venue this is.
	ID() trade.Venue
	// OpenFeed starts the public feed. It connects, and reconnects for ever, by itself; sink is
	// called in order from one goroutine at a time and must not block.
	OpenFeed(sink func(FeedEvent)) Feed
	// OpenSession starts one account's private session, on the same terms as OpenFeed.
	OpenSession(key trade.Key, sink func(SessionEvent)) Session
	// CheckKey logs in once with no scope asked and tells what the key may do. A key that the
	// exchange refuses gives an Error with Outcome Refused and Auth set.
	CheckKey(ctx context.Context, key trade.Key) (trade.Grant, error)
}

// Feed is public market data of a venue. Calls fail with Outcome NotSent while it is down.
type Feed interface {
	// Instruments lists the perpetuals that can be traded.
	Instruments(ctx context.Context) ([]trade.Spec, error)
	// Candles gives the candles of a length whose open time is in [from, to], oldest first. It asks
	// as often as the exchange's page size demands. The last one may still be growing.
	Candles(ctx context.Context, instrument trade.Instrument, resolution trade.Resolution, from, to time.Time) ([]trade.Candle, error)
	// Ticker asks for the newest state of a market.
	Ticker(ctx context.Context, instrument trade.Instrument) (trade.Ticker, error)
	// Watch keeps TickerChanged and CandleChanged coming for an instrument, over reconnects too.
	Watch(instrument trade.Instrument)
	// Unwatch ends what Watch began.
	Unwatch(instrument trade.Instrument)
	// WatchBook keeps an instrument's order book up to date, over gaps and reconnects too. It is
	// one book for all who watch it.
	WatchBook(instrument trade.Instrument)
	// UnwatchBook ends what WatchBook began.
	UnwatchBook(instrument trade.Instrument)
	// Book is a watched order book as it is now, best price first and depth levels a side at most.
	// False says that it is not known: nobody watches it, or it waits for a fresh snapshot.
	Book(instrument trade.Instrument, depth int) (trade.Book, bool)
	// Clock tells how the exchange's clock stands against ours.
	Clock() trade.Clock
	// Close ends the feed and waits for its goroutines.
	Close()
}

// FeedEvent is one of FeedUp, FeedDown, TickerChanged, CandleChanged and InstrumentsChanged.
type FeedEvent interface{ feedEvent() }

// FeedUp says that the feed is connected and every watched instrument is subscribed.
type FeedUp struct{}

// FeedDown says that the link is lost; the feed is already trying again at Next, which is zero
// while it waits for one of the connections that the exchange allows.
type FeedDown struct {
	Err  error
	Next time.Time
}

// TickerChanged carries a new state of a market.
type TickerChanged struct{ Ticker trade.Ticker }

// CandleChanged carries a candle that is growing; it is final when one with a later open time comes.
type CandleChanged struct {
	Instrument trade.Instrument
	Candle     trade.Candle
}

// InstrumentsChanged says that what Instruments gave may hold no longer: the exchange told of a
// change, or refused an order in a way that only another contract explains.
type InstrumentsChanged struct{}

func (FeedUp) feedEvent()             {}
func (FeedDown) feedEvent()           {}
func (TickerChanged) feedEvent()      {}
func (CandleChanged) feedEvent()      {}
func (InstrumentsChanged) feedEvent() {}

// Session is one account's private link. Each call is sent at most once; its error is an *Error
// whose Outcome tells whether the exchange has acted, has refused, or nobody knows.
type Session interface {
	// PlaceBracket sends a market entry with its stop and target as one linked order (OTOCO,
	// incremental). Fills arrive as events; the answer may already carry them too.
	PlaceBracket(ctx context.Context, b trade.Bracket) (Placed, error)
	// Place sends one single order (a stop, a target or an exit).
	Place(ctx context.Context, o trade.Order) (Placed, error)
	// Amend moves a live order's price or trigger price, or changes its amount; zero fields stay.
	Amend(ctx context.Context, a Amendment) (trade.VenueOrder, error)
	// Cancel cancels one live order. An order that is already gone gives Outcome Refused with Gone set.
	Cancel(ctx context.Context, id trade.VenueOrderID) (trade.VenueOrder, error)
	// Order asks for one order.
	Order(ctx context.Context, id trade.VenueOrderID) (trade.VenueOrder, error)
	// OrdersByLabel asks for the recent orders, live and closed, that carry a label.
	OrdersByLabel(ctx context.Context, settlement trade.Currency, label string) ([]trade.VenueOrder, error)
	// OpenOrders lists every live order of the account, foreign ones and waiting legs included.
	OpenOrders(ctx context.Context) ([]trade.VenueOrder, error)
	// Positions lists every position that is not flat.
	Positions(ctx context.Context) ([]trade.VenuePosition, error)
	// Balances lists the account's currencies.
	Balances(ctx context.Context) ([]trade.Balance, error)
	// Fills lists the account's fills in an instrument with seq > after, oldest first, paging until
	// done. With after 0 it lists those since the given time instead.
	Fills(ctx context.Context, instrument trade.Instrument, after int64, since time.Time) ([]trade.Fill, error)
	// Funding gives the interest booked on an instrument in [from, to], positive when received.
	Funding(ctx context.Context, spec trade.Spec, from, to time.Time) (trade.Dec, error)
	// Delivery tells whether an instrument was delivered to the account in [from, to], and at which price.
	Delivery(ctx context.Context, spec trade.Spec, from, to time.Time) (trade.Delivery, error)
	// Now is the exchange's time by the measured clock offset.
	Now() time.Time
	// Clock tells how the exchange's clock stands against ours.
	Clock() trade.Clock
	// Close ends the session and waits for its goroutines. Orders stay as they are.
	Close()
}

// Placed is the exchange's answer to a new order.
type Placed struct {
	Order trade.VenueOrder
	Legs  []trade.VenueOrderID // placeholder ids of the linked legs; the live legs get other ids
	Fills []trade.Fill
}

// Amendment changes a live order. Zero decimals mean "leave as it is".
type Amendment struct {
	Order        trade.VenueOrderID
	Instrument   trade.Instrument
	Amount       trade.Dec // the exchange wants it with every amendment: the full amount
	Price        trade.Dec
	TriggerPrice trade.Dec
}

// SessionEvent is one of SessionUp, SessionDown, KeyRefused, OrderChanged, Filled,
// PositionChanged and BalanceChanged.
type SessionEvent interface{ sessionEvent() }

// SessionUp says that the session is logged in and subscribed; anything may have happened before,
// so the owner reconciles now. What has happened since the subscription may be told before it.
// Grant is what this login was given, which may be less than the key may do.
type SessionUp struct{ Grant trade.Grant }

// SessionDown says that the link is lost; the session is already trying again at Next, which is
// zero while it waits for one of the connections that the exchange allows, or for the end of a
// maintenance (Err is then an *Error with Closed set, and told once). Several sessions may lose a
// link that they share at the same moment; each comes back by itself.
type SessionDown struct {
	Err  error
	Next time.Time
}

// KeyRefused says that the exchange no longer takes this key, or that the key may do too much. Err
// holds a *trade.Error whose code tells the cases apart: key_refused, key_address_refused, key_revoked
// (it worked before), key_can_withdraw, key_can_edit_account, key_can_do_more, key_cannot_trade,
// key_cannot_read_account. It comes after the SessionDown of the same cause. The session tries again
// at most every five minutes, and then looks at all that the key may do before it is up.
type KeyRefused struct{ Err error }

// OrderChanged carries an order of the account, ours or not.
type OrderChanged struct{ Order trade.VenueOrder }

// Filled carries one fill; the same one may come twice.
type Filled struct{ Fill trade.Fill }

// PositionChanged carries a position; size 0 means flat.
type PositionChanged struct{ Position trade.VenuePosition }

// BalanceChanged carries one currency of the account.
type BalanceChanged struct{ Balance trade.Balance }

func (SessionUp) sessionEvent()       {}
func (SessionDown) sessionEvent()     {}
func (KeyRefused) sessionEvent()      {}
func (OrderChanged) sessionEvent()    {}
func (Filled) sessionEvent()          {}
func (PositionChanged) sessionEvent() {}
func (BalanceChanged) sessionEvent()  {}
