package simulator

import (
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// Options configure an exchange. The zero value is an exchange in memory on free loopback ports
// with a synthetic market.
type Options struct {
	Listen                string // address of the API; "" is a free port on 127.0.0.1
	AdminListen           string // address of the admin listener; "" is a free port on 127.0.0.1
	NoAdmin               bool   // no admin listener at all
	AdminToken            string // "" makes one
	DataDir               string // journal and snapshot; "" keeps everything in memory
	Market                string // "synthetic" (default), "replay:FILE" or "ticks:FILE"
	Seed                  uint64
	Accounts              []AccountSpec // made at the first start
	ConnectionsPerAddress int           // 0: no limit
	NoRateLimits          bool
	CloseOnLimit          bool          // a breach of the rate limit closes the socket after the answer
	MatchingTime          time.Duration // that a request holds its account's lock; 0: none waits
	SecondFactor          string        // the authorization_data of methods about keys; "": they are refused
	Clock                 Clock         // nil: the real one
	Log                   zerolog.Logger
}

// AccountSpec is an account that exists from the start, with a key of one's own choice.
type AccountSpec struct {
	Name     string
	Key      string
	Secret   string
	Scope    string // "" means DefaultScope
	Balances []core.Balance
}

// DefaultScope is the most that a new account's key may do: trade and read, not withdraw.
const DefaultScope = "account:read block_trade:none trade:read_write wallet:none"

func (o Options) checked() (Options, error) {
	if o.Clock == nil {
		o.Clock = realClock{}
	}
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	if o.AdminListen == "" {
		o.AdminListen = "127.0.0.1:0"
	}
	if o.Market == "" {
		o.Market = "synthetic"
	}
	if o.AdminToken == "" {
		o.AdminToken = randomText(24)
	}
	for _, a := range o.Accounts {
		if a.Key == "" || a.Secret == "" {
			return o, fmt.Errorf("account %q: it needs a key and a secret", a.Name)
		}
	}
	return o, nil
}

// Clock drives an exchange. The real one is the machine's; tests move a ManualClock.
type Clock interface {
	Now() time.Time
	// After gives a channel that receives once when d has passed.
	After(d time.Duration) <-chan time.Time
}

type realClock struct{}

func (realClock) Now() time.Time                         { return time.Now() }
func (realClock) After(d time.Duration) <-chan time.Time { return time.After(d) }
