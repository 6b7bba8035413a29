package actors

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/trade"
)

const (
	alice = trade.UserID("11111111-1111-4111-8111-111111111111")
	bob   = trade.UserID("22222222-2222-4222-8222-222222222222")
)

var (
	paperVenue = trade.Venue{Broker: trade.Deribit, Environment: trade.Paper}
	liveVenue  = trade.Venue{Broker: trade.Deribit, Environment: trade.Live}
	btcPaper   = trade.Market{Venue: paperVenue, Instrument: "BTC_USDC-PERPETUAL"}
	ethPaper   = trade.Market{Venue: paperVenue, Instrument: "ETH_USDC-PERPETUAL"}
	btcLive    = trade.Market{Venue: liveVenue, Instrument: "BTC_USDC-PERPETUAL"}
)

func storedInstance(user trade.UserID, name string, m trade.Market, status trade.Status) trade.Instance {
	return trade.Instance{ID: trade.NewStrategyID(user, name, m), User: user, Name: name, Market: m, Status: status, Config: json.RawMessage(`{}`)}
}

func storedConnection(user trade.UserID, v trade.Venue, wanted bool) trade.Connection {
	return trade.Connection{Account: trade.AccountID{User: user, Venue: v}, Wanted: wanted}
}

func TestUserState_what_must_run(t *testing.T) {
	s := newUserState(alice)
	active, paused := storedInstance(alice, "Razor", btcPaper, trade.Active), storedInstance(alice, "Thor", ethPaper, trade.Paused)
	unlinked := storedInstance(alice, "Razor", btcLive, trade.Active)
	s.load(true, []trade.Connection{storedConnection(alice, paperVenue, true), storedConnection(alice, liveVenue, false)},
		[]trade.Instance{active, paused, unlinked})
	require.True(t, s.runsLink(paperVenue))
	require.False(t, s.runsLink(liveVenue), "disconnected by hand stays so")
	require.True(t, s.runsExecutor(active.ID))
	require.False(t, s.runsExecutor(paused.ID))
	require.False(t, s.runsExecutor(unlinked.ID), "without its connection a strategy waits")
	require.False(t, s.idle())

	s.link(paperVenue).degraded = "gave up"
	require.False(t, s.runsLink(paperVenue))

	s.load(true, []trade.Connection{storedConnection(alice, liveVenue, false)}, []trade.Instance{storedInstance(alice, "Razor", btcPaper, trade.Stopped)})
	require.False(t, s.runsLink(paperVenue), "a connection that is not stored any more is not wanted")
	require.True(t, s.idle())
}

func TestUserState_canStart(t *testing.T) {
	up := func(s *userState) { s.link(paperVenue).status.State = trade.ConnConnected }
	for _, tt := range []struct {
		name string
		with func(s *userState)
		want error
	}{
		{"connected", up, nil},
		{"reconciling", func(s *userState) { s.link(paperVenue).status.State = trade.ConnReconciling }, nil},
		{"connecting", func(s *userState) { s.link(paperVenue).status.State = trade.ConnConnecting }, trade.ErrNotConnected},
		{"never connected", func(s *userState) { delete(s.links, paperVenue) }, trade.ErrNotConnected},
		{"disconnected by hand", func(s *userState) { up(s); s.link(paperVenue).wanted = false }, trade.ErrNotConnected},
		{"switched off", func(s *userState) { up(s); s.active = false }, errUserDisabled},
		{"one runs there", func(s *userState) { up(s); s.put(storedInstance(alice, "Thor", btcPaper, trade.Active)) }, trade.ErrAlreadyRunning},
		{"one is paused there", func(s *userState) { up(s); s.put(storedInstance(alice, "Thor", btcPaper, trade.Paused)) }, trade.ErrAlreadyRunning},
		{"a stopped one still holds a position", func(s *userState) {
			up(s)
			s.put(storedInstance(alice, "Thor", btcPaper, trade.Stopped)).trade = &trade.Trade{Status: "open"}
		}, trade.ErrPositionOpen},
		{"killed", func(s *userState) { up(s); s.kills = []trade.Kill{{Scope: trade.KillAccount, Close: true}} }, trade.ErrKilled},
		{"another is killed", func(s *userState) {
			up(s)
			s.kills = []trade.Kill{{Scope: trade.KillStrategy, Venue: &paperVenue, Strategy: trade.NewStrategyID(alice, "Thor", btcPaper)}}
		}, nil},
		{"killed elsewhere", func(s *userState) { up(s); s.kills = []trade.Kill{{Scope: trade.KillConnection, Venue: &liveVenue}} }, nil},
		{"server halted", func(s *userState) { up(s); s.kills = []trade.Kill{{Scope: trade.KillServer}} }, trade.ErrHalted},
		{"one runs elsewhere", func(s *userState) { up(s); s.put(storedInstance(alice, "Thor", ethPaper, trade.Active)) }, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newUserState(alice)
			s.load(true, []trade.Connection{storedConnection(alice, paperVenue, true)}, nil)
			tt.with(&s)
			require.ErrorIs(t, s.canStart("Razor", btcPaper), tt.want)
			if tt.want == nil {
				require.NoError(t, s.canStart("Razor", btcPaper))
			}
		})
	}
}

func TestUserState_status(t *testing.T) {
	s := newUserState(alice)
	s.load(true, []trade.Connection{storedConnection(alice, paperVenue, true)}, nil)
	for _, tt := range []struct {
		stored trade.Status
		says   trade.State
		want   trade.State
		runs   bool
	}{
		{trade.Active, "", trade.Collecting, true},
		{trade.Active, trade.InPosition, trade.InPosition, true},
		{trade.Paused, trade.Analysing, trade.Pausing, false},
		{trade.Stopped, trade.InPosition, trade.Halted, false},
		{trade.Errored, trade.Analysing, trade.Degraded, false},
	} {
		r := s.put(storedInstance(alice, "Razor", btcPaper, tt.stored))
		r.state = tt.says
		status, ok := s.status(r.ID)
		require.True(t, ok)
		require.Equal(t, tt.want, status.State)
		require.Equal(t, tt.runs, status.IsRunning)
		require.Equal(t, btcPaper.Instrument, status.Instrument)
	}
	_, ok := s.status("nobody's")
	require.False(t, ok)
}

func TestUserState_linkStatus(t *testing.T) {
	s := newUserState(alice)
	require.Equal(t, offline(liveVenue), s.linkStatus(liveVenue, at(0)))
	s.load(true, []trade.Connection{storedConnection(alice, paperVenue, true)}, []trade.Instance{storedInstance(alice, "Razor", btcPaper, trade.Active)})
	require.Equal(t, trade.ConnConnecting, s.linkStatus(paperVenue, at(0)).State, "wanted and nothing heard yet")

	since := at(0)
	s.link(paperVenue).status = trade.ConnectionStatus{Venue: paperVenue, State: trade.ConnConnected, IsConnected: true, ConnectedAt: &since}
	got := s.linkStatus(paperVenue, at(90))
	require.EqualValues(t, 90, got.UptimeSeconds)
	require.Equal(t, 1, got.ActiveStrategiesCount)
	require.True(t, got.Simulated)
	require.False(t, got.RealMoney)

	s.link(paperVenue).degraded = "gave up"
	got = s.linkStatus(paperVenue, at(90))
	require.Equal(t, trade.ConnDegraded, got.State)
	require.Equal(t, "gave up", got.LastError)
	require.False(t, got.IsConnected)
}

func TestUserState_busy(t *testing.T) {
	s := newUserState(alice)
	yes, unsure := s.busy(&paperVenue)
	require.False(t, yes)
	require.Equal(t, []trade.Venue{paperVenue}, unsure, "nothing known: the stored trades must tell")

	s.load(true, []trade.Connection{storedConnection(alice, paperVenue, true), storedConnection(alice, liveVenue, false)}, nil)
	s.link(paperVenue).status.State = trade.ConnConnected
	yes, unsure = s.busy(nil)
	require.False(t, yes)
	require.Equal(t, []trade.Venue{liveVenue}, unsure)
	s.link(paperVenue).hasPosition = true
	yes, _ = s.busy(&paperVenue)
	require.True(t, yes)
	yes, _ = s.busy(&liveVenue)
	require.False(t, yes)
	s.put(storedInstance(alice, "Razor", btcLive, trade.Paused))
	yes, _ = s.busy(&liveVenue)
	require.True(t, yes)
}

func TestPages_join(t *testing.T) {
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	require.Equal(t, raw(`[]`), joinArrays(nil))
	require.Equal(t, raw(`[1,2,3]`), joinArrays([]json.RawMessage{raw(`[1]`), raw(`[]`), raw(`null`), raw(` [2,3] `)}))
}

func TestKeyRefused_uses_the_words_of_the_exchange(t *testing.T) {
	require.ErrorIs(t, keyRefused(trade.ConnectionStatus{}), trade.ErrKeyRefused)
	err := keyRefused(trade.ConnectionStatus{LastError: "the key is revoked"})
	require.ErrorIs(t, err, trade.ErrKeyRefused)
	require.Contains(t, err.Error(), "revoked")
}

func TestRetry_is_bounded(t *testing.T) {
	for n := 1; n < 100; n++ {
		require.LessOrEqual(t, retry.Pause(n), 30*time.Second)
	}
}
