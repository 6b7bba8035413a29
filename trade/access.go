package trade

import (
	"context"
	"time"
)

// NewUser is a person who registers. Email is lower-cased already; PasswordHash is a PHC string.
type NewUser struct {
	Email        string
	FullName     string
	PasswordHash string
	IsAdmin      bool
	AcceptedAt   time.Time // when the disclaimer was accepted
}

// Login is what a sign-in compares against.
type Login struct {
	User         User
	PasswordHash string
}

// SignInID identifies one signed-in device: a UUID. Its refresh tokens are one family.
type SignInID string

// TokenHash is the SHA-256 of an opaque refresh token; the token itself is never stored.
type TokenHash [32]byte

// NewSignIn is a sign-in about to be stored with the first refresh token of its family.
type NewSignIn struct {
	ID      SignInID
	Device  string // the browser's own description, at most 255 characters
	Address string
	Client  TokenHash // fingerprint of the device, for the grace period of a refresh
	Refresh TokenHash
	At      time.Time
	Expires time.Time // of the refresh token
}

// SignIn is one signed-in device as its user sees it.
type SignIn struct {
	ID        SignInID  `json:"id"`
	Device    string    `json:"device"`
	Address   string    `json:"address"`
	CreatedAt time.Time `json:"createdAt"`
	LastUsed  time.Time `json:"lastUsed"`
}

// Refresh asks to swap a refresh token for its successor.
type Refresh struct {
	Old, New TokenHash
	Client   TokenHash
	Address  string
	At       time.Time
	Expires  time.Time     // of the new token
	Grace    time.Duration // how long the same client may present a used token again
}

// Refreshed is what came of a Refresh. Reused means that a used token came back after the grace
// period or from another client: the whole family is revoked by then.
type Refreshed struct {
	User      User
	SignIn    SignInID
	CreatedAt time.Time // when the password was given
	Reused    bool
}

// SignInState is what every request must know of its sign-in.
type SignInState struct {
	Alive   bool // neither revoked nor expired, and the user is active
	IsAdmin bool
}

// AdminUser is a user as an administrator sees them.
type AdminUser struct {
	User
	Connections int `json:"connections"` // wanted ones
	Strategies  int `json:"strategies"`  // not stopped ones
}

// UserPage is one page of users in the order of their addresses.
type UserPage struct {
	Users []AdminUser `json:"users"`
	Next  string      `json:"nextCursor,omitempty"`
}

// CredentialScan says that a stored key no longer opens. It never holds a key.
type CredentialScan struct {
	Credential  string      `json:"credentialId"`
	User        UserID      `json:"userId"`
	Email       string      `json:"email"`
	Broker      Broker      `json:"broker"`
	Environment Environment `json:"environment"`
	Reason      string      `json:"reason"` // master_key, corrupt or version
}

// EquityPoint is one currency of an account at one moment.
type EquityPoint struct {
	Venue
	Currency Currency  `json:"currency"`
	Time     time.Time `json:"time"`
	Equity   Dec       `json:"equity"`
}

// DecisionPage is one page of decisions, newest first.
type DecisionPage struct {
	Decisions []Decision `json:"decisions"`
	Next      string     `json:"nextCursor,omitempty"`
}

// RepairPage is one page of repairs, newest first.
type RepairPage struct {
	Repairs []Repair `json:"repairs"`
	Next    string   `json:"nextCursor,omitempty"`
}

// The kinds of an Activity.
const (
	ActivityOpened      = "trade_opened"
	ActivityClosed      = "trade_closed"
	ActivityRepaired    = "repaired"         // Reason is the kind of the repair
	ActivityRefused     = "entry_refused"    // Reason is the decision's outcome
	ActivityKilled      = "killswitch_on"    // by a person
	ActivityKillReset   = "killswitch_reset" // by a person
	ActivityStopMoved   = "stop_moved"       // by a person; Price is where to
	ActivityKeySaved    = "key_saved"
	ActivityKeyDeleted  = "key_deleted"
	ActivityUnconnected = "disconnected" // by a person
)

// Activity is one thing that happened to a user: what a page tells of after the fact. What does not
// belong to its kind is zero.
type Activity struct {
	ID   string    `json:"id"` // unique within a user
	Kind string    `json:"kind"`
	Time time.Time `json:"time"`
	Venue
	Instrument   Instrument `json:"instrument"`
	Strategy     StrategyID `json:"strategyId"`
	StrategyName string     `json:"strategyName"`
	Trade        TradeID    `json:"tradeId"`
	Side         Side       `json:"side"`
	Amount       *Dec       `json:"amount"`
	Price        *Dec       `json:"price"` // entry, exit or stop
	Net          *Dec       `json:"net"`   // of a closed trade, of fees and funding
	Currency     Currency   `json:"currency"`
	Reason       string     `json:"reason"`  // a code
	Message      string     `json:"message"` // a sentence
}

// CommandKey is a caller's promise that a command with this key and body is one and the same.
type CommandKey struct {
	Route string // method and pattern, such as POST /api/v2/connect
	Key   string // 1 to 128 printable characters
	Body  TokenHash
	At    time.Time
}

type commandOf struct{}

// WithCommand notes for which command a context works. What storage writes in such a context notes the
// command as carried out, in the same transaction.
func WithCommand(ctx context.Context, key CommandKey) context.Context {
	return context.WithValue(ctx, commandOf{}, key)
}

// CommandOf gives the command that a context works for.
func CommandOf(ctx context.Context) (CommandKey, bool) {
	key, ok := ctx.Value(commandOf{}).(CommandKey)
	return key, ok
}

// The answers to a claim of a CommandKey.
const (
	KeyClaimed  = "claimed"  // new: run the command, then finish or release the key
	KeyAnswered = "answered" // done before: give Status and Answer again
	KeyInFlight = "in_flight"
	KeyDiffers  = "differs" // the key belongs to another body
	KeyDone     = "done"    // carried out before a restart; its answer is lost
)

// KeyClaim is what a claim of a CommandKey found.
type KeyClaim struct {
	State  string
	Status int
	Answer []byte
}

// AuditEntry is one act that a person may be asked about later. Detail never holds a secret.
type AuditEntry struct {
	Actor   UserID // who did it; "" for a stranger
	Action  string // dotted past event, such as auth.login.refused
	Subject string // what it was done to
	Address string
	Request string // the request's id
	At      time.Time
	Detail  map[string]string
}

// Refusals of sign-in, keys and administration that storage and routes share.
var (
	ErrEmailTaken         = Errorf(Conflict, "email_taken", "There is already an account with this address. Sign in instead.")
	ErrUserNotFound       = Errorf(NotFound, "user_not_found", "There is no such user.")
	ErrSignInNotFound     = Errorf(NotFound, "session_not_found", "There is no such session.")
	ErrCredentialNotFound = Errorf(NotFound, "credentials_not_found", "No exchange key is stored for this environment.")
	ErrCredentialExists   = Errorf(Conflict, "credentials_exist", "An exchange key is already stored for this environment.")
	ErrLastAdmin          = Errorf(Conflict, "last_admin", "This is the last administrator. Make another one first.")
	ErrSetupDone          = Errorf(Conflict, "setup_done", "The owner's account exists already. Sign in with it.")
	ErrInvalidCursor      = InvalidFields("invalid_cursor", "That page does not exist. Start from the first one.", FieldError{"cursor", "must be the nextCursor of the page before"})
)
