// Package insight is what an operator sees of the actors: plain data that the kit fills and the API
// answers. It holds no message, no user's data and no secret.
package insight

import "time"

// Overview is the state of all actors at one moment.
type Overview struct {
	At time.Time `json:"at"`
	// Alive counts the living actors, Queued the messages that wait for them.
	Alive  int `json:"alive"`
	Queued int `json:"queued"`
	// DeadLetters counts the messages that were sent to nobody.
	DeadLetters uint64 `json:"deadLetters"`
	Kinds       []Kind `json:"kinds"`
	// Deepest are the 50 mailboxes with the most messages; empty ones are not listed.
	Deepest []Mailbox `json:"deepest"`
	// Oldest are the 50 mailboxes that have made no progress for longest; idle ones are not listed.
	Oldest []Mailbox `json:"oldest"`
	// Failures are the last 100 panics, the newest first.
	Failures []Failure `json:"failures"`
	Rates    Rates     `json:"rates"`
}

// Kind sums up all actors of one kind. The counters count since the server's start.
type Kind struct {
	Kind  string `json:"kind"`
	Alive int    `json:"alive"`
	// States counts the living ones by their state.
	States   map[string]int `json:"states"`
	Queued   int            `json:"queued"`
	Handled  uint64         `json:"handled"`
	Refused  uint64         `json:"refused"`
	Restarts uint64         `json:"restarts"`
	Panics   uint64         `json:"panics"`
	// Spent counts those that were given up because they failed too often.
	Spent uint64 `json:"spent"`
	// P50Micros and P99Micros are the handling times of the last five minutes, 0 without any message.
	P50Micros int64 `json:"p50Micros"`
	P99Micros int64 `json:"p99Micros"`
}

// Mailbox is what one actor and its mailbox look like.
type Mailbox struct {
	// ID is the actor's path, for example "tradebaas/markets/deribit:paper:BTC_USDC-PERPETUAL".
	ID   string `json:"id"`
	Kind string `json:"kind"`
	// State is restarting, stopping, or what the actor says of itself; running when it says nothing.
	State string `json:"state"`
	// Queued counts the messages that wait.
	Queued int `json:"queued"`
	// WaitingMs is how long the head of the queue has made no progress.
	WaitingMs int64 `json:"waitingMs"`
	// BusyMs is how long the present message has been in hand, 0 when idle.
	BusyMs int64 `json:"busyMs"`
	// Handling is the type of the message in hand.
	Handling string `json:"handling,omitempty"`
	// Incarnation counts starts; above 1 the actor was restarted.
	Incarnation uint64 `json:"incarnation"`
}

// Age is how long nothing has moved at a mailbox, in milliseconds.
func (m Mailbox) Age() int64 { return max(m.WaitingMs, m.BusyMs) }

// Failure is one panic.
type Failure struct {
	// Number counts the failures of this server, from 1.
	Number  uint64    `json:"number"`
	At      time.Time `json:"at"`
	ID      string    `json:"id"`
	Kind    string    `json:"kind"`
	Message string    `json:"message"`
	Reason  string    `json:"reason"`
	// Stack is where it happened, one function and line after the other, without arguments.
	Stack string `json:"stack,omitempty"`
	// Outcome says what was done about it.
	Outcome string `json:"outcome"`
	// Count is how many panics of this actor count against its budget.
	Count int `json:"count"`
}

// Rates is the recent past of all actors together.
type Rates struct {
	// EverySeconds is how far the points are apart.
	EverySeconds int     `json:"everySeconds"`
	Points       []Point `json:"points"`
}

// Point is what happened in one step that ended at At.
type Point struct {
	At               time.Time `json:"at"`
	HandledPerSecond float64   `json:"handledPerSecond"`
	RefusedPerSecond float64   `json:"refusedPerSecond"`
	Restarts         uint64    `json:"restarts"`
}

// Branch is one place of the tree: the actor there, all that lives below it in numbers, and one page
// of its children.
type Branch struct {
	// Path is the place; "" is above the roots.
	Path string `json:"path"`
	// Actor is null above the roots.
	Actor *Mailbox `json:"actor"`
	// Below counts the living actors under it by kind and state.
	Below []Group `json:"below"`
	// Children is one page of those directly under it, by name; Total counts them all.
	Children []Child `json:"children"`
	Total    int     `json:"total"`
	// Next is the name after which the next page begins, "" at the end.
	Next string `json:"next,omitempty"`
}

// Group counts actors of one kind in one state.
type Group struct {
	Kind  string `json:"kind"`
	State string `json:"state"`
	Count int    `json:"count"`
}

// Child is an actor directly under another one.
type Child struct {
	Mailbox
	Name string `json:"name"`
	// Below counts the living actors under it, however deep.
	Below int `json:"below"`
}
