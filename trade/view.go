package trade

import (
	"encoding/json"
	"time"
)

// The states of a user's connection to a venue.
const (
	ConnDisconnected = "disconnected" // not wanted
	ConnConnecting   = "connecting"   // wanted, link or login not there yet
	ConnReconciling  = "reconciling"  // logged in, comparing with the exchange; no entries yet
	ConnConnected    = "connected"    // entries are allowed
	ConnKeyInvalid   = "key_invalid"  // the exchange refuses the key; needs the user
	ConnDegraded     = "degraded"     // a part failed too often; needs an admin
)

// ConnectionStatus is a connection as its user sees it.
type ConnectionStatus struct {
	Venue
	State                 string     `json:"state"`
	IsConnected           bool       `json:"isConnected"`
	IsAuthenticated       bool       `json:"isAuthenticated"`
	Simulated             bool       `json:"simulated"`
	RealMoney             bool       `json:"realMoney"`
	ConnectedAt           *time.Time `json:"connectedAt"`
	UptimeSeconds         int64      `json:"uptimeSeconds"`
	LastError             string     `json:"lastError,omitempty"`
	NextAttemptAt         *time.Time `json:"nextAttemptAt"`
	ActiveStrategiesCount int        `json:"activeStrategiesCount"`
}

// StrategyStatus is a strategy instance with what it is doing right now.
type StrategyStatus struct {
	Instance
	Broker      Broker      `json:"broker"`
	Environment Environment `json:"environment"`
	Instrument  Instrument  `json:"instrument"`
	IsRunning   bool        `json:"isRunning"`
	State       State       `json:"state"`
	StateReason string      `json:"stateReason,omitempty"`
	Trade       *Trade      `json:"trade"` // the open round trip
}

// StartStrategy asks for a strategy to run.
type StartStrategy struct {
	Name   string
	Market Market
	Config json.RawMessage
}

// PositionView is a position with the stop and target that protect it.
type PositionView struct {
	VenuePosition
	Venue
	Side       Side       `json:"side"`
	StopLoss   Dec        `json:"stopLoss"`   // 0: none of ours
	TakeProfit Dec        `json:"takeProfit"` // 0: none of ours
	Strategy   StrategyID `json:"strategyId,omitempty"`
	Foreign    bool       `json:"foreign"` // differs from what our own fills explain
}

// OrderView is a live order at the exchange; Role is "" when it is not ours.
type OrderView struct {
	VenueOrder
	Venue
	Role     Role       `json:"role,omitempty"`
	Strategy StrategyID `json:"strategyId,omitempty"`
	Foreign  bool       `json:"foreign"`
}

// TradeFilter selects round trips; zero fields select all.
type TradeFilter struct {
	Strategy   string // strategy name, any case
	Instrument Instrument
	Venue      Venue
	Status     string // open, closed or ""
	Side       Side
	ExitReason string
	From, To   time.Time // of the entry
	ClosedFrom time.Time // of the exit; open ones have none
	ClosedTo   time.Time
	Limit      int // 1 to 200
	Offset     int
	Cursor     string
}

// TradePage is one page of round trips, newest first.
type TradePage struct {
	Trades []Trade `json:"trades"`
	Total  int     `json:"total"` // of the whole filter
	Next   string  `json:"nextCursor,omitempty"`
}

// TradeDetail is one round trip with what it was made of.
type TradeDetail struct {
	Trade    Trade
	Fills    []Fill    // oldest first
	Decision *Decision // why it was entered; nil when nothing of ours decided it
}

// DayResult sums up the round trips that closed on one UTC day, in one currency.
type DayResult struct {
	Day         string      `json:"day"` // 2026-11-24
	Environment Environment `json:"environment"`
	Currency    Currency    `json:"currency"`
	Trades      int         `json:"trades"`
	Wins        int         `json:"wins"`
	Losses      int         `json:"losses"`
	Net         Dec         `json:"net"` // of fees and funding
	Fees        Dec         `json:"fees"`
	Funding     Dec         `json:"funding"`
}

// StatsGroups are what statistics can be grouped by; days, weeks and months are UTC, of the exit.
var StatsGroups = []string{"strategy", "instrument", "version", "day", "week", "month"}

// TradeStats sums up the round trips of a filter, per environment and currency: what is simulated and
// what is real is never added up.
type TradeStats struct {
	Group         string         `json:"group,omitempty"` // what it was grouped by: a name, an instrument, a version, a day, a week or a month
	Environment   Environment    `json:"environment"`
	Currency      Currency       `json:"currency"`
	TotalTrades   int            `json:"totalTrades"` // open ones included
	ClosedTrades  int            `json:"closedTrades"`
	WinningTrades int            `json:"winningTrades"`
	LosingTrades  int            `json:"losingTrades"`
	WinRate       Dec            `json:"winRate"`  // percent of the closed ones
	TotalPnL      Dec            `json:"totalPnl"` // net of fees and funding
	AveragePnL    Dec            `json:"avgPnl"`
	AverageWin    Dec            `json:"avgWin"`
	AverageLoss   Dec            `json:"avgLoss"`    // 0 or less
	WinStreak     int            `json:"winStreak"`  // the most wins in a row
	LossStreak    int            `json:"lossStreak"` // the most losses in a row
	BestTrade     Dec            `json:"bestTrade"`
	WorstTrade    Dec            `json:"worstTrade"`
	Fees          Dec            `json:"fees"`
	Funding       Dec            `json:"funding"`
	ProfitFactor  *Dec           `json:"profitFactor"` // null without a loss
	Expectancy    Dec            `json:"expectancy"`
	MaxDrawdown   Dec            `json:"maxDrawdown"`
	ExitsByReason map[string]int `json:"exitsByReason"`
}
