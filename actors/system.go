package actors

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

// System is the tree of actors with a typed face. Every method takes the user
// first, ends with ctx, and answers refusals as *trade.Error.
type System struct {
	env *Env
	kit *kit.System
}

func newSystem(env *Env, o kit.Options) *System {
	env.system, env.figures = kit.NewSystem(o), newFigures(o.Metrics, env.venueIDs())
	return &System{env: env, kit: env.system}
}

// Start starts the tree and waits until it can be reached; what users had
// running resumes by itself.
func (s *System) Start() error {
	root, err := s.kit.Start(rootName, supervisorSpec(s.env))
	if err != nil {
		return err
	}
	_, err = kit.Ask(context.Background(), root, func(r kit.Reply[struct{}]) any { return getStarted{r} })
	return err
}

// Alive tells whether the parts that all users share take messages.
func (s *System) Alive(ctx context.Context) error {
	for _, part := range []kit.Ref{s.kit.Ref(rootName), s.env.venues(), s.env.markets(), s.env.users()} {
		if _, err := kit.Ask(ctx, part, func(r kit.Reply[struct{}]) any { return getStarted{r} }); err != nil {
			return err
		}
	}
	return nil
}

// Stop stops the tree, leaves first, and waits until ctx ends. What protects
// positions stays at the exchange. The report names who did not stop.
func (s *System) Stop(ctx context.Context) kit.Report {
	report := s.kit.Stop(ctx)
	closed := make(chan struct{})
	go func() {
		s.env.closing.Wait()
		close(closed)
	}()
	select {
	case <-closed:
	case <-ctx.Done():
	}
	return report
}

// Kit gives the runtime's own view: kinds, mailboxes, failures and the tree.
func (s *System) Kit() *kit.System { return s.kit }

// ask puts a question to a user's actor, and turns the runtime's errors into
// what a user can act on.
func ask[T any](ctx context.Context, s *System, user trade.UserID, question func(kit.Reply[T]) any) (T, error) {
	return askAt(ctx, s.env.users(), func(r kit.Reply[T]) any { return ToUser{User: user, Msg: question(r)} })
}

func askAt[T any](ctx context.Context, to kit.Ref, question func(kit.Reply[T]) any) (T, error) {
	answer, err := kit.Ask(ctx, to, question)
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return answer, err
	case errors.Is(err, kit.ErrInternal):
		return answer, err // a bug, and what it did is unknown
	}
	return answer, refusal(err)
}

// ---- connections ----

// CheckKey logs in once and tells what a key may do. checked is false when the
// exchange cannot be reached; a key that it refuses gives trade.ErrKeyRefused.
func (s *System) CheckKey(ctx context.Context, account trade.AccountID, key trade.Key) (trade.Grant, bool, error) {
	venue, ok := s.env.Venues[account.Venue]
	if !ok {
		return trade.Grant{}, false, errVenueOff(account.Venue)
	}
	grant, err := venue.CheckKey(ctx, key)
	if err == nil {
		return grant, true, nil
	}
	if e := broker.As(err); e != nil && e.Outcome == broker.Refused && e.Auth {
		return trade.Grant{}, true, trade.ErrKeyRefused
	}
	s.env.Log.Warn().Err(err).Str("venue", account.Venue.String()).Msg("system.key.unchecked")
	return trade.Grant{}, false, nil
}

// KeyInUse tells whether an account has a strategy that is not stopped or a position.
func (s *System) KeyInUse(ctx context.Context, account trade.AccountID) (bool, error) {
	return ask(ctx, s, account.User, func(r kit.Reply[bool]) any { return getBusy{Reply: r, Venue: &account.Venue} })
}

// Connect commits the will and waits up to 10 s for the outcome.
func (s *System) Connect(ctx context.Context, account trade.AccountID) (trade.ConnectionStatus, error) {
	if _, ok := s.env.Venues[account.Venue]; !ok {
		return trade.ConnectionStatus{}, errVenueOff(account.Venue)
	}
	ctx, cancel := context.WithTimeout(ctx, connectWait+storeCall)
	defer cancel()
	return ask(ctx, s, account.User, func(r kit.Reply[trade.ConnectionStatus]) any {
		return connectAccount{Reply: r, Venue: account.Venue}
	})
}

// Disconnect commits that the user does not want the connection any more.
func (s *System) Disconnect(ctx context.Context, account trade.AccountID) (trade.ConnectionStatus, error) {
	return ask(ctx, s, account.User, func(r kit.Reply[trade.ConnectionStatus]) any {
		return disconnectAccount{Reply: r, Venue: account.Venue}
	})
}

// ConnectionStatuses lists every venue of this server as the user stands there.
func (s *System) ConnectionStatuses(ctx context.Context, user trade.UserID) ([]trade.ConnectionStatus, error) {
	return ask(ctx, s, user, func(r kit.Reply[[]trade.ConnectionStatus]) any { return getConnections{r} })
}

// ---- accounts ----

// Balances lists the currencies of an account.
func (s *System) Balances(ctx context.Context, account trade.AccountID) ([]trade.Balance, error) {
	return askConnection(ctx, s, account, func(r kit.Reply[[]trade.Balance]) kit.Answerable { return GetBalances{r} })
}

// Positions lists the positions of an account.
func (s *System) Positions(ctx context.Context, account trade.AccountID) ([]trade.PositionView, error) {
	return askConnection(ctx, s, account, func(r kit.Reply[[]trade.PositionView]) kit.Answerable { return GetPositions{r} })
}

// Orders lists the live orders of an account in an instrument ("" for all).
func (s *System) Orders(ctx context.Context, account trade.AccountID, instrument trade.Instrument) ([]trade.OrderView, error) {
	return askConnection(ctx, s, account, func(r kit.Reply[[]trade.OrderView]) kit.Answerable {
		return GetOrders{Reply: r, Instrument: instrument}
	})
}

// ClosePosition closes a whole position at market, reduce-only: a strategy's part and the user's own.
func (s *System) ClosePosition(ctx context.Context, account trade.AccountID, instrument trade.Instrument) error {
	_, err := askConnection(ctx, s, account, func(r kit.Reply[struct{}]) kit.Answerable {
		return ClosePosition{Reply: r, Instrument: instrument, Reason: trade.ExitManual}
	})
	return err
}

// PreviewClose tells what closing a position at market would bring right now.
func (s *System) PreviewClose(ctx context.Context, account trade.AccountID, instrument trade.Instrument) (trade.ClosePreview, error) {
	spec, err := s.spec(ctx, trade.Market{Venue: account.Venue, Instrument: instrument})
	if err != nil {
		return trade.ClosePreview{}, err
	}
	positions, err := s.Positions(ctx, account)
	if err != nil {
		return trade.ClosePreview{}, err
	}
	held := trade.VenuePosition{Instrument: instrument}
	for _, p := range positions {
		if p.Instrument == instrument {
			held = p.VenuePosition
		}
	}
	if held.Size.IsZero() {
		return trade.PreviewClose(spec, held, trade.Book{})
	}
	book, err := askAt(ctx, s.env.venues(), func(r kit.Reply[trade.Book]) any {
		return ToVenue{Venue: account.Venue, Msg: fetchBook{Reply: r, Instrument: instrument}}
	})
	if err != nil {
		return trade.ClosePreview{}, err
	}
	return trade.PreviewClose(spec, held, book)
}

// ProtectPosition puts a stop under a whole position: at a price, so many percent away from the mark
// price, or with neither where it was.
func (s *System) ProtectPosition(ctx context.Context, account trade.AccountID, instrument trade.Instrument, price, percent trade.Dec) (trade.Protection, error) {
	spec, err := s.spec(ctx, trade.Market{Venue: account.Venue, Instrument: instrument})
	if err != nil {
		return trade.Protection{}, err
	}
	ticker, err := s.Ticker(ctx, trade.Market{Venue: account.Venue, Instrument: instrument})
	if err != nil {
		return trade.Protection{}, err
	}
	cmd := trade.ProtectCommand{Instrument: instrument, Price: price, Percent: percent, Spec: spec, Ticker: ticker}
	return askConnection(ctx, s, account, func(r kit.Reply[trade.Protection]) kit.Answerable {
		return ProtectPosition{Reply: r, Command: cmd}
	})
}

// spec finds the contract of a market.
func (s *System) spec(ctx context.Context, market trade.Market) (trade.Spec, error) {
	specs, err := s.Instruments(ctx, market.Venue)
	if err != nil {
		return trade.Spec{}, err
	}
	for _, spec := range specs {
		if spec.Instrument == market.Instrument {
			return spec, nil
		}
	}
	return trade.Spec{}, trade.ErrInstrumentNotFound
}

// RiskChanged has a user's connections read their limits again, and waits until the new ones hold.
func (s *System) RiskChanged(ctx context.Context, user trade.UserID) error {
	for _, venue := range s.env.venueIDs() {
		account := trade.AccountID{User: user, Venue: venue}
		_, err := askConnection(ctx, s, account, func(r kit.Reply[struct{}]) kit.Answerable { return reloadRisk{Reply: r} })
		if err != nil && !errors.Is(err, trade.ErrNotConnected) {
			return err
		}
	}
	return nil
}

// ServerRiskChanged has everybody read limits and halt again. It does not wait.
func (s *System) ServerRiskChanged() { s.env.users().Tell(riskChanged{}) }

// EngageKill turns a kill switch on: it stops strategies, cancels our orders, closes positions and
// verifies that everything is flat. It waits for that up to 10 s; the kill goes on after that by itself.
func (s *System) EngageKill(ctx context.Context, user trade.UserID, kill trade.Kill) (trade.KillStatus, error) {
	ctx, cancel := context.WithTimeout(ctx, killWait+storeCall)
	defer cancel()
	return ask(ctx, s, user, func(r kit.Reply[trade.KillStatus]) any { return engageKill{Reply: r, Kill: kill} })
}

// ResetKill turns a kill switch off. What it stopped stays stopped.
func (s *System) ResetKill(ctx context.Context, user trade.UserID, kill trade.Kill) error {
	_, err := ask(ctx, s, user, func(r kit.Reply[struct{}]) any { return resetKill{Reply: r, Kill: kill} })
	return err
}

// Kills lists the kill switches that are on, with how far each has come.
func (s *System) Kills(ctx context.Context, user trade.UserID) ([]trade.KillStatus, error) {
	return ask(ctx, s, user, func(r kit.Reply[[]trade.KillStatus]) any { return getKills{r} })
}

func askConnection[T any](ctx context.Context, s *System, account trade.AccountID, question func(kit.Reply[T]) kit.Answerable) (T, error) {
	return ask(ctx, s, account.User, func(r kit.Reply[T]) any {
		return toConnection{Venue: account.Venue, Msg: question(r)}
	})
}

// ---- markets ----

// Instruments lists what can be traded at a venue, sorted by name.
func (s *System) Instruments(ctx context.Context, venue trade.Venue) ([]trade.Spec, error) {
	return askAt(ctx, s.env.venues(), func(r kit.Reply[[]trade.Spec]) any {
		return ToVenue{Venue: venue, Msg: listInstruments{r}}
	})
}

// Ticker gives a market's newest state.
func (s *System) Ticker(ctx context.Context, market trade.Market) (trade.Ticker, error) {
	return askAt(ctx, s.env.markets(), func(r kit.Reply[trade.Ticker]) any { return getTicker{Reply: r, Market: market} })
}

// Candles lists the candles of a length that open in [from, to], oldest first.
func (s *System) Candles(ctx context.Context, market trade.Market, resolution trade.Resolution, from, to time.Time) ([]trade.Candle, error) {
	return askAt(ctx, s.env.markets(), func(r kit.Reply[[]trade.Candle]) any {
		return getCandles{Market: market, fetchCandles: fetchCandles{Reply: r, Instrument: market.Instrument, Resolution: resolution, From: from, To: to}}
	})
}

// ---- strategies ----

// StartStrategy checks the parameters, commits the will and starts the executor.
func (s *System) StartStrategy(ctx context.Context, user trade.UserID, start trade.StartStrategy) (trade.StrategyStatus, error) {
	start, err := s.checked(ctx, start)
	if err != nil {
		return trade.StrategyStatus{}, err
	}
	return ask(ctx, s, user, func(r kit.Reply[trade.StrategyStatus]) any { return startStrategy{Reply: r, Start: start} })
}

// checked answers the start with the strategy's own name and its full config,
// or all that is wrong with it.
func (s *System) checked(ctx context.Context, start trade.StartStrategy) (trade.StartStrategy, error) {
	definition, err := s.env.FindStrategy(start.Name)
	if err != nil {
		return start, trade.InvalidFields("unknown_strategy", "There is no strategy of that name.",
			trade.FieldError{Field: "strategyName", Error: "must be a name of the catalogue"})
	}
	info := definition.Info()
	if info.SimulatedOnly && start.Market.Environment.RealMoney() {
		return start, trade.Errorf(trade.Refused, "simulated_only", "%s runs only where no real money is at stake.", info.Name)
	}
	config, err := definition.Parse(start.Config)
	if err != nil {
		return start, err
	}
	if _, err := s.spec(ctx, start.Market); errors.Is(err, trade.ErrInstrumentNotFound) {
		return start, trade.InvalidFields(trade.ErrInstrumentNotFound.Code, trade.ErrInstrumentNotFound.Message,
			trade.FieldError{Field: "instrument", Error: "must be an instrument of this environment"})
	} else if err != nil {
		return start, err
	}
	start.Name, start.Config = info.Name, config.JSON()
	return start, nil
}

// ChangeConfig gives a strategy that is not stopped new parameters, from its next entry on; an open
// trade keeps those it was entered with. Anybody else's id is trade.ErrStrategyNotFound.
func (s *System) ChangeConfig(ctx context.Context, user trade.UserID, id trade.StrategyID, config json.RawMessage) (trade.StrategyStatus, error) {
	key, err := trade.ParseStrategyID(id)
	if err != nil || key.User != user {
		return trade.StrategyStatus{}, trade.ErrStrategyNotFound
	}
	start, err := s.checked(ctx, trade.StartStrategy{Name: key.Name, Market: key.Market, Config: config})
	if err != nil {
		return trade.StrategyStatus{}, err
	}
	return ask(ctx, s, user, func(r kit.Reply[trade.StrategyStatus]) any {
		return changeConfig{Reply: r, ID: id, Config: start.Config}
	})
}

// StopStrategy commits that a strategy is stopped; with closePosition it also
// closes what it holds. Anybody else's id is trade.ErrStrategyNotFound.
func (s *System) StopStrategy(ctx context.Context, user trade.UserID, id trade.StrategyID, closePosition bool) (trade.StrategyStatus, error) {
	if !owns(user, id) {
		return trade.StrategyStatus{}, trade.ErrStrategyNotFound
	}
	return ask(ctx, s, user, func(r kit.Reply[trade.StrategyStatus]) any {
		return stopStrategy{Reply: r, ID: id, Close: closePosition}
	})
}

// StrategyStatuses lists the user's strategies with what each is doing.
func (s *System) StrategyStatuses(ctx context.Context, user trade.UserID) ([]trade.StrategyStatus, error) {
	return ask(ctx, s, user, func(r kit.Reply[[]trade.StrategyStatus]) any { return getStrategies{r} })
}

// Analysis is the analysis view as JSON, the very bytes that the topic carries.
func (s *System) Analysis(ctx context.Context, user trade.UserID, id trade.StrategyID) (json.RawMessage, error) {
	if !owns(user, id) {
		return nil, trade.ErrStrategyNotFound
	}
	return ask(ctx, s, user, func(r kit.Reply[json.RawMessage]) any { return getAnalysis{Reply: r, Strategy: id} })
}

func owns(user trade.UserID, id trade.StrategyID) bool {
	key, err := trade.ParseStrategyID(id)
	return err == nil && key.User == user
}

// Catalogue lists the strategies, each as its Info in JSON.
func (s *System) Catalogue() []struct {
	Name string
	Info json.RawMessage
} {
	var list []struct {
		Name string
		Info json.RawMessage
	}
	for _, info := range strategy.Catalogue() {
		list = append(list, struct {
			Name string
			Info json.RawMessage
		}{info.Name, encode(info)})
	}
	return list
}

// ---- pages and users ----

// OpenSession hands an upgraded socket to the user's actor and blocks until the
// socket is done. signIn is the sign-in that it lives with.
func (s *System) OpenSession(ctx context.Context, user trade.UserID, signIn string, socket Socket) error {
	out := newOutlet(s.env.figures)
	session, err := ask(ctx, s, user, func(r kit.Reply[kit.Ref]) any {
		return openSession{Reply: r, SignIn: signIn, Outlet: out}
	})
	if err != nil {
		out.close(closeRestart, "try again") // a session that began all the same ends
		socket.Close(closeRestart, "try again")
		return err
	}
	serve(socket, out, session)
	return nil
}

// EndSessions closes the pages of a sign-in with 1008; signIn "" closes all of
// the user's. It does not wait.
func (s *System) EndSessions(user trade.UserID, signIn string) {
	s.env.users().Tell(ToUser{User: user, Msg: endSessions{SignIn: signIn}})
}

// UserChanged tells the tree that a user was disabled, enabled or deleted, and
// waits until it has taken effect.
func (s *System) UserChanged(ctx context.Context, user trade.UserID) error {
	_, err := ask(ctx, s, user, func(r kit.Reply[struct{}]) any { return userChanged{Reply: r} })
	return err
}

// UserPath is where a user's actor lives in the tree, while it is awake.
func (s *System) UserPath(user trade.UserID) string { return s.env.userRef(user).ID() }

// UserBusy tells whether a user has a position or a strategy that is not
// stopped, anywhere.
func (s *System) UserBusy(ctx context.Context, user trade.UserID) (bool, error) {
	return ask(ctx, s, user, func(r kit.Reply[bool]) any { return getBusy{Reply: r} })
}
