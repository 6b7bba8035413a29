package http

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/tradebaas/tradebaas/trade"
)

func contextWithTimeout() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), 10*time.Second)
}

// memory is a Storage in maps. It keeps the promises that ports_store.go makes.
type memory struct {
	clock *clock

	mu       sync.Mutex
	users    map[trade.UserID]*trade.Login
	signIns  map[trade.SignInID]*memorySignIn
	tokens   map[trade.TokenHash]*memoryToken
	keys     map[trade.AccountID]trade.Credential
	secrets  map[trade.AccountID]trade.Key
	trades   []trade.Trade
	stats    []trade.TradeStats
	commands map[string]*memoryCommand
	audits   []trade.AuditEntry
	writes   int   // every change but audits and sign-ins
	reads    int   // of sign-in states
	failing  error // given by every call while set
	limits   map[trade.UserID][]trade.ScopedLimits
	ceilings trade.Limits
	halt     trade.Halt
	lost     bool // commands' answers
}

type memorySignIn struct {
	trade.SignIn
	user  trade.UserID
	alive bool
}

type memoryToken struct {
	signIn  trade.SignInID
	client  trade.TokenHash
	expires time.Time
	usedAt  time.Time
}

type memoryCommand struct {
	body   trade.TokenHash
	done   bool
	status int
	answer []byte
}

var _ Storage = (*memory)(nil)

func newMemory(c *clock) *memory {
	return &memory{clock: c, users: map[trade.UserID]*trade.Login{}, signIns: map[trade.SignInID]*memorySignIn{}, tokens: map[trade.TokenHash]*memoryToken{},
		keys: map[trade.AccountID]trade.Credential{}, secrets: map[trade.AccountID]trade.Key{}, commands: map[string]*memoryCommand{},
		limits: map[trade.UserID][]trade.ScopedLimits{}}
}

var errDatabase = errors.New(`pq: relation "users" does not exist at 10.0.0.5:5432`)

func (m *memory) lock() func() {
	m.mu.Lock()
	return m.mu.Unlock
}

func (m *memory) fail(err error) {
	defer m.lock()()
	m.failing = err
}

func (m *memory) written() int {
	defer m.lock()()
	return m.writes
}

func (m *memory) actions() []string {
	defer m.lock()()
	var all []string
	for _, entry := range m.audits {
		all = append(all, entry.Action)
	}
	return all
}

func (m *memory) CreateUser(_ context.Context, user trade.NewUser) (trade.User, error) {
	defer m.lock()()
	if m.failing != nil {
		return trade.User{}, m.failing
	}
	for _, other := range m.users {
		if other.User.Email == user.Email {
			return trade.User{}, trade.ErrEmailTaken
		}
	}
	m.writes++
	created := trade.User{ID: trade.UserID(uuid.NewString()), Email: user.Email, FullName: user.FullName, IsAdmin: user.IsAdmin, IsActive: true, CreatedAt: m.clock.Now()}
	m.users[created.ID] = &trade.Login{User: created, PasswordHash: user.PasswordHash}
	return created, nil
}

func (m *memory) CreateOwner(ctx context.Context, owner trade.NewUser) (trade.User, error) {
	unlock := m.lock()
	for _, other := range m.users {
		if other.User.IsAdmin {
			unlock()
			return trade.User{}, trade.ErrSetupDone
		}
	}
	unlock()
	owner.IsAdmin = true
	return m.CreateUser(ctx, owner)
}

func (m *memory) LoginByEmail(_ context.Context, email string) (trade.Login, error) {
	defer m.lock()()
	for _, login := range m.users {
		if m.failing == nil && login.User.Email == email {
			return *login, nil
		}
	}
	if m.failing != nil {
		return trade.Login{}, m.failing
	}
	return trade.Login{}, trade.ErrUserNotFound
}

func (m *memory) LoginOf(_ context.Context, user trade.UserID) (trade.Login, error) {
	defer m.lock()()
	if m.failing != nil {
		return trade.Login{}, m.failing
	}
	if login, found := m.users[user]; found {
		return *login, nil
	}
	return trade.Login{}, trade.ErrUserNotFound
}

func (m *memory) SetPassword(_ context.Context, user trade.UserID, hash string, keep trade.SignInID) error {
	defer m.lock()()
	m.writes++
	m.users[user].PasswordHash = hash
	m.revokeAll(user, keep)
	return nil
}

func (m *memory) revokeAll(user trade.UserID, keep trade.SignInID) {
	for id, s := range m.signIns {
		if s.user == user && id != keep {
			s.alive = false
		}
	}
}

func (m *memory) CreateSignIn(_ context.Context, user trade.UserID, s trade.NewSignIn) error {
	defer m.lock()()
	m.signIns[s.ID] = &memorySignIn{trade.SignIn{ID: s.ID, Device: s.Device, Address: s.Address, CreatedAt: s.At, LastUsed: s.At}, user, true}
	m.tokens[s.Refresh] = &memoryToken{signIn: s.ID, client: s.Client, expires: s.Expires}
	return nil
}

func (m *memory) RotateRefresh(_ context.Context, r trade.Refresh) (trade.Refreshed, error) {
	defer m.lock()()
	token, found := m.tokens[r.Old]
	if !found || !r.At.Before(token.expires) {
		return trade.Refreshed{}, trade.ErrSignInNotFound
	}
	s := m.signIns[token.signIn]
	user := m.users[s.user].User
	if !s.alive || !user.IsActive {
		return trade.Refreshed{}, trade.ErrSignInNotFound
	}
	done := trade.Refreshed{User: user, SignIn: s.ID, CreatedAt: s.CreatedAt}
	if !token.usedAt.IsZero() && (r.At.Sub(token.usedAt) >= r.Grace || token.client != r.Client) {
		s.alive = false
		done.Reused = true
		return done, nil
	}
	token.usedAt = r.At
	m.tokens[r.New] = &memoryToken{signIn: s.ID, client: r.Client, expires: r.Expires}
	return done, nil
}

func (m *memory) SignInState(_ context.Context, user trade.UserID, id trade.SignInID) (trade.SignInState, error) {
	defer m.lock()()
	m.reads++
	if m.failing != nil {
		return trade.SignInState{}, m.failing
	}
	s, found := m.signIns[id]
	if !found || s.user != user || !s.alive || m.users[user] == nil {
		return trade.SignInState{}, nil
	}
	u := m.users[user].User
	return trade.SignInState{Alive: u.IsActive, IsAdmin: u.IsAdmin}, nil
}

func (m *memory) ListSignIns(_ context.Context, user trade.UserID) ([]trade.SignIn, error) {
	defer m.lock()()
	var own []trade.SignIn
	for _, s := range m.signIns {
		if s.user == user && s.alive {
			own = append(own, s.SignIn)
		}
	}
	return own, nil
}

func (m *memory) RevokeSignIn(_ context.Context, user trade.UserID, id trade.SignInID) error {
	defer m.lock()()
	s, found := m.signIns[id]
	if !found || s.user != user || !s.alive {
		return trade.ErrSignInNotFound
	}
	s.alive = false
	m.writes++
	return nil
}

func (m *memory) RevokeByRefresh(_ context.Context, token trade.TokenHash) (trade.UserID, trade.SignInID, error) {
	defer m.lock()()
	t, found := m.tokens[token]
	if !found {
		return "", "", trade.ErrSignInNotFound
	}
	s := m.signIns[t.signIn]
	s.alive = false
	return s.user, s.ID, nil
}

func (m *memory) SaveCredential(_ context.Context, account trade.AccountID, key trade.Key, verified bool, grant trade.Grant, replace bool) (trade.Credential, error) {
	defer m.lock()()
	if _, found := m.keys[account]; found && !replace {
		return trade.Credential{}, trade.ErrCredentialExists
	}
	for other, stored := range m.keys {
		if other.User != account.User && other.Venue == account.Venue && grant.ExchangeAccount != "" && stored.Grant.ExchangeAccount == grant.ExchangeAccount {
			return trade.Credential{}, trade.ErrAccountInUse
		}
	}
	m.writes++
	c := trade.Credential{ID: uuid.NewString(), Account: account, LastFour: key.ID[max(0, len(key.ID)-4):], Verified: verified, Grant: grant, CreatedAt: m.clock.Now()}
	m.keys[account], m.secrets[account] = c, key
	return c, nil
}

func (m *memory) ListCredentials(_ context.Context, user trade.UserID) ([]trade.Credential, error) {
	defer m.lock()()
	var own []trade.Credential
	for account, c := range m.keys {
		if account.User == user {
			own = append(own, c)
		}
	}
	slices.SortFunc(own, func(a, b trade.Credential) int { return strings.Compare(a.Account.String(), b.Account.String()) })
	return own, nil
}

func (m *memory) DeleteCredential(_ context.Context, account trade.AccountID) error {
	defer m.lock()()
	if _, found := m.keys[account]; !found {
		return trade.ErrCredentialNotFound
	}
	m.writes++
	delete(m.keys, account)
	return nil
}

func (m *memory) ListTrades(_ context.Context, user trade.UserID, f trade.TradeFilter) (trade.TradePage, error) {
	defer m.lock()()
	var own []trade.Trade
	for _, t := range m.trades {
		if t.Account.User == user && (f.Instrument == "" || t.Instrument == f.Instrument) {
			own = append(own, t)
		}
	}
	page := trade.TradePage{Total: len(own)}
	start := f.Offset
	if f.Cursor != "" {
		start = slices.IndexFunc(own, func(t trade.Trade) bool { return string(t.ID) == f.Cursor })
		if start < 0 {
			return page, trade.ErrInvalidCursor
		}
	}
	start = min(start, len(own))
	end := min(start+f.Limit, len(own))
	page.Trades = own[start:end]
	if end < len(own) {
		page.Next = string(own[end].ID)
	}
	return page, nil
}

func (m *memory) TradeStats(_ context.Context, _ trade.UserID, _ trade.TradeFilter, by string) ([]trade.TradeStats, error) {
	defer m.lock()()
	stats := slices.Clone(m.stats)
	for i := range stats {
		stats[i].Group = by
	}
	return stats, nil
}

func (m *memory) FindTrade(_ context.Context, user trade.UserID, id trade.TradeID) (trade.TradeDetail, error) {
	defer m.lock()()
	for _, t := range m.trades {
		if t.Account.User == user && t.ID == id {
			label := trade.Label{Installation: "x", Epoch: 1, Intent: trade.IntentID(strings.Repeat("a", 32)), Role: trade.Target}
			return trade.TradeDetail{Trade: t, Fills: []trade.Fill{{ID: "f", Label: label.String()}}, Decision: &trade.Decision{ID: "d", Outcome: "taken"}}, nil
		}
	}
	return trade.TradeDetail{}, trade.ErrTradeNotFound
}

func (m *memory) TradeDays(_ context.Context, user trade.UserID, f trade.TradeFilter) ([]trade.DayResult, error) {
	defer m.lock()()
	var days []trade.DayResult
	for _, t := range m.trades {
		if t.Account.User == user && t.ExitTime != nil && !t.ExitTime.Before(f.ClosedFrom) && (f.ExitReason == "" || f.ExitReason == t.ExitReason) {
			days = append(days, trade.DayResult{Day: t.ExitTime.UTC().Format(time.DateOnly), Currency: t.Currency, Trades: 1, Net: t.Net})
		}
	}
	return days, nil
}

func (m *memory) ListActivity(_ context.Context, user trade.UserID, after time.Time, limit int) ([]trade.Activity, error) {
	defer m.lock()()
	var list []trade.Activity
	for _, t := range m.trades {
		if t.Account.User == user && t.EntryTime.After(after) && len(list) < limit {
			list = append(list, trade.Activity{ID: "opened:" + string(t.ID), Kind: trade.ActivityOpened, Trade: t.ID, Venue: t.Account.Venue})
		}
	}
	return list, nil
}

func (m *memory) ListEquity(context.Context, trade.UserID, trade.Venue, time.Time, time.Time, int) ([]trade.EquityPoint, error) {
	return []trade.EquityPoint{{Venue: paperVenue, Currency: "USDC", Time: m.clock.Now(), Equity: trade.MustDec("10000.5")}}, nil
}

func (m *memory) ListDecisions(context.Context, trade.UserID, trade.StrategyID, int, string) (trade.DecisionPage, error) {
	return trade.DecisionPage{Decisions: []trade.Decision{{ID: "d", Outcome: "denied", Reason: "The account is not ready."}}}, nil
}

func (m *memory) ListRepairs(_ context.Context, user trade.UserID, venue trade.Venue, _ int, _ string) (trade.RepairPage, error) {
	return trade.RepairPage{Repairs: []trade.Repair{{ID: "r", Account: trade.AccountID{User: user, Venue: paperVenue}, Kind: "adopted", Message: "A position was adopted."}}}, nil
}

func (m *memory) ListUsers(_ context.Context, query string, limit int, _ string) (trade.UserPage, error) {
	defer m.lock()()
	page := trade.UserPage{}
	for _, login := range m.users {
		if strings.Contains(login.User.Email, query) && len(page.Users) < limit {
			page.Users = append(page.Users, trade.AdminUser{User: login.User})
		}
	}
	return page, nil
}

func (m *memory) SetUserActive(_ context.Context, user trade.UserID, active bool) (trade.User, error) {
	defer m.lock()()
	login, found := m.users[user]
	if !found {
		return trade.User{}, trade.ErrUserNotFound
	}
	m.writes++
	login.User.IsActive = active
	if !active {
		m.revokeAll(user, "")
	}
	return login.User, nil
}

func (m *memory) DeleteUser(_ context.Context, user trade.UserID) error {
	defer m.lock()()
	if _, found := m.users[user]; !found {
		return trade.ErrUserNotFound
	}
	m.writes++
	delete(m.users, user)
	m.revokeAll(user, "")
	return nil
}

func (m *memory) ScanCredentials(context.Context) (int, []trade.CredentialScan, error) {
	defer m.lock()()
	return len(m.keys), nil, nil
}

func (m *memory) ListLimits(_ context.Context, user trade.UserID) ([]trade.ScopedLimits, error) {
	defer m.lock()()
	return append([]trade.ScopedLimits{{Scope: trade.ServerLimits, Limits: m.ceilings}}, m.limits[user]...), nil
}

func (m *memory) SetLimits(_ context.Context, user trade.UserID, limits trade.ScopedLimits) error {
	defer m.lock()()
	m.writes++
	m.limits[user] = append(m.limits[user], limits)
	return nil
}

func (m *memory) Halt(context.Context) (trade.Halt, error) {
	defer m.lock()()
	return m.halt, nil
}

func (m *memory) SetHalt(_ context.Context, on, closes bool) error {
	defer m.lock()()
	m.writes++
	m.halt = trade.Halt{On: on, Closes: closes}
	return nil
}

func (m *memory) ServerLimits(context.Context) (trade.Limits, error) {
	defer m.lock()()
	return m.ceilings, nil
}

func (m *memory) SetServerLimits(_ context.Context, limits trade.Limits) error {
	defer m.lock()()
	m.writes++
	m.ceilings = limits
	return nil
}

func (m *memory) ClaimKey(_ context.Context, user trade.UserID, key trade.CommandKey) (trade.KeyClaim, error) {
	defer m.lock()()
	name := string(user) + key.Route + key.Key
	known, found := m.commands[name]
	switch {
	case m.lost:
		return trade.KeyClaim{State: trade.KeyDone}, nil
	case !found:
		m.commands[name] = &memoryCommand{body: key.Body}
		return trade.KeyClaim{State: trade.KeyClaimed}, nil
	case known.body != key.Body:
		return trade.KeyClaim{State: trade.KeyDiffers}, nil
	case !known.done:
		return trade.KeyClaim{State: trade.KeyInFlight}, nil
	}
	return trade.KeyClaim{State: trade.KeyAnswered, Status: known.status, Answer: known.answer}, nil
}

func (m *memory) FinishKey(_ context.Context, user trade.UserID, key trade.CommandKey, status int, answer []byte) error {
	defer m.lock()()
	known := m.commands[string(user)+key.Route+key.Key]
	known.done, known.status, known.answer = true, status, slices.Clone(answer)
	return nil
}

func (m *memory) ReleaseKey(_ context.Context, user trade.UserID, key trade.CommandKey) error {
	defer m.lock()()
	delete(m.commands, string(user)+key.Route+key.Key)
	return nil
}

func (m *memory) AddAudit(_ context.Context, _ trade.UserID, entry trade.AuditEntry) error {
	defer m.lock()()
	m.audits = append(m.audits, entry)
	return nil
}

func (m *memory) sessionOf(user trade.UserID) string {
	defer m.lock()()
	for id, s := range m.signIns {
		if s.user == user && s.alive {
			return string(id)
		}
	}
	return ""
}
