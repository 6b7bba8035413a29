package main_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/store/embedded"
)

// pair is a PostgreSQL and a replica of it that streams what it writes, without being waited for.
type pair struct {
	testing.TB
	dir              string // of the primary
	primary, replica string // addresses of the owner
}

// newPair makes both by copying a stopped cluster. Only the system's own crash could lose what a process
// has written, and the test does not crash that.
func newPair(tb testing.TB) *pair {
	tb.Helper()
	options := embedded.Options{Dir: filepath.Join(tb.TempDir(), "primary"), Volatile: true, Settings: map[string]string{"synchronous_commit": "on"}}
	first, err := embedded.Start(context.Background(), options)
	require.NoError(tb, err)
	require.NoError(tb, first.Stop(context.Background()))
	p := &pair{TB: tb, dir: options.Dir}
	copied := options
	copied.Dir = filepath.Join(filepath.Dir(p.dir), "replica")
	out, err := exec.Command("cp", "-a", p.dir, copied.Dir).CombinedOutput()
	require.NoError(tb, err, "%s", out)
	require.NoError(tb, os.Remove(filepath.Join(copied.Dir, "port")))
	p.primary = p.run(options)
	p.write(filepath.Join(copied.Dir, "data", "standby.signal"), "")
	p.write(filepath.Join(copied.Dir, "data", "postgresql.auto.conf"), "primary_conninfo = '"+strings.Replace(p.primary, "/tradebaas?", "/?", 1)+"'\n")
	p.replica = p.run(copied)
	return p
}

func (p *pair) write(name, text string) {
	p.Helper()
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(p, err)
	_, err = f.WriteString(text)
	require.NoError(p, err)
	require.NoError(p, f.Close())
}

func (p *pair) run(options embedded.Options) (owner string) {
	p.Helper()
	server, err := embedded.Start(context.Background(), options)
	require.NoError(p, err)
	p.Cleanup(func() { require.NoError(p, server.Stop(context.Background())) })
	owner, err = server.OwnerURL()
	require.NoError(p, err)
	return owner
}

// ask runs one query on a database and gives its one value.
func (p *pair) ask(database, sql string, args ...any) (value string) {
	p.Helper()
	conn, err := pgx.Connect(context.Background(), database)
	require.NoError(p, err)
	defer func() { _ = conn.Close(context.Background()) }()
	require.NoError(p, conn.QueryRow(context.Background(), sql, args...).Scan(&value))
	return value
}

// detach lets the replica have all that is committed now, and nothing more.
func (p *pair) detach() {
	p.Helper()
	written := p.ask(p.primary, `SELECT pg_current_wal_lsn()::text`)
	require.Eventually(p, func() bool {
		return p.ask(p.replica, `SELECT (pg_last_wal_replay_lsn() >= $1::pg_lsn)::text`, written) == "true"
	}, pollTime, pollTick, "the replica follows")
	conn, err := pgx.Connect(context.Background(), p.replica)
	require.NoError(p, err)
	defer func() { _ = conn.Close(context.Background()) }()
	_, err = conn.Exec(context.Background(), `ALTER SYSTEM SET primary_conninfo = ''`)
	require.NoError(p, err)
	p.ask(p.replica, `SELECT pg_reload_conf()::text`)
	require.Eventually(p, func() bool {
		return p.ask(p.replica, `SELECT count(*)::text FROM pg_stat_wal_receiver`) == "0"
	}, pollTime, pollTick, "the replica hears nothing more")
}

// failOver kills the primary and makes the replica the one that is written to.
func (p *pair) failOver() {
	p.Helper()
	raw, err := os.ReadFile(filepath.Join(p.dir, "data", "postmaster.pid"))
	require.NoError(p, err)
	pid, err := strconv.Atoi(strings.SplitN(string(raw), "\n", 2)[0])
	require.NoError(p, err)
	require.NoError(p, syscall.Kill(pid, syscall.SIGKILL))
	require.Equal(p, "true", p.ask(p.replica, `SELECT pg_promote()::text`))
}

// F43: the database fails over to a replica that lost the last commits. The server notices that it is
// another history and ends; started again it takes over from the exchange what was lost: no entry is
// made twice, positions are under stops, and in the end every fill and every unit of money is explained.
func TestF43_failover_that_lost_the_tail(t *testing.T) {
	t.Parallel()
	both := newPair(t)
	r, address := newRelay(t, both.primary)
	x := startExchange(t)
	s := &storm{T: t, exchange: x, database: both.primary, chance: rand.New(rand.NewPCG(*stormSeed, *stormSeed)), deaths: map[string]int{}}
	s.server = newServer(t, address, x, "TRADEBAAS_LOG_LEVEL=info")
	s.start()
	for n := range stormUsers {
		s.people = append(s.people, s.newPerson(fmt.Sprintf("tail%d@example.com", n)))
	}
	s.trade(3 * time.Second)
	both.detach()
	before := both.ask(both.replica, `SELECT count(*)::text FROM fills`)
	s.trade(4 * time.Second)
	s.holdOne()
	written := s.count("fills")
	require.NotEqual(t, before, written, "the lost tail holds fills")

	r.setCut(true)
	both.failOver()
	s.database = both.replica
	require.Equal(t, before, s.count("fills"), "they are lost")
	epoch := both.ask(both.replica, `SELECT epoch::text FROM server`)
	r.lead(t, both.replica)
	r.setCut(false)
	require.Eventually(t, s.server.ended, pollTime, pollTick, "the server notices, and ends")
	require.Contains(t, s.server.out.String(), "another database has taken the place")

	for _, p := range s.people {
		p.sure = false // what was acknowledged may be among what was lost
	}
	s.start()
	require.Greater(t, both.ask(both.replica, `SELECT epoch::text FROM server`), epoch)
	for _, p := range s.people {
		p.eventually("every order of ours is on record again", func() bool { return len(s.unstored(p)) == 0 })
		s.check(p)
	}
	s.trade(2 * time.Second)
	for _, p := range s.people {
		p.windDown()
		s.checkSettled(p)
	}
	found := s.texts(`SELECT count(*)::text FROM repairs WHERE kind = 'recalled'`)[0]
	require.NotEqual(t, "0", found, "entries were lost and found")
	t.Logf("failover: of %s fills the replica had %s; %s lost entries were taken over from the exchange", written, before, found)
}

// trade lets people start and stop strategies for so long.
func (s *storm) trade(d time.Duration) {
	tick, over := time.NewTicker(20*time.Millisecond), time.After(d)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.people[s.chance.IntN(len(s.people))].act(s.chance)
		case <-over:
			return
		}
	}
}

// holdOne leaves somebody in a position.
func (s *storm) holdOne() {
	p := s.people[0]
	require.Eventually(s, func() bool {
		p.try("POST", "/api/strategy/start", fastTest())
		size, _ := s.exchange.holds(s, p)
		return !size.IsZero()
	}, pollTime, pollTick, "a position is open")
}

// ended tells whether the process is over.
func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}
