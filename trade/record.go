package trade

import (
	"encoding/json"
	"time"
)

// User is one account of this server.
type User struct {
	ID        UserID     `json:"id"`
	Email     string     `json:"email"`
	FullName  string     `json:"fullName"`
	IsAdmin   bool       `json:"isAdmin"`
	IsActive  bool       `json:"isActive"`
	CreatedAt time.Time  `json:"createdAt"`
	LastLogin *time.Time `json:"lastLogin"`
}

// Credential is a stored exchange key without its secrets.
type Credential struct {
	ID        string     `json:"id"`
	Account   AccountID  `json:"-"`
	LastFour  string     `json:"lastFour"` // of the key's public half
	Verified  bool       `json:"verified"`
	Grant     Grant      `json:"grant"`
	CreatedAt time.Time  `json:"createdAt"`
	LastUsed  *time.Time `json:"lastUsed"`
}

// Key is an exchange key in the open. It is never logged, stored or sent anywhere but to its exchange.
type Key struct {
	ID     string
	Secret string
}

// String hides the key from every printing verb.
func (Key) String() string { return "***" }

// GoString hides the key from %#v.
func (Key) GoString() string { return "***" }

// MarshalJSON hides the key from every encoder.
func (Key) MarshalJSON() ([]byte, error) { return []byte(`"***"`), nil }

// The last acts that changed what a user wants of a connection or a strategy.
const (
	ManualStart      = "manual_start"
	ManualStop       = "manual_stop"
	ManualConnect    = "manual_connect"
	ManualDisconnect = "manual_disconnect"
	AutoResume       = "auto_resume"
	AutoResumeFailed = "auto_resume_failed"
	ExecutionError   = "execution_error"
	Completed        = "completed" // the strategy ended by its own rule
)

// Connection is what is stored of a user's link to a venue. Wanted survives restarts: false means
// the user disconnected by hand and only the user connects again.
type Connection struct {
	Account         AccountID
	Wanted          bool
	LastAction      string
	ExchangeAccount string
	ConnectedAt     *time.Time
	DisconnectedAt  *time.Time
	LastError       string
}

// Status is the stored will of a strategy instance.
type Status string

// The statuses. Errored means degraded: it needs its user.
const (
	Active  Status = "active"
	Paused  Status = "paused"
	Stopped Status = "stopped"
	Errored Status = "error"
)

// State is what a strategy instance is doing right now; it is never stored as a wish.
type State string

// The runtime states.
const (
	Collecting State = "collecting"
	Analysing  State = "analysing"
	Entering   State = "entering"
	InPosition State = "in_position"
	Exiting    State = "exiting"
	CoolingOff State = "cooldown"
	Pausing    State = "paused"
	Halted     State = "stopped"
	Degraded   State = "degraded"
)

// Instance is one strategy of one user on one market, as stored.
type Instance struct {
	ID             StrategyID      `json:"id"`
	User           UserID          `json:"userId"`
	Name           string          `json:"strategyName"`
	Market         Market          `json:"-"`
	Config         json.RawMessage `json:"config"`
	ConfigVersion  int             `json:"configVersion"`
	Status         Status          `json:"status"`
	LastAction     string          `json:"lastAction"`
	AutoReconnect  bool            `json:"autoReconnect"`
	ConnectedAt    *time.Time      `json:"connectedAt"`
	DisconnectedAt *time.Time      `json:"disconnectedAt"`
	LastHeartbeat  *time.Time      `json:"lastHeartbeat"`
	ErrorMessage   string          `json:"errorMessage"`
	ErrorCount     int             `json:"errorCount"`
	Counters       Counters        `json:"counters"`
	CreatedAt      time.Time       `json:"createdAt"`
	UpdatedAt      time.Time       `json:"updatedAt"`
}

// Counters are the limits of a strategy instance that survive a restart.
type Counters struct {
	Day           string    `json:"day"`           // UTC day these counters belong to, 2026-11-24
	TradesToday   int       `json:"tradesToday"`   // trades with a first fill on Day
	LossToday     Dec       `json:"lossToday"`     // realised net loss on Day, settlement currency; below 0 is a gain
	CooldownUntil time.Time `json:"cooldownUntil"` // no entry before
	LastCandle    time.Time `json:"lastCandle"`    // open time of the last candle decided on
	TotalTrades   int       `json:"totalTrades"`
}

// Trade is a round trip: from flat through a position and back to flat, derived from fills.
type Trade struct {
	ID            TradeID      `json:"id"`
	Account       AccountID    `json:"-"`
	Strategy      StrategyID   `json:"strategyId"`
	StrategyName  string       `json:"strategyName"`
	Intent        IntentID     `json:"-"`
	ConfigVersion int          `json:"configVersion"`
	Instrument    Instrument   `json:"instrument"`
	Side          Side         `json:"side"`
	EntryOrder    VenueOrderID `json:"entryOrderId"`
	StopOrder     VenueOrderID `json:"slOrderId"`
	TargetOrder   VenueOrderID `json:"tpOrderId"`
	EntryPrice    Dec          `json:"entryPrice"` // average of the entry's fills
	ExitPrice     *Dec         `json:"exitPrice"`  // average of the closing fills
	Amount        Dec          `json:"amount"`     // largest size held
	Open          Dec          `json:"openAmount"` // still held; 0 when closed
	StopLoss      Dec          `json:"stopLoss"`
	TakeProfit    Dec          `json:"takeProfit"`
	BreakEvenDone bool         `json:"breakEvenDone"`
	EntryTime     time.Time    `json:"entryTime"`
	ExitTime      *time.Time   `json:"exitTime"`
	ExitReason    string       `json:"exitReason,omitempty"`
	PnL           Dec          `json:"pnl"`     // realised without fees and funding, exchange's figures
	Fees          Dec          `json:"fees"`    // paid; negative is a rebate
	Funding       Dec          `json:"funding"` // received; negative is paid
	Net           Dec          `json:"net"`     // pnl - fees + funding
	Funded        bool         `json:"-"`       // the exchange has said what the funding was
	Currency      Currency     `json:"currency"`
	Status        string       `json:"status"` // open or closed
}

// The exit reasons of a trade.
const (
	ExitTarget       = "tp"
	ExitStop         = "sl"
	ExitBreakEven    = "break_even"
	ExitTime         = "time"
	ExitManual       = "manual"
	ExitStrategyStop = "stop"
	ExitKillSwitch   = "kill_switch"
	ExitTargetPassed = "target_passed"
	ExitLiquidation  = "liquidation"
	ExitReconciled   = "reconciled"
)

// Decision explains one entry that was taken or refused.
type Decision struct {
	ID         string          `json:"id"` // UUID
	Strategy   StrategyID      `json:"strategyId"`
	CandleTime time.Time       `json:"candleTime"` // open time of the deciding candle; zero for Fast Test
	Time       time.Time       `json:"time"`
	Side       Side            `json:"side"`
	Outcome    string          `json:"outcome"` // taken, denied, rejected, expired, or a refusal's code
	Reason     string          `json:"reason"`  // a sentence
	Intent     IntentID        `json:"intent,omitempty"`
	Detail     json.RawMessage `json:"detail"` // inputs, score parts, sizing steps, caps, costs
}

// Repair is one thing that reconciliation found and put right; the user can read it.
type Repair struct {
	ID         string     `json:"id"` // UUID
	Account    AccountID  `json:"-"`
	Time       time.Time  `json:"time"`
	Instrument Instrument `json:"instrument"`
	Kind       string     `json:"kind"` // adopted, protected, reversed, orphan_cancelled, ghost_closed, delivered, foreign_position, resolved, reread
	Message    string     `json:"message"`
}

// Reread notes that an account was read again, as its database refused a change (ErrUnstorable).
func Reread(id AccountID, now time.Time) Outcome {
	return Outcome{Change: Change{Repairs: []Repair{{
		ID: derive("repair", id.String(), "reread", now.Format(time.RFC3339Nano)), Account: id, Time: now, Kind: "reread",
		Message: "The database refused a change of this account; the account was read again from it and compared with the exchange.",
	}}}}
}
