package actors

import (
	"encoding/json"
	"time"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

// This file holds the messages that cross actors. Commands are imperative, events past, and the
// answer to a query is the plain noun. Every message is immutable once sent.

// ---- executor -> connection ----

// EnterPosition asks the connection to place a bracket for a strategy. The connection decides
// (trade.Account), commits, sends; the executor hears EntryDenied, or TradeChanged and EntryEnded.
type EnterPosition struct {
	kit.Must
	From          kit.Ref // the executor
	Intent        trade.IntentID
	Strategy      trade.StrategyID
	StrategyName  string
	ConfigVersion int
	Instrument    trade.Instrument
	Plan          strategy.Plan
	Spec          trade.Spec      // fresh, from the market
	Ticker        trade.Ticker    // fresh, from the market
	CandleTime    time.Time       // open time of the deciding candle; zero: none
	GoodUntil     time.Time       // exchange time after which the signal is stale; zero: no limit
	Config        strategy.Config // for the levels after the fill
	Decision      trade.Decision  // committed with the intent
	Counters      trade.Counters  // of the strategy, committed with the change that moves them
}

// MoveStop asks to amend the stop of an open trade (break-even). Never a cancel first.
type MoveStop struct {
	kit.Must
	Trade     trade.TradeID
	Price     trade.Dec
	Mark      trade.Dec // the present mark price
	BreakEven bool
}

// CloseTrade asks to close an open trade at market, reduce-only; Reason is an exit reason.
type CloseTrade struct {
	kit.Must
	Trade  trade.TradeID
	Reason string
}

// FollowAccount asks the connection to tell an executor about its strategy: at once an
// AccountState, and from then on every change.
type FollowAccount struct {
	From       kit.Ref // the executor
	Strategy   trade.StrategyID
	Instrument trade.Instrument
	Counters   trade.Counters // as loaded; the connection's own are newer when it has any
	Cooldown   time.Duration  // after an exit fill
}

// ---- connection -> executor (through its user) ----

// AccountState tells an executor whether entries are allowed, what its account is worth, and its
// open trade.
type AccountState struct {
	kit.Must
	Strategy trade.StrategyID
	Ready    bool   // reconciled and allowed to enter
	Reason   string // why not
	Balances []trade.Balance
	Trade    *trade.Trade // the strategy's open trade
	Position trade.VenuePosition
	Entering bool // an entry of the strategy is under way
	Foreign  bool // the exchange's position differs from what our fills explain
	Counters trade.Counters
	At       time.Time
}

// EntryDenied says that our own rules refused an entry; nothing was sent.
type EntryDenied struct {
	kit.Must
	Strategy trade.StrategyID
	Intent   trade.IntentID
	Err      *trade.Error
}

// EntryEnded says that the exchange gave its final word on an entry order that got no fill.
type EntryEnded struct {
	kit.Must
	Strategy trade.StrategyID
	Intent   trade.IntentID
	State    trade.OrderState // rejected, cancelled or expired
	Reason   string
}

// TradeChanged carries a trade after it was stored: opened, grown, moved, closed.
type TradeChanged struct {
	kit.Must
	Strategy trade.StrategyID
	Trade    trade.Trade
	Counters trade.Counters // of the strategy after this change
	ByHand   bool           // closed by an order that is not ours
	At       time.Time      // exchange time
}

// ---- executor and pages -> market ----

// FollowMarket is a lease on a market: renewed every 15 s, dropped after 60 s. With a SignalKey the
// follower hears SignalRaised; with Analysis set it also hears AnalysisChanged after every candle.
type FollowMarket struct {
	Follower string  // unique name of the lease
	From     kit.Ref // who is told
	Config   strategy.Config
	Ticker   bool
	Candles  []trade.Resolution // in the order of trade.Resolutions
	Analysis bool
}

// LeaveMarket ends a lease at once.
type LeaveMarket struct{ Follower string }

// SetTrigger asks to be woken once when the mark price crosses; a lease, like FollowMarket.
// Above tells the direction: true when mark >= Price wakes it.
type SetTrigger struct {
	Follower string
	From     kit.Ref // who is told
	Price    trade.Dec
	Above    bool
}

// ClearTrigger withdraws a trigger.
type ClearTrigger struct{ Follower string }

// ToMarket reaches a market through markets, which starts it when it is not there.
type ToMarket struct {
	Market trade.Market
	Msg    any
}

// Fail answers the sender of Msg, when it waits.
func (m ToMarket) Fail(err error) { kit.Fail(m.Msg, err) }

// ---- market -> followers ----

// MarketStarted is sent to all by markets after a market (re)started: renew your leases.
type MarketStarted struct {
	Market trade.Market
	Epoch  int
}

// MarketState tells followers what the market can be used for.
type MarketState struct {
	Market trade.Market
	Spec   trade.Spec
	Ticker trade.Ticker
	Stale  bool // silent beyond the feed's rhythm: no entries
	Reason string
}

// SignalRaised wakes an executor whose signal fired on the candle that just closed.
type SignalRaised struct {
	kit.Must
	Market   trade.Market
	Key      string
	Analysis strategy.Analysis
	Spec     trade.Spec
	Ticker   trade.Ticker
	ClosedAt time.Time // the candle's end, exchange time
	Now      time.Time // exchange time
}

// AnalysisChanged carries the shared half of the analysis view after a candle.
type AnalysisChanged struct {
	Market   trade.Market
	Key      string
	Analysis strategy.Analysis
}

// SignalFailed says that a signal key was quarantined; its executors are degraded.
type SignalFailed struct {
	kit.Must
	Key    string
	Reason string
}

// PageItem is what a market's followers are told, as pages are sent it: written once for all of them.
type PageItem struct {
	Topic string
	Key   string // of what the newest replaces
	Data  json.RawMessage
}

// TickerMoved carries the newest ticker to those who asked for it; conflated on the way.
type TickerMoved struct {
	Market trade.Market
	Ticker trade.Ticker
	Page   PageItem
}

// CandleMoved carries a candle that grows (Final false) or has closed.
type CandleMoved struct {
	Market     trade.Market
	Resolution trade.Resolution
	Candle     trade.Candle
	Final      bool
	Page       PageItem
}

// CandlesKept carries the newest candles of one length that a market keeps, oldest first, the
// growing one last.
type CandlesKept struct {
	Market     trade.Market
	Resolution trade.Resolution
	Candles    []trade.Candle
	Page       PageItem
}

// PriceReached says that a trigger fired; it is gone now.
type PriceReached struct {
	kit.Must
	Market trade.Market
	Ticker trade.Ticker
}

// ---- user -> its sessions ----

// Published is one event for the user's pages: a topic and its ready-made JSON data.
// Must events are never dropped; the others are conflated by Key to the newest.
type Published struct {
	Topic  string
	Key    string
	Must   bool
	Source string // name of the connection that it comes from; "" for the user's own
	Data   json.RawMessage
}

// Undroppable lets the events that must arrive pass a full mailbox.
func (p Published) Undroppable() bool { return p.Must }

// ---- user -> connection ----

// AllowEntries opens or closes an account for new entries; exits and cancels always pass. It is
// sent when a user is disabled or enabled.
type AllowEntries struct {
	kit.Must
	Allowed bool
	Reason  string
}

// GetBalances asks a connection for its balances.
type GetBalances struct{ kit.Reply[[]trade.Balance] }

// GetPositions asks a connection for its positions.
type GetPositions struct {
	kit.Reply[[]trade.PositionView]
}

// GetOrders asks a connection for the live orders in an instrument ("" for all).
type GetOrders struct {
	kit.Reply[[]trade.OrderView]
	Instrument trade.Instrument
}

// ClosePosition asks a connection to close a position at market, reduce-only; it is answered when
// the exit order is accepted.
type ClosePosition struct {
	kit.Must
	kit.Reply[struct{}]
	Instrument trade.Instrument
	Reason     string // exit reason
}

// ProtectPosition asks a connection for a stop under a position; it is answered when the exchange has
// taken one, or at once when one stands.
type ProtectPosition struct {
	kit.Must
	kit.Reply[trade.Protection]
	Command trade.ProtectCommand
}

// CloseStrategyTrade asks a connection to break off an entry of a strategy that was stopped, and to
// close its open trade. With Keep only an entry that was not sent yet is broken off: a stop that was
// answered must not be followed by an order.
type CloseStrategyTrade struct {
	kit.Must
	Strategy trade.StrategyID
	Reason   string // exit reason
	Keep     bool
}

// SnapshotWanted asks a connection for its items of a topic (orders, trades, positions, balance).
// The SnapshotReady goes to the user on the same path as the topic's events.
type SnapshotWanted struct {
	Topic   string
	Request uint64
}

// ---- connection -> user ----

// SnapshotReady answers SnapshotWanted: Items is a JSON array, every item with its broker and
// environment.
type SnapshotReady struct {
	kit.Must
	Topic   string
	Request uint64
	Source  string // the connection's name, as in Published
	Items   json.RawMessage
}

// ConnectionChanged tells the user how its connection stands, after every change.
type ConnectionChanged struct {
	kit.Must
	Status trade.ConnectionStatus
	// HasPosition tells whether any position is open there.
	HasPosition bool
}

// ---- user -> executor ----

// GetAnalysis asks an executor for its analysis view.
type GetAnalysis struct {
	kit.Reply[json.RawMessage]
}

// WatchAnalysis tells an executor whether any page follows its analysis. While one does, it sends
// Published with topic and key analysis:<strategyId> after every change, and once at the beginning.
type WatchAnalysis struct{ On bool }

// ---- executor -> user ----

// StrategyChanged tells the user what a strategy is doing, after every change of state.
type StrategyChanged struct {
	kit.Must
	Strategy trade.StrategyID
	State    trade.State
	Reason   string
	Trade    *trade.Trade    // the open round trip
	Counters *trade.Counters // when they changed
}

// StrategyEnded asks the user to commit a new will for a strategy that ends by itself: stopped
// (trade.Completed), paused or error. The executor is stopped once it is committed.
type StrategyEnded struct {
	kit.Must
	Strategy trade.StrategyID
	Status   trade.Status
	Act      string // last action
	Message  string // for the user
}
