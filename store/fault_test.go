package store_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/trade"
)

// F44: PostgreSQL gives a transaction up; the same again passes, with the same ids, and what does not
// pass in three tries is told.
func TestF44_given_up_transactions_are_repeated(t *testing.T) {
	for name, c := range map[string]struct {
		code   string
		times  int
		passes bool
	}{
		"serialization, twice":       {"40001", 2, true},
		"deadlock, twice":            {"40P01", 2, true},
		"serialization, three times": {"40001", 3, false},
		"another error":              {"P0001", 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			db, at := owned(t)
			user := newUser(t, db, "one@example.com")
			account := accountOf(user)
			instance := startRazor(t, db, user)
			conn := looker(t, at)
			// A sequence counts the tries, because it takes no part in what is rolled back.
			_, err := conn.Exec(ctx, `
				CREATE SEQUENCE tries;
				GRANT USAGE ON SEQUENCE tries TO public;
				CREATE FUNCTION give_up() RETURNS trigger LANGUAGE plpgsql AS $$
				BEGIN
					IF nextval('tries') <= `+string(rune('0'+c.times))+` THEN
						RAISE EXCEPTION 'given up' USING ERRCODE = '`+c.code+`';
					END IF;
					RETURN NEW;
				END $$;
				CREATE TRIGGER give_up BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION give_up()`)
			require.NoError(t, err)
			err = db.Commit(ctx, account, entry(account, instance.ID, start))
			if c.passes {
				require.NoError(t, err)
				require.Equal(t, 1, number(t, conn, `SELECT count(*) FROM orders`))
				require.Equal(t, 1, number(t, conn, `SELECT count(*) FROM decisions`))
				return
			}
			require.Error(t, err)
			require.Zero(t, number(t, conn, `SELECT count(*) FROM orders`), "all or nothing")
		})
	}
}

// F47: a commit whose answer was lost is told again, and changes nothing.
func TestF47_commit_told_twice(t *testing.T) {
	db, at := owned(t)
	user := newUser(t, db, "one@example.com")
	account := accountOf(user)
	instance := startRazor(t, db, user)
	change := entry(account, instance.ID, start)
	change.Fills = []trade.Fill{fill("t-1", 10, change.Orders[0].Label)}
	change.Trades = []trade.Trade{openTrade(account, instance.ID, change.Orders[0].Intent)}
	change.Repairs = []trade.Repair{{ID: uuid.NewString(), Account: account, Time: start, Instrument: instrument, Kind: "adopted", Message: "Found."}}
	change.Cursors = map[trade.Instrument]trade.Cursor{instrument: {Seq: 10, Time: start}}
	change.Counters = map[trade.StrategyID]trade.Counters{instance.ID: {Day: "2026-11-24", TradesToday: 1}}
	change.Days = map[trade.Currency]trade.Day{"USDC": {Day: "2026-11-24", Realised: dec("-0.05")}}
	require.NoError(t, db.Commit(ctx, account, change))
	conn := looker(t, at)
	rows := func() (n []int) {
		for _, table := range []string{"orders", "order_events", "fills", "trades", "decisions", "repairs", "fill_cursors", "account_days"} {
			n = append(n, number(t, conn, `SELECT count(*) FROM `+table))
		}
		return n
	}
	before := rows()
	require.NoError(t, db.Commit(ctx, account, change))
	require.Equal(t, before, rows())
}

// F46: people's requests use up every connection of theirs; an order is stored all the same.
func TestF46_trading_never_waits_for_people(t *testing.T) {
	db, at := owned(t)
	trading := db.Trading()
	user := newUser(t, db, "one@example.com")
	account := accountOf(user)
	instance := startRazor(t, db, user)
	hold, err := looker(t, at).Begin(ctx)
	require.NoError(t, err)
	_, err = hold.Exec(ctx, `LOCK TABLE equity_points, sessions IN ACCESS EXCLUSIVE MODE`)
	require.NoError(t, err)
	slow, cancel := context.WithCancel(ctx)
	var waiting sync.WaitGroup
	for range 200 {
		waiting.Go(func() { _, _ = db.ListEquity(slow, user, trade.Venue{}, time.Time{}, time.Time{}, 10) })
		waiting.Go(func() { _, _ = db.ListSignIns(slow, user) })
	}
	watch := looker(t, at)
	require.Eventually(t, func() bool {
		return number(t, watch, `SELECT count(*) FROM pg_locks WHERE NOT granted AND relation IN ('equity_points'::regclass, 'sessions'::regclass)`) >= 2
	}, 10*time.Second, 10*time.Millisecond, "every connection of the people is held up")
	soon, stop := context.WithTimeout(ctx, 5*time.Second)
	defer stop()
	_, err = db.ListTrades(soon, user, trade.TradeFilter{Limit: 1})
	require.Error(t, err, "people wait")
	require.NoError(t, trading.Commit(ctx, account, entry(account, instance.ID, start)))
	_, err = trading.LoadAccount(ctx, account)
	require.NoError(t, err)
	cancel()
	require.NoError(t, hold.Rollback(ctx))
	waiting.Wait()
}

func TestTrading_is_the_same_server(t *testing.T) {
	db, _ := owned(t)
	trading := db.Trading()
	require.Equal(t, db.Epoch(), trading.Epoch())
	require.Equal(t, db.Installation(), trading.Installation())
	require.True(t, trading.Owner())
}
