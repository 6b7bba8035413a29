package actors

import (
	"context"
	"net"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/broker/deribit"
	"github.com/tradebaas/tradebaas/broker/simulator"
	"github.com/tradebaas/tradebaas/migrations"
	"github.com/tradebaas/tradebaas/store"
	"github.com/tradebaas/tradebaas/store/embedded"
	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

// BenchmarkSignalToWire is M2: from a strategy's wish to enter until the order is written into the socket,
// with its intent committed in between to a PostgreSQL that flushes to disk, by the real connection and the
// real client to a simulated exchange. Beside it, in turn, the least that a durable intent costs: one
// commit of one row over one connection. The ratio is the median over the pairs.
func BenchmarkSignalToWire(b *testing.B) {
	owner, login := durable(b)
	stage := newWireStage(b, login)
	floor := commitStage(b, owner)
	for range wirePairs / 8 { // both are warm
		stage.enter()
		floor()
	}
	pace := time.NewTicker(wirePace)
	defer pace.Stop()
	var ours, floors, ratios []float64
	for range wirePairs {
		<-pace.C
		f, o := floor(), stage.enter()
		ours, floors, ratios = append(ours, o), append(floors, f), append(ratios, o/f)
	}
	for range b.N {
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(middle(ratios), "p50_ratio")
	b.ReportMetric(middle(ours), "p50_us")
	b.ReportMetric(middle(floors), "floor_p50_us")
}

const (
	wirePairs = 40
	wirePace  = 250 * time.Millisecond // the exchange takes five orders a second of an account
)

func middle(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// durable is a PostgreSQL that flushes each commit to disk.
func durable(b *testing.B) (owner, login string) {
	server, err := embedded.Start(context.Background(), embedded.Options{Dir: filepath.Join(b.TempDir(), "durable")})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, server.Stop(context.Background())) })
	owner, err = server.OwnerURL()
	require.NoError(b, err)
	login, err = server.ServerURL()
	require.NoError(b, err)
	_, err = migrations.Up(context.Background(), owner, "tradebaas_server")
	require.NoError(b, err)
	return owner, login
}

// commitStage is the floor.
func commitStage(b *testing.B, owner string) func() float64 {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, owner)
	require.NoError(b, err)
	b.Cleanup(func() { _ = conn.Close(ctx) })
	_, err = conn.Exec(ctx, `CREATE TABLE least (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, word text NOT NULL)`)
	require.NoError(b, err)
	return func() float64 {
		began := time.Now()
		_, err := conn.Exec(ctx, `INSERT INTO least (word) VALUES ($1)`, "intended")
		took := time.Since(began)
		require.NoError(b, err)
		return micros(took)
	}
}

// wireStage is a connection whose every entry the exchange refuses, so that the next may follow.
type wireStage struct {
	*testing.B
	link    kit.Ref
	order   EnterPosition
	armed   atomic.Bool
	written chan time.Time
	ended   chan struct{}
}

func newWireStage(b *testing.B, login string) *wireStage {
	ctx := context.Background()
	exchange, err := simulator.New(simulator.Options{Seed: 1, Log: zerolog.Nop()})
	require.NoError(b, err)
	require.NoError(b, exchange.Start(ctx))
	b.Cleanup(exchange.Close)
	require.NoError(b, exchange.Admin().Fault(ctx, "refuse", simulator.Trouble{Rate: 100, Code: 10041, Message: "settlement_in_progress", Methods: []string{"private/buy"}}))
	db, err := store.Open(ctx, store.Config{URL: login, MasterKey: make([]byte, 32)})
	require.NoError(b, err)
	b.Cleanup(db.Close)
	require.NoError(b, db.TakeOver(ctx, func(string) {}))

	s := &wireStage{B: b, written: make(chan time.Time, 1), ended: make(chan struct{}, 1)}
	id := s.account(db, exchange)
	venue := deribit.New(deribit.Options{Venue: paperVenue, URL: exchange.URL(), Logger: zerolog.Nop(), Dial: s.dial})
	env := &Env{Storage: db.Trading(), Log: zerolog.Nop(), FindStrategy: strategy.Find, figures: newFigures(nil, nil),
		Venues: map[trade.Venue]broker.Venue{paperVenue: venue}, system: kit.NewSystem(kit.Options{})}
	s.start(env, id)
	s.order = entryAt(b, trade.NewDec(50000))
	s.order.Strategy = trade.NewStrategyID(id.User, "Fast Test", btcPaper)
	return s
}

// account is a user with a key and a strategy.
func (s *wireStage) account(db *store.DB, exchange *simulator.Exchange) trade.AccountID {
	ctx := context.Background()
	made, err := exchange.Admin().Account(ctx, map[string]string{"USDC": "10000"}, "")
	require.NoError(s, err)
	user, err := db.CreateUser(ctx, trade.NewUser{Email: "m2@example.com", PasswordHash: "none", AcceptedAt: time.Now()})
	require.NoError(s, err)
	id := trade.AccountID{User: user.ID, Venue: paperVenue}
	_, err = db.SaveCredential(ctx, id, trade.Key{ID: made.Key, Secret: made.Secret}, true, trade.Grant{ExchangeAccount: "1", CanTrade: true}, false)
	require.NoError(s, err)
	require.NoError(s, db.WantConnection(ctx, id, true, trade.ManualConnect))
	_, err = db.StartInstance(ctx, user.ID, trade.StartStrategy{Name: "Fast Test", Market: btcPaper, Config: []byte("{}")})
	require.NoError(s, err)
	return id
}

// start puts the connection under a parent that waits for it to be ready.
func (s *wireStage) start(env *Env, id trade.AccountID) {
	connected := make(chan struct{})
	up := sync.OnceFunc(func() { close(connected) })
	spec := kit.Spec{Kind: "connection", New: func() kit.Actor { return newConnection(env, id, AllowEntries{Allowed: true}) }}
	boss, err := env.system.Start("boss", kit.Spec{Kind: "boss", New: func() kit.Actor {
		return kit.ActorFunc(func(c *kit.Context) {
			switch m := c.Message().(type) {
			case kit.Started:
				c.Children().Ensure("link", spec)
			case ConnectionChanged:
				if m.Status.State == trade.ConnConnected {
					up()
				}
			case EntryEnded:
				s.ended <- struct{}{}
			case EntryDenied:
				s.Errorf("denied: %v", m.Err)
				s.ended <- struct{}{}
			}
		})
	}})
	require.NoError(s, err)
	s.Cleanup(func() { env.system.Stop(context.Background()); env.closing.Wait() })
	s.link = env.system.Ref(boss.ID() + "/link")
	<-connected
}

// enter wants one entry and gives the microseconds until its order was written.
func (s *wireStage) enter() float64 {
	order := s.order
	order.Intent, order.Ticker.Time = newIntent(), time.Now()
	order.Decision.ID, order.Decision.Time = uuid.NewString(), time.Now()
	s.armed.Store(true)
	began := time.Now()
	s.link.Tell(order)
	took := (<-s.written).Sub(began)
	<-s.ended
	return micros(took)
}

func (s *wireStage) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	return wire{conn, s}, err
}

// wire notes when an order has been written.
type wire struct {
	net.Conn
	stage *wireStage
}

// orderBytes is less than an order has and more than a heartbeat.
const orderBytes = 300

func (w wire) Write(frame []byte) (int, error) {
	n, err := w.Conn.Write(frame)
	if len(frame) > orderBytes && w.stage.armed.CompareAndSwap(true, false) {
		w.stage.written <- time.Now()
	}
	return n, err
}
