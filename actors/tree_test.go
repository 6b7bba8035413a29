package actors

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

// bubble runs a test in virtual time.
func bubble(t *testing.T, test func(t *testing.T)) { synctest.Test(t, test) }

var errAway = errors.New("the database is away")

// ---- an exchange ----

// venueFake is an exchange environment whose feed a test drives.
type venueFake struct {
	id     trade.Venue
	mu     sync.Mutex
	feeds  []*feedFake
	specs  []trade.Spec
	asked  int // for candles
	lists  int // of instruments that were asked for
	shift  time.Duration
	errors error
}

func newVenueFake(id trade.Venue) *venueFake {
	v := &venueFake{id: id}
	for _, name := range []trade.Instrument{btcPaper.Instrument, ethPaper.Instrument} {
		v.specs = append(v.specs, trade.Spec{Instrument: name, Kind: trade.Linear, Settlement: "USDC", Active: true})
	}
	return v
}

func (v *venueFake) ID() trade.Venue { return v.id }

func (v *venueFake) OpenFeed(sink func(broker.FeedEvent)) broker.Feed {
	v.mu.Lock()
	defer v.mu.Unlock()
	f := &feedFake{venue: v, sink: sink}
	v.feeds = append(v.feeds, f)
	return f
}

func (v *venueFake) OpenSession(trade.Key, func(broker.SessionEvent)) broker.Session {
	panic("not here")
}

func (v *venueFake) CheckKey(_ context.Context, key trade.Key) (trade.Grant, error) {
	switch key.ID {
	case "good":
		return trade.Grant{CanTrade: true}, nil
	case "bad":
		return trade.Grant{}, &broker.Error{Outcome: broker.Refused, Auth: true, Code: 13004, Reason: "invalid_credentials"}
	}
	return trade.Grant{}, &broker.Error{Outcome: broker.NotSent, Reason: "unreachable"}
}

func (v *venueFake) change(f func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	f()
}

func (v *venueFake) listed() (n int) {
	v.change(func() { n = v.lists })
	return n
}

// feed is the newest feed that was opened.
func (v *venueFake) feed() *feedFake {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.feeds[len(v.feeds)-1]
}

func (v *venueFake) fail(err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.errors = err
}

func (v *venueFake) err() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.errors
}

// feedFake answers candles whose close is the minute's number.
type feedFake struct {
	venue   *venueFake
	sink    func(broker.FeedEvent)
	mu      sync.Mutex
	watched []trade.Instrument
	closed  bool
}

func (f *feedFake) Instruments(context.Context) (list []trade.Spec, err error) {
	f.venue.change(func() {
		f.venue.lists++
		list, err = slices.Clone(f.venue.specs), f.venue.errors
	})
	return list, err
}

func (f *feedFake) Candles(_ context.Context, _ trade.Instrument, r trade.Resolution, from, to time.Time) ([]trade.Candle, error) {
	f.venue.mu.Lock()
	f.venue.asked++
	f.venue.mu.Unlock()
	if err := f.venue.err(); err != nil {
		return nil, err
	}
	var list []trade.Candle
	for t := from.Truncate(r.Length()); !t.After(to); t = t.Add(r.Length()) {
		if !t.Before(from) {
			list = append(list, minuteCandle(t))
		}
	}
	return list, nil
}

func minuteCandle(t time.Time) trade.Candle {
	price := trade.NewDec(t.Unix() / 60)
	return trade.Candle{OpenTime: t.UTC(), Open: price, High: price, Low: price, Close: price, Volume: trade.NewDec(1)}
}

func (f *feedFake) Ticker(_ context.Context, name trade.Instrument) (trade.Ticker, error) {
	return tickerAt(name, 77).Ticker, f.venue.err()
}

func (f *feedFake) Watch(name trade.Instrument) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.watched = append(f.watched, name)
}

func (f *feedFake) Unwatch(name trade.Instrument) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.watched = slices.DeleteFunc(f.watched, func(n trade.Instrument) bool { return n == name })
}

func (f *feedFake) watches(name trade.Instrument) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Contains(f.watched, name)
}

func (f *feedFake) WatchBook(trade.Instrument)                    {}
func (f *feedFake) UnwatchBook(trade.Instrument)                  {}
func (f *feedFake) Book(trade.Instrument, int) (trade.Book, bool) { return trade.Book{}, false }

func (f *feedFake) Clock() trade.Clock {
	return trade.Clock{Offset: f.venue.shift, Measured: time.Now()}
}

func (f *feedFake) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
}

func (f *feedFake) isClosed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.closed
}

func tickerAt(name trade.Instrument, mark int64) broker.TickerChanged {
	price := trade.NewDec(mark)
	return broker.TickerChanged{Ticker: trade.Ticker{Instrument: name, Time: time.Now().UTC(), Bid: price, Ask: price, Last: price, Mark: price}}
}

func grows(name trade.Instrument, c trade.Candle) broker.CandleChanged {
	return broker.CandleChanged{Instrument: name, Candle: c}
}

func feedDown() broker.FeedDown { return broker.FeedDown{} }

// ---- a database ----

// storageFake is a database in memory that a test can switch off.
type storageFake struct {
	Storage     // whatever a test does not expect panics
	mu          sync.Mutex
	away        bool
	inactive    map[trade.UserID]bool
	keys        map[trade.AccountID]bool
	connections map[trade.AccountID]trade.Connection
	instances   map[trade.StrategyID]trade.Instance
	configs     map[configKey]json.RawMessage
	trades      map[trade.AccountID][]trade.Trade
	acts        []string
	kills       []trade.Kill
	pause       chan struct{}             // reading kill switches waits for it when it is there
	closing     map[trade.StrategyID]bool // stopped, and what they hold is wanted closed
	commands    []string                  // in whose name wills were committed
}

func newStorageFake() *storageFake {
	return &storageFake{inactive: map[trade.UserID]bool{}, keys: map[trade.AccountID]bool{},
		connections: map[trade.AccountID]trade.Connection{}, instances: map[trade.StrategyID]trade.Instance{}, configs: map[configKey]json.RawMessage{},
		trades: map[trade.AccountID][]trade.Trade{}, closing: map[trade.StrategyID]bool{}}
}

func (s *storageFake) enter() (leave func(), err error) {
	s.mu.Lock()
	if s.away {
		err = errAway
	}
	return s.mu.Unlock, err
}

// named notes the command that a will is committed for.
func (s *storageFake) named(ctx context.Context) {
	if key, ok := trade.CommandOf(ctx); ok {
		s.commands = append(s.commands, key.Key)
	}
}

func (s *storageFake) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

func (s *storageFake) BootUsers(context.Context) ([]BootUser, error) {
	leave, err := s.enter()
	defer leave()
	seen := map[trade.UserID]bool{}
	for account, c := range s.connections {
		seen[account.User] = seen[account.User] || c.Wanted
	}
	for _, i := range s.instances {
		seen[i.User] = seen[i.User] || i.Status != trade.Stopped
	}
	var list []BootUser
	for user, wakes := range seen {
		if wakes {
			list = append(list, BootUser{User: user, Active: !s.inactive[user]})
		}
	}
	return list, err
}

func (s *storageFake) UserActive(_ context.Context, user trade.UserID) (bool, error) {
	leave, err := s.enter()
	defer leave()
	return !s.inactive[user], err
}

func (s *storageFake) ListConnections(_ context.Context, user trade.UserID) (list []trade.Connection, err error) {
	leave, err := s.enter()
	defer leave()
	for account, c := range s.connections {
		if account.User == user {
			list = append(list, c)
		}
	}
	return list, err
}

func (s *storageFake) ListInstances(_ context.Context, user trade.UserID) (list []trade.Instance, err error) {
	leave, err := s.enter()
	defer leave()
	for _, i := range s.instances {
		if i.User == user {
			list = append(list, i)
		}
	}
	return list, err
}

func (s *storageFake) WantConnection(ctx context.Context, account trade.AccountID, wanted bool, act string) error {
	leave, err := s.enter()
	defer leave()
	s.named(ctx)
	if err != nil {
		return err
	}
	s.acts = append(s.acts, act)
	s.connections[account] = trade.Connection{Account: account, Wanted: wanted, LastAction: act}
	for id, i := range s.instances {
		if i.User != account.User || i.Market.Venue != account.Venue {
			continue
		}
		switch {
		case !wanted && i.Status == trade.Active:
			i.Status, i.LastAction = trade.Paused, act
		case wanted && i.Status == trade.Paused && i.LastAction == trade.ManualDisconnect:
			i.Status, i.LastAction = trade.Active, act
		}
		s.instances[id] = i
	}
	return nil
}

func (s *storageFake) StartInstance(ctx context.Context, user trade.UserID, start trade.StartStrategy) (trade.Instance, error) {
	leave, err := s.enter()
	defer leave()
	s.named(ctx)
	if err != nil {
		return trade.Instance{}, err
	}
	i := storedInstance(user, start.Name, start.Market, trade.Active)
	i.Config, i.ConfigVersion, i.LastAction = start.Config, 1, trade.ManualStart
	s.instances[i.ID] = i
	return i, nil
}

func (s *storageFake) ChangeConfig(ctx context.Context, _ trade.UserID, id trade.StrategyID, config json.RawMessage) (trade.Instance, error) {
	leave, err := s.enter()
	defer leave()
	s.named(ctx)
	if err != nil {
		return trade.Instance{}, err
	}
	i, ok := s.instances[id]
	if !ok || i.Status == trade.Stopped {
		return trade.Instance{}, trade.ErrStrategyNotFound
	}
	s.configs[configKey{id, i.ConfigVersion}] = i.Config
	i.Config, i.ConfigVersion = config, i.ConfigVersion+1
	s.configs[configKey{id, i.ConfigVersion}] = config
	s.instances[id] = i
	return i, nil
}

func (s *storageFake) InstanceConfig(_ context.Context, _ trade.UserID, id trade.StrategyID, version int) (json.RawMessage, error) {
	leave, err := s.enter()
	defer leave()
	if err != nil {
		return nil, err
	}
	config, ok := s.configs[configKey{id, version}]
	if !ok {
		return nil, trade.ErrStrategyNotFound
	}
	return config, nil
}

type configKey struct {
	id      trade.StrategyID
	version int
}

func (s *storageFake) SetInstance(ctx context.Context, _ trade.UserID, id trade.StrategyID, status trade.Status, act, message string) error {
	leave, err := s.enter()
	defer leave()
	s.named(ctx)
	if err != nil {
		return err
	}
	i, ok := s.instances[id]
	if !ok || i.Status == trade.Stopped && act != trade.ManualStart {
		return trade.ErrStrategyNotFound
	}
	s.acts = append(s.acts, act)
	i.Status, i.LastAction, i.ErrorMessage = status, act, message
	s.instances[id] = i
	return nil
}

func (s *storageFake) StopInstance(ctx context.Context, _ trade.UserID, id trade.StrategyID, closes bool) error {
	leave, err := s.enter()
	defer leave()
	s.named(ctx)
	i, ok := s.instances[id]
	switch {
	case err != nil:
		return err
	case !ok:
		return trade.ErrStrategyNotFound
	case i.Status != trade.Stopped:
		s.acts = append(s.acts, trade.ManualStop)
		i.Status, i.LastAction, i.ErrorMessage = trade.Stopped, trade.ManualStop, ""
		s.instances[id] = i
	}
	s.closing[id] = s.closing[id] || closes
	return nil
}

func (s *storageFake) ListKills(context.Context, trade.UserID) ([]trade.Kill, error) {
	s.mu.Lock()
	pause := s.pause
	s.mu.Unlock()
	if pause != nil {
		<-pause
	}
	leave, err := s.enter()
	defer leave()
	return slices.Clone(s.kills), err
}

func (s *storageFake) EngageKill(_ context.Context, user trade.UserID, kill trade.Kill) error {
	leave, err := s.enter()
	defer leave()
	if err != nil {
		return err
	}
	at := slices.IndexFunc(s.kills, kill.Same)
	if at < 0 {
		at = len(s.kills)
		s.kills = append(s.kills, kill)
	}
	for id, i := range s.instances {
		if i.User == user && i.Status != trade.Stopped && kill.Covers(i.Market.Venue, id) {
			i.Status, i.LastAction = trade.Stopped, trade.KillAct
			s.instances[id] = i
			s.kills[at].Stopped++
		}
	}
	return nil
}

func (s *storageFake) ResetKill(_ context.Context, _ trade.UserID, kill trade.Kill) error {
	leave, err := s.enter()
	defer leave()
	before := len(s.kills)
	s.kills = slices.DeleteFunc(s.kills, kill.Same)
	if err == nil && before == len(s.kills) {
		err = trade.ErrKillNotFound
	}
	return err
}

func (s *storageFake) OpenKey(_ context.Context, account trade.AccountID) (trade.Key, error) {
	leave, err := s.enter()
	defer leave()
	if err == nil && !s.keys[account] {
		err = trade.ErrNoCredentials
	}
	return trade.Key{}, err
}

func (s *storageFake) LoadAccount(_ context.Context, account trade.AccountID) (trade.AccountRecord, error) {
	leave, err := s.enter()
	defer leave()
	return trade.AccountRecord{Trades: s.trades[account]}, err
}

func (s *storageFake) status(id trade.StrategyID) trade.Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.instances[id].Status
}

func (s *storageFake) acted() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.acts)
}

// ---- children that do what a test says ----

// stage watches the connections and executors of a tree.
type stage struct {
	mu    sync.Mutex
	told  []any // what reached connections and executors, after "<name>"
	lives map[string]int
	up    string // the state that a fresh connection reports
}

type told struct {
	name string
	msg  any
}

func (s *stage) note(name string, msg any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := msg.(kit.Started); ok {
		s.lives[name]++
	}
	s.told = append(s.told, told{name, msg})
}

// count is how often a child has started.
func (s *stage) count(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lives[name]
}

func (s *stage) setUp(state string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.up = state
}

// heard gives the messages of type T that reached name.
func heard[T any](s *stage, name string) (list []T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.told {
		if m, ok := x.(told).msg.(T); ok && x.(told).name == name {
			list = append(list, m)
		}
	}
	return list
}

// act is run inside a fake child.
type act func(c *kit.Context)

func (s *stage) connection(_ *Env, account trade.AccountID, entries AllowEntries) kit.Actor {
	return kit.ActorFunc(func(c *kit.Context) {
		s.note(account.String(), c.Message())
		switch m := c.Message().(type) {
		case kit.Started:
			s.note(account.String(), entries)
			s.mu.Lock()
			state := s.up
			s.mu.Unlock()
			if state != "" {
				now := time.Now()
				c.Parent().Tell(ConnectionChanged{Status: trade.ConnectionStatus{Venue: account.Venue, State: state,
					IsConnected: state == trade.ConnConnected, ConnectedAt: &now}})
			}
		case GetBalances:
			m.Answer([]trade.Balance{{Currency: "USDC", Equity: trade.NewDec(10)}})
		case SnapshotWanted:
			c.Parent().Tell(SnapshotReady{Topic: m.Topic, Request: m.Request, Source: c.Name(),
				Items: encode([]string{m.Topic + " of " + c.Name()})})
		case act:
			m(c)
		}
	})
}

func (s *stage) executor(_ *Env, i trade.Instance) kit.Actor {
	return kit.ActorFunc(func(c *kit.Context) {
		s.note(string(i.ID), c.Message())
		switch m := c.Message().(type) {
		case GetAnalysis:
			m.Answer(encode("analysis"))
		case WatchAnalysis:
			if m.On {
				c.Parent().Tell(Published{Topic: analysisPrefix + string(i.ID), Key: analysisPrefix + string(i.ID), Data: encode("thinking")})
			}
		case act:
			m(c)
		}
	})
}

// definition is a strategy that takes every config.
type definition struct{ strategy.Definition }

func (definition) Info() strategy.Info { return strategy.Info{Name: "Razor"} }
func (definition) Parse(raw json.RawMessage) (strategy.Config, error) {
	if string(raw) == "bad" {
		return nil, trade.Errorf(trade.Refused, "invalid_parameters", "Bad.")
	}
	return testConfig{key: "razor"}, nil
}

// ---- a tree ----

type tree struct {
	*System
	t       *testing.T
	storage *storageFake
	venue   *venueFake
	stage   *stage
	fault   *faults
	leases  map[string]FollowMarket // that the test keeps renewing
}

// faults panics in an actor's place while a test wants it.
type faults struct {
	mu  sync.Mutex
	hit func(kind, id string, msg any) bool
}

func (f *faults) strike(kind, id string, msg any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.hit != nil && f.hit(kind, id, msg) {
		panic("injected")
	}
}

func (f *faults) set(hit func(kind, id string, msg any) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hit = hit
}

// grow starts a tree whose outside is fake; prepare fills the database first.
func grow(t *testing.T, prepare func(s *storageFake)) *tree {
	t.Helper()
	x := &tree{t: t, storage: newStorageFake(), venue: newVenueFake(paperVenue),
		stage: &stage{lives: map[string]int{}, up: trade.ConnConnected}, fault: &faults{}, leases: map[string]FollowMarket{}}
	if prepare != nil {
		prepare(x.storage)
	}
	env := &Env{Storage: x.storage, Log: zerolog.Nop(), connection: x.stage.connection, executor: x.stage.executor,
		Venues: map[trade.Venue]broker.Venue{paperVenue: x.venue},
		FindStrategy: func(name string) (strategy.Definition, error) {
			if name != "Razor" {
				return nil, trade.ErrStrategyNotFound
			}
			return definition{}, nil
		}}
	x.System = newSystem(env, kit.Options{Fault: x.fault.strike})
	require.NoError(t, x.Start())
	synctest.Wait()
	return x
}

// fell ends the tree; everything must stop.
func (x *tree) fell() {
	x.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for _, left := range x.Stop(ctx).Left {
		x.t.Errorf("%s did not stop, handling %q", left.ID, left.Handling)
	}
	for _, f := range x.venue.feeds {
		if !f.isClosed() {
			x.t.Error("a feed was left open")
		}
	}
}

// wait lets virtual time pass.
func wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// up brings the newest feed up; the venue starts when it is asked for something.
func (x *tree) up() {
	x.env.venues().Tell(ToVenue{Venue: paperVenue, Msg: listInstruments{}})
	synctest.Wait()
	x.venue.feed().sink(broker.FeedUp{})
	synctest.Wait()
}

func account(user trade.UserID) trade.AccountID {
	return trade.AccountID{User: user, Venue: paperVenue}
}

// ready is a user who has a key and is connected.
func ready(s *storageFake, user trade.UserID) {
	s.keys[account(user)] = true
	s.connections[account(user)] = storedConnection(user, paperVenue, true)
}
