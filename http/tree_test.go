package http

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tradebaas/tradebaas/actors/kit/insight"
	"github.com/tradebaas/tradebaas/trade"
)

var paperVenue = trade.Venue{Broker: trade.Deribit, Environment: trade.Paper}

const bitcoin trade.Instrument = "BTC_USDC-PERPETUAL"

// tree is a Trading that remembers what it was asked. Its sockets echo and obey EndSessions.
type tree struct {
	mu        sync.Mutex
	calls     []string
	grant     trade.Grant
	checked   bool
	keyErr    error
	used      bool
	busy      map[trade.UserID]bool
	state     string
	instances map[trade.StrategyID]trade.StrategyStatus
	panics    bool
	hold      chan struct{} // StartStrategy waits for it
	held      chan struct{} // closed when StartStrategy waits
	open      map[*echo]bool
	checks    []Check
	paperErr  error
	papers    int
	kills     []trade.KillStatus
	slow      bool // a kill is not flat in time
}

type echo struct {
	user   trade.UserID
	signIn string
	socket Socket
}

var (
	_ Trading       = (*tree)(nil)
	_ Actors        = (*tree)(nil)
	_ PaperAccounts = (*tree)(nil)
	_ Readiness     = (*tree)(nil)
)

func newTree() *tree {
	return &tree{checked: true, grant: trade.Grant{CanTrade: true, Scopes: []string{"trade:read_write", "account:read"}}, state: trade.ConnConnected,
		busy: map[trade.UserID]bool{}, instances: map[trade.StrategyID]trade.StrategyStatus{}, open: map[*echo]bool{}, checks: []Check{{Name: "database", OK: true}}}
}

func (f *tree) note(call string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, call)
}

func (f *tree) called(prefix string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	count := 0
	for _, call := range f.calls {
		if strings.HasPrefix(call, prefix) {
			count++
		}
	}
	return count
}

func (f *tree) Create(context.Context) (trade.Key, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.papers++
	return trade.Key{ID: "paper-key-9999", Secret: "paper-secret"}, f.paperErr
}

// overview has one failure; branch knows the root and the users' part.
func (f *tree) Overview() insight.Overview {
	return insight.Overview{Kinds: []insight.Kind{}, Deepest: []insight.Mailbox{}, Oldest: []insight.Mailbox{},
		Failures: []insight.Failure{{Number: 7, Reason: "boom", Stack: "actors.(*market).tick"}}, Rates: insight.Rates{Points: []insight.Point{}}}
}

func (f *tree) Branch(path, _ string, _ int) (insight.Branch, bool) {
	branch := insight.Branch{Path: path, Below: []insight.Group{}, Children: []insight.Child{}}
	if path == "tradebaas" {
		branch.Actor = &insight.Mailbox{ID: path, Kind: "supervisor", State: "running"}
	}
	return branch, path == "" || branch.Actor != nil
}

func (f *tree) Failure(number uint64) (insight.Failure, bool) {
	failure := f.Overview().Failures[0]
	return failure, number == failure.Number
}

func (f *tree) UserPath(user trade.UserID) string { return "tradebaas/users/" + string(user) }

func (f *tree) Ready(context.Context) []Check { return f.checks }

func (f *tree) CheckKey(_ context.Context, account trade.AccountID, _ trade.Key) (trade.Grant, bool, error) {
	f.note("CheckKey " + account.String())
	return f.grant, f.checked, f.keyErr
}

func (f *tree) KeyInUse(context.Context, trade.AccountID) (bool, error) { return f.used, nil }

func (f *tree) Connect(_ context.Context, account trade.AccountID) (trade.ConnectionStatus, error) {
	f.note("Connect " + account.String())
	return trade.ConnectionStatus{Venue: account.Venue, State: f.state, IsConnected: f.state == trade.ConnConnected}, nil
}

func (f *tree) Disconnect(_ context.Context, account trade.AccountID) (trade.ConnectionStatus, error) {
	f.note("Disconnect " + account.String())
	return trade.ConnectionStatus{Venue: account.Venue, State: trade.ConnDisconnected}, nil
}

func (f *tree) ConnectionStatuses(context.Context, trade.UserID) ([]trade.ConnectionStatus, error) {
	return []trade.ConnectionStatus{{Venue: paperVenue, State: trade.ConnConnected, IsConnected: true, IsAuthenticated: true, Simulated: true}}, nil
}

func (f *tree) Balances(_ context.Context, account trade.AccountID) ([]trade.Balance, error) {
	f.note("Balances " + account.String())
	if f.panics {
		panic("secret text of a panic")
	}
	return []trade.Balance{{Currency: "BTC", Balance: trade.MustDec("0.1")},
		{Currency: "USDC", Balance: trade.MustDec("10000"), Equity: trade.MustDec("10010"), Available: trade.MustDec("9000.5")}}, nil
}

func (f *tree) Positions(_ context.Context, account trade.AccountID) ([]trade.PositionView, error) {
	f.note("Positions " + account.String())
	return []trade.PositionView{{VenuePosition: trade.VenuePosition{Instrument: bitcoin, Size: trade.MustDec("0.1"), AveragePrice: trade.MustDec("100"),
		MarkPrice: trade.MustDec("101"), UnrealizedPnL: trade.MustDec("0.1")}, Venue: account.Venue, Side: trade.Buy}}, nil
}

func (f *tree) Orders(_ context.Context, account trade.AccountID, _ trade.Instrument) ([]trade.OrderView, error) {
	f.note("Orders " + account.String())
	return nil, nil
}

func (f *tree) ClosePosition(_ context.Context, account trade.AccountID, _ trade.Instrument) error {
	f.note("ClosePosition " + account.String())
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.busy, account.User)
	return nil
}

func (f *tree) Instruments(context.Context, trade.Venue) ([]trade.Spec, error) {
	return []trade.Spec{{Instrument: bitcoin, Kind: trade.Linear, TickSize: trade.MustDec("0.5")}}, nil
}

func (f *tree) Ticker(_ context.Context, market trade.Market) (trade.Ticker, error) {
	if market.Instrument != bitcoin {
		return trade.Ticker{}, trade.ErrInstrumentNotFound
	}
	return trade.Ticker{Instrument: bitcoin, Time: time.Date(2026, 1, 2, 3, 4, 5, 600, time.UTC), Mark: trade.MustDec("97000.5")}, nil
}

func (f *tree) Candles(_ context.Context, _ trade.Market, r trade.Resolution, from, _ time.Time) ([]trade.Candle, error) {
	return []trade.Candle{{OpenTime: from, Volume: trade.NewDec(int64(r.Length() / time.Minute))}}, nil
}

func (f *tree) StartStrategy(ctx context.Context, user trade.UserID, start trade.StartStrategy) (trade.StrategyStatus, error) {
	if key, ok := trade.CommandOf(ctx); ok {
		f.note("command " + key.Key)
	}
	f.note("StartStrategy " + string(user) + " " + start.Name + " " + string(start.Config))
	if f.hold != nil {
		close(f.held)
		<-f.hold
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	id := trade.NewStrategyID(user, start.Name, start.Market)
	if s, found := f.instances[id]; found && s.Status == trade.Active {
		return trade.StrategyStatus{}, trade.ErrAlreadyRunning
	}
	status := trade.StrategyStatus{Instance: trade.Instance{ID: id, User: user, Name: start.Name, Market: start.Market, Config: start.Config, Status: trade.Active},
		Broker: start.Market.Broker, Environment: start.Market.Environment, Instrument: start.Market.Instrument, IsRunning: true, State: trade.Collecting}
	f.instances[id] = status
	return status, nil
}

func (f *tree) ChangeConfig(_ context.Context, user trade.UserID, id trade.StrategyID, config json.RawMessage) (trade.StrategyStatus, error) {
	f.note("ChangeConfig " + string(id) + " " + string(config))
	f.mu.Lock()
	defer f.mu.Unlock()
	status, found := f.instances[id]
	if !found || status.User != user {
		return status, trade.ErrStrategyNotFound
	}
	status.Config, status.ConfigVersion = config, status.ConfigVersion+1
	f.instances[id] = status
	return status, nil
}

func (f *tree) StopStrategy(_ context.Context, user trade.UserID, id trade.StrategyID, closePosition bool) (trade.StrategyStatus, error) {
	f.note("StopStrategy " + string(id))
	f.mu.Lock()
	defer f.mu.Unlock()
	status, found := f.instances[id]
	if !found || status.User != user {
		return status, trade.ErrStrategyNotFound
	}
	status.Status, status.IsRunning, status.State = trade.Stopped, false, trade.Halted
	f.instances[id] = status
	if closePosition {
		delete(f.busy, user)
	}
	return status, nil
}

func (f *tree) StrategyStatuses(_ context.Context, user trade.UserID) ([]trade.StrategyStatus, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var own []trade.StrategyStatus
	for _, s := range f.instances {
		if s.User == user {
			own = append(own, s)
		}
	}
	return own, nil
}

func (f *tree) Analysis(_ context.Context, user trade.UserID, id trade.StrategyID) (json.RawMessage, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s, found := f.instances[id]; !found || s.User != user {
		return nil, trade.ErrStrategyNotFound
	}
	return json.RawMessage(`{"state":"collecting","updatedAt":"2026-01-02T03:04:05Z"}`), nil
}

func (f *tree) Catalogue() []CatalogueEntry {
	return []CatalogueEntry{{"Fast Test", json.RawMessage(`{"name":"Fast Test","description":"Trades at once.","version":"1.0.0","parameters":{"type":"object"},"presets":{"original":{}},"simulatedOnly":true}`)}}
}

func (f *tree) OpenSession(ctx context.Context, user trade.UserID, signIn string, socket Socket) error {
	one := &echo{user, signIn, socket}
	f.mu.Lock()
	f.open[one] = true
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.open, one)
	}()
	for {
		frame, err := socket.ReadText()
		if err != nil {
			return nil
		}
		if string(frame) == "panic" {
			panic("in a socket")
		}
		if err := socket.WriteText(frame); err != nil {
			return nil
		}
	}
}

func (f *tree) sessions() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.open)
}

func (f *tree) EndSessions(user trade.UserID, signIn string) {
	f.note("EndSessions " + string(user) + " " + signIn)
	f.mu.Lock()
	defer f.mu.Unlock()
	for one := range f.open {
		if one.user == user && (signIn == "" || signIn == one.signIn) {
			one.socket.Close(1008, "signed out")
		}
	}
}

func (f *tree) PreviewClose(_ context.Context, account trade.AccountID, instrument trade.Instrument) (trade.ClosePreview, error) {
	f.note("PreviewClose " + string(account.User))
	return trade.ClosePreview{Instrument: instrument, Net: trade.MustDec("9.825")}, nil
}

func (f *tree) PreviewStart(_ context.Context, user trade.UserID, start trade.StartStrategy) (trade.StartPreview, error) {
	f.note("PreviewStart " + string(user) + " " + start.Name + " " + string(start.Config))
	return trade.StartPreview{Instrument: start.Market.Instrument, Config: start.Config, Equity: trade.MustDec("10010"), Sides: []trade.EntryPreview{
		{Side: trade.Buy, Amount: trade.MustDec("0.001"), AtStop: &trade.ExitPreview{Net: trade.MustDec("-0.6")}, Detail: start.Config},
		{Side: trade.Sell, Code: "no_quote", Reason: "Nobody offers the other side.", Detail: start.Config}}}, nil
}

func (f *tree) ProtectPosition(_ context.Context, account trade.AccountID, _ trade.Instrument, price, percent trade.Dec) (trade.Protection, error) {
	f.note("ProtectPosition " + string(account.User) + " " + price.String() + " " + percent.String())
	return trade.Protection{Stop: trade.NewDec(95000), VenueOrder: "s1"}, nil
}

func (f *tree) RiskChanged(_ context.Context, user trade.UserID) error {
	f.note("RiskChanged " + string(user))
	return nil
}

func (f *tree) ServerRiskChanged() { f.note("ServerRiskChanged") }

func (f *tree) EngageKill(_ context.Context, user trade.UserID, kill trade.Kill) (trade.KillStatus, error) {
	f.note("EngageKill " + string(user) + " " + kill.Scope)
	f.mu.Lock()
	defer f.mu.Unlock()
	kill.Stopped = 1
	status := trade.KillStatus{Kill: kill, Connections: []trade.KillProgress{}, Flat: !f.slow}
	f.kills = append(f.kills, status)
	return status, nil
}

func (f *tree) ResetKill(_ context.Context, user trade.UserID, kill trade.Kill) error {
	f.note("ResetKill " + string(user) + " " + kill.Scope)
	f.mu.Lock()
	defer f.mu.Unlock()
	before := len(f.kills)
	f.kills = slices.DeleteFunc(f.kills, func(k trade.KillStatus) bool { return k.Same(kill) })
	if before == len(f.kills) {
		return trade.ErrKillNotFound
	}
	return nil
}

func (f *tree) Kills(_ context.Context, user trade.UserID) ([]trade.KillStatus, error) {
	f.note("Kills " + string(user))
	return f.kills, nil
}

func (f *tree) UserChanged(_ context.Context, user trade.UserID) error {
	f.note("UserChanged " + string(user))
	return nil
}

func (f *tree) UserBusy(_ context.Context, user trade.UserID) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.busy[user], nil
}
