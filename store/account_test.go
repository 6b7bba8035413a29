package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/store"
	"github.com/tradebaas/tradebaas/trade"
)

// decEqual compares numbers, not their spelling.
var decEqual = cmp.Comparer(func(a, b trade.Dec) bool { return a.Equal(b) })

func TestCommit_and_load_give_the_same_account(t *testing.T) {
	db, at := owned(t)
	user := newUser(t, db, "one@example.com")
	account := accountOf(user)
	instance := startRazor(t, db, user)
	change := entry(account, instance.ID, start)
	order := change.Orders[0]
	stop := order
	stop.ID, stop.Role, stop.Label = trade.OrderID(uuid.NewString()), trade.Stop, order.Label+"s"
	stop.Type, stop.TriggerPrice, stop.ReduceOnly, stop.ValidUntil = trade.StopMarketOrder, dec("96000.123456789012345"), true, time.Time{}
	stop.CreatedAt = start.Add(time.Second)
	change.Orders = append(change.Orders, stop)
	change.Trades = []trade.Trade{openTrade(account, instance.ID, order.Intent)}
	change.Fills = []trade.Fill{fill("t-1", 10, order.Label), fill("t-1", 10, order.Label)}
	change.Cursors = map[trade.Instrument]trade.Cursor{instrument: {Seq: 10, Time: start}}
	change.Counters = map[trade.StrategyID]trade.Counters{instance.ID: {Day: "2026-11-24", TradesToday: 1, LossToday: dec("0.1")}}
	require.NoError(t, db.Commit(ctx, account, change))

	record, err := db.LoadAccount(ctx, account)
	require.NoError(t, err)
	want := trade.AccountRecord{
		Connection: trade.Connection{Account: account},
		Orders:     change.Orders, Trades: change.Trades, Fills: change.Fills[:1],
		Cursors: change.Cursors, Counters: change.Counters, Closing: []trade.StrategyID{}, Days: map[trade.Currency]trade.Day{},
		Risk: trade.Risk{Limits: []trade.ScopedLimits{{Scope: trade.ServerLimits}}, Kills: []trade.Kill{}}, Entries: []trade.EntryMade{},
	}
	require.Empty(t, cmp.Diff(want, record, decEqual))

	// The entry is done, the trade is open: both orders still belong to the record.
	order.State, order.VenueOrder, order.Filled, order.AveragePrice = trade.OrderFilled, "v1", dec("0.001"), dec("97000.5")
	require.NoError(t, db.Commit(ctx, account, trade.Change{Orders: []trade.Order{order}}))
	record, err = db.LoadAccount(ctx, account)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff([]trade.Order{order, stop}, record.Orders, decEqual))

	// Trade closed, stop cancelled: only the funding is left to ask for.
	closed, exit := change.Trades[0], start.Add(time.Minute)
	price := dec("98000")
	closed.Status, closed.Open, closed.ExitTime, closed.ExitReason, closed.ExitPrice = "closed", trade.Zero, &exit, trade.ExitTarget, &price
	stop.State = trade.OrderCancelled
	require.NoError(t, db.Commit(ctx, account, trade.Change{Orders: []trade.Order{stop}, Trades: []trade.Trade{closed}}))
	record, err = db.LoadAccount(ctx, account)
	require.NoError(t, err)
	require.Empty(t, record.Orders)
	require.Empty(t, cmp.Diff([]trade.Trade{closed}, record.Trades, decEqual), "its funding is not known yet")

	closed.Funded = true
	require.NoError(t, db.Commit(ctx, account, trade.Change{Trades: []trade.Trade{closed}}))
	record, err = db.LoadAccount(ctx, account)
	require.NoError(t, err)
	require.Empty(t, record.Trades)
	require.Empty(t, record.Fills)
	page, err := db.ListTrades(ctx, user, trade.TradeFilter{Limit: 1})
	require.NoError(t, err)
	require.Empty(t, cmp.Diff([]trade.Trade{closed}, page.Trades, decEqual))

	conn := looker(t, at)
	require.Equal(t, 2, number(t, conn, `SELECT count(*) FROM order_events WHERE order_id = $1`, order.ID), "intended, filled")
	require.Equal(t, 1, number(t, conn, `SELECT count(*) FROM fills`), "told twice, stored once")
}

func TestF67_one_entry_per_candle_and_side(t *testing.T) {
	db, at := owned(t)
	user, other := newUser(t, db, "one@example.com"), newUser(t, db, "two@example.com")
	account := accountOf(user)
	instance := startRazor(t, db, user)
	require.NoError(t, db.Commit(ctx, account, entry(account, instance.ID, start)))
	err := db.Commit(ctx, account, entry(account, instance.ID, start))
	require.Equal(t, "duplicate_intent", trade.CodeOf(err))
	require.Equal(t, 1, number(t, looker(t, at), `SELECT count(*) FROM decisions`), "all or nothing")

	short := entry(account, instance.ID, start)
	short.Orders[0].Side = trade.Sell
	require.NoError(t, db.Commit(ctx, account, short), "the other side")
	require.NoError(t, db.Commit(ctx, account, entry(account, instance.ID, start.Add(time.Minute))), "the next candle")
	for range 2 {
		require.NoError(t, db.Commit(ctx, account, entry(account, instance.ID, time.Time{})), "without a candle")
	}
	theirs := startRazor(t, db, other)
	require.NoError(t, db.Commit(ctx, accountOf(other), entry(accountOf(other), theirs.ID, start)))
}

func TestCommit_keeps_a_finished_order_finished(t *testing.T) {
	db, at := owned(t)
	account := accountOf(newUser(t, db, "one@example.com"))
	change := entry(account, "", start)
	require.NoError(t, db.Commit(ctx, account, change))
	order := change.Orders[0]
	for _, state := range []trade.OrderState{trade.OrderSent, trade.OrderUnknown, trade.OrderExpired} {
		order.State = state
		require.NoError(t, db.Commit(ctx, account, trade.Change{Orders: []trade.Order{order}}))
	}
	order.State = trade.OrderOpen
	require.ErrorContains(t, db.Commit(ctx, account, trade.Change{Orders: []trade.Order{order}}), "cannot become open")
	require.ErrorIs(t, db.Commit(ctx, account, trade.Change{Orders: []trade.Order{order}}), trade.ErrUnstorable)
	odd := entry(account, "", start).Orders[0]
	odd.Side = "both"
	require.ErrorIs(t, db.Commit(ctx, account, trade.Change{Orders: []trade.Order{odd}}), trade.ErrUnstorable, "a constraint is as final")
	late, cancel := context.WithCancel(ctx)
	cancel()
	require.NotErrorIs(t, db.Commit(late, account, trade.Change{Orders: []trade.Order{order}}), trade.ErrUnstorable, "no answer is no refusal")
	order.Recalled = true
	require.NoError(t, db.Commit(ctx, account, trade.Change{Orders: []trade.Order{order}}), "what was recalled stops nobody")
	require.Equal(t, 1, number(t, looker(t, at), `SELECT count(*) FROM orders WHERE state = 'expired'`))
}

func TestCommit_refuses_a_label_twice_and_another_users_order(t *testing.T) {
	db, at := owned(t)
	one, two := accountOf(newUser(t, db, "one@example.com")), accountOf(newUser(t, db, "two@example.com"))
	change := entry(one, "", start)
	require.NoError(t, db.Commit(ctx, one, change))
	same := entry(one, "", start.Add(time.Minute))
	same.Orders[0].Label = change.Orders[0].Label
	require.Error(t, db.Commit(ctx, one, same))

	stolen := change
	stolen.Orders[0].Reason = "stolen"
	require.Error(t, db.Commit(ctx, two, stolen))
	require.Zero(t, number(t, looker(t, at), `SELECT count(*) FROM orders WHERE reason = 'stolen'`))
}

func TestCommit_before_owning_is_refused(t *testing.T) {
	first, _ := owned(t)
	account := accountOf(newUser(t, first, "one@example.com"))
	first.Close()
	require.False(t, first.Owner())
	require.ErrorIs(t, first.Commit(ctx, account, entry(account, "", start)), trade.ErrFenced)
}

func TestCursor_never_moves_backwards(t *testing.T) {
	db, _ := owned(t)
	account := accountOf(newUser(t, db, "one@example.com"))
	for _, seq := range []int64{5, 9, 7} {
		require.NoError(t, db.Commit(ctx, account, trade.Change{Cursors: map[trade.Instrument]trade.Cursor{instrument: {Seq: seq, Time: start}}}))
	}
	require.NoError(t, db.Commit(ctx, account, trade.Change{Fills: []trade.Fill{fill("t-8", 8, ""), fill("t-11", 11, "")}}))
	record, err := db.LoadAccount(ctx, account)
	require.NoError(t, err)
	require.EqualValues(t, 9, record.Cursors[instrument].Seq)
	require.Len(t, record.Fills, 1, "only what lies behind the cursor")
	require.EqualValues(t, 11, record.Fills[0].Seq)
}

func TestBootUsers_lists_who_has_something_to_finish(t *testing.T) {
	db, _ := owned(t)
	boot := func() (found []trade.UserID) {
		list, err := db.BootUsers(ctx)
		require.NoError(t, err)
		for _, line := range list {
			found = append(found, line.User)
		}
		return found
	}
	newUser(t, db, "idle@example.com")
	wanted, order, stopped := newUser(t, db, "a@example.com"), newUser(t, db, "b@example.com"), newUser(t, db, "c@example.com")
	require.NoError(t, db.WantConnection(ctx, accountOf(wanted), true, trade.ManualConnect))
	instance := startRazor(t, db, stopped)
	require.NoError(t, db.SetInstance(ctx, stopped, instance.ID, trade.Stopped, trade.ManualStop, ""))
	change := entry(accountOf(order), "", start)
	require.NoError(t, db.Commit(ctx, accountOf(order), change))
	require.ElementsMatch(t, []trade.UserID{wanted, order}, boot())

	change.Orders[0].State = trade.OrderExpired
	require.NoError(t, db.Commit(ctx, accountOf(order), trade.Change{Orders: change.Orders}))
	require.NoError(t, db.WantConnection(ctx, accountOf(wanted), false, trade.ManualDisconnect))
	require.Empty(t, boot())
	require.NoError(t, db.Commit(ctx, accountOf(stopped), trade.Change{Trades: []trade.Trade{openTrade(accountOf(stopped), instance.ID, "")}}))
	require.Equal(t, []trade.UserID{stopped}, boot(), "a position outlives its strategy")
}

// closedTrade is a round trip with a net result, n minutes into the day.
func closedTrade(account trade.AccountID, n int, net, reason string, currency trade.Currency) trade.Trade {
	t := openTrade(account, "", "")
	exit := start.Add(time.Duration(n)*time.Minute + 30*time.Second)
	t.EntryTime, t.ExitTime, t.Status, t.Open, t.ExitReason = start.Add(time.Duration(n)*time.Minute), &exit, "closed", trade.Zero, reason
	t.Net, t.Fees, t.PnL, t.Currency = dec(net), dec("0.5"), dec(net).Add(dec("0.5")), currency
	return t
}

func commitTrades(t *testing.T, db *store.DB, account trade.AccountID, trades ...trade.Trade) {
	t.Helper()
	require.NoError(t, db.Commit(ctx, account, trade.Change{Trades: trades}))
}

func TestTradeStats(t *testing.T) {
	db, _ := owned(t)
	account := accountOf(newUser(t, db, "one@example.com"))
	commitTrades(t, db, account,
		closedTrade(account, 1, "10", "tp", "USDC"), closedTrade(account, 2, "-4", "sl", "USDC"),
		closedTrade(account, 3, "-8", "sl", "USDC"), closedTrade(account, 4, "6", "tp", "USDC"),
		closedTrade(account, 5, "0", "time", "USDC"), closedTrade(account, 6, "0.001", "tp", "BTC"),
		openTrade(account, "", ""))
	list, err := db.TradeStats(ctx, account.User, trade.TradeFilter{}, "")
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.Equal(t, trade.Currency("BTC"), list[0].Currency)
	require.Nil(t, list[0].ProfitFactor, "no loss, no factor")
	factor := dec("1.333333")
	require.Empty(t, cmp.Diff(trade.TradeStats{
		Environment: trade.Paper, Currency: "USDC", TotalTrades: 6, ClosedTrades: 5, WinningTrades: 2, LosingTrades: 2, WinRate: dec("40"),
		TotalPnL: dec("4"), AveragePnL: dec("0.8"), AverageWin: dec("8"), AverageLoss: dec("-6"), WinStreak: 1, LossStreak: 2,
		BestTrade: dec("10"), WorstTrade: dec("-8"), Fees: dec("2.5"),
		ProfitFactor: &factor, Expectancy: dec("0.8"), MaxDrawdown: dec("12"),
		ExitsByReason: map[string]int{"tp": 2, "sl": 2, "time": 1},
	}, list[1], decEqual))

	grouped := map[string]string{}
	for _, by := range trade.StatsGroups {
		list, err = db.TradeStats(ctx, account.User, trade.TradeFilter{Status: "closed", Venue: account.Venue}, by)
		require.NoError(t, err)
		for _, g := range list {
			if g.Currency == "USDC" {
				grouped[by+" "+g.Group] = g.TotalPnL.String()
			}
		}
	}
	require.Equal(t, map[string]string{"strategy Razor": "4", "instrument " + string(instrument): "4", "version Razor v1": "4",
		"day 2026-11-24": "4", "week 2026-W48": "4", "month 2026-11": "4"}, grouped)

	none, err := db.TradeStats(ctx, account.User, trade.TradeFilter{Strategy: "Thor"}, "")
	require.NoError(t, err)
	require.Empty(t, none)
	losing := newUser(t, db, "two@example.com")
	commitTrades(t, db, accountOf(losing), closedTrade(accountOf(losing), 1, "-3", "sl", "USDC"))
	list, err = db.TradeStats(ctx, losing, trade.TradeFilter{}, "")
	require.NoError(t, err)
	require.True(t, list[0].MaxDrawdown.Equal(dec("3")), "a first loss is a fall from 0")
}

// What is simulated and what is real is never added up, whatever is left out of the filter.
func TestTradeStats_keep_environments_apart(t *testing.T) {
	db, _ := owned(t)
	paper := accountOf(newUser(t, db, "one@example.com"))
	live := paper
	live.Environment = trade.Live
	commitTrades(t, db, paper, closedTrade(paper, 1, "100", "tp", "USDC"), closedTrade(paper, 2, "-30", "sl", "USDC"))
	commitTrades(t, db, live, closedTrade(live, 3, "-5", "sl", "USDC"))
	for _, by := range append(trade.StatsGroups, "") {
		list, err := db.TradeStats(ctx, paper.User, trade.TradeFilter{}, by)
		require.NoError(t, err)
		var sums []string
		for _, s := range list {
			sums = append(sums, fmt.Sprint(s.Environment, " ", s.TotalPnL, " ", s.MaxDrawdown, " ", s.LossStreak, " ", s.ExitsByReason))
		}
		require.Equal(t, []string{"live -5 5 1 map[sl:1]", "paper 70 30 1 map[sl:1 tp:1]"}, sums, "by %q", by)
	}
	days, err := db.TradeDays(ctx, paper.User, trade.TradeFilter{})
	require.NoError(t, err)
	require.Len(t, days, 2)
	require.Equal(t, "live -5 paper 70", fmt.Sprint(days[0].Environment, " ", days[0].Net, " ", days[1].Environment, " ", days[1].Net))
}

func TestListTrades_pages_and_filters(t *testing.T) {
	db, _ := owned(t)
	account := accountOf(newUser(t, db, "one@example.com"))
	for n := range 5 {
		commitTrades(t, db, account, closedTrade(account, n, "1", "tp", "USDC"))
	}
	commitTrades(t, db, account, openTrade(account, "", ""))
	list := func(f trade.TradeFilter) trade.TradePage {
		page, err := db.ListTrades(ctx, account.User, f)
		require.NoError(t, err)
		return page
	}
	var seen []trade.TradeID
	for f := (trade.TradeFilter{Limit: 4}); ; {
		page := list(f)
		require.Equal(t, 6, page.Total)
		for i, one := range page.Trades {
			require.False(t, i > 0 && one.EntryTime.After(page.Trades[i-1].EntryTime), "newest first")
			require.NotContains(t, seen, one.ID)
			seen = append(seen, one.ID)
		}
		if f.Cursor = page.Next; f.Cursor == "" {
			break
		}
	}
	require.Len(t, seen, 6)
	for name, test := range map[string]struct {
		filter trade.TradeFilter
		total  int
	}{
		"status":     {trade.TradeFilter{Status: "open"}, 1},
		"strategy":   {trade.TradeFilter{Strategy: "rAZor"}, 6},
		"instrument": {trade.TradeFilter{Instrument: "ETH_USDC-PERPETUAL"}, 0},
		"venue":      {trade.TradeFilter{Venue: trade.Venue{Broker: trade.Deribit, Environment: trade.Live}}, 0},
		"from":       {trade.TradeFilter{From: start.Add(3 * time.Minute)}, 2},
		"to":         {trade.TradeFilter{To: start.Add(3 * time.Minute)}, 4},
	} {
		require.Equal(t, test.total, list(test.filter).Total, name)
	}
	require.Len(t, list(trade.TradeFilter{Limit: 10, Offset: 4}).Trades, 2)
	for _, cursor := range []string{"x", "!!", "bm90LWEtdGltZQp4"} {
		_, err := db.ListTrades(ctx, account.User, trade.TradeFilter{Cursor: cursor})
		require.ErrorIs(t, err, trade.ErrInvalidCursor)
	}
}

func TestListEquity_thins_each_series_and_keeps_its_ends(t *testing.T) {
	db, _ := owned(t)
	account := accountOf(newUser(t, db, "one@example.com"))
	for n := range 50 {
		at := start.Add(time.Duration(n) * time.Minute)
		balances := []trade.Balance{{Currency: "USDC", Equity: trade.NewDec(int64(n))}, {Currency: "BTC", Equity: trade.NewDec(1)}}
		require.NoError(t, db.AddEquity(ctx, account, at, balances))
		require.NoError(t, db.AddEquity(ctx, account, at, balances), "twice is once")
	}
	for _, limit := range []int{1, 2, 3, 20, 99, 100, 1000} {
		points, err := db.ListEquity(ctx, account.User, paper, time.Time{}, time.Time{}, limit)
		require.NoError(t, err)
		require.LessOrEqual(t, len(points), limit)
		require.NotEmpty(t, points)
		if limit >= 4 {
			require.Equal(t, start, points[0].Time)
			require.Equal(t, start.Add(49*time.Minute), points[len(points)-1].Time, fmt.Sprint(limit))
			require.GreaterOrEqual(t, len(points), min(limit, 100)-1)
		}
	}
	points, err := db.ListEquity(ctx, account.User, trade.Venue{}, start.Add(time.Minute), start.Add(2*time.Minute), 10)
	require.NoError(t, err)
	require.Len(t, points, 2)
}

func TestDecisions_and_repairs_page(t *testing.T) {
	db, _ := owned(t)
	user, stranger := newUser(t, db, "one@example.com"), newUser(t, db, "two@example.com")
	account := accountOf(user)
	instance := startRazor(t, db, user)
	var change trade.Change
	for n := range 3 {
		at := start.Add(time.Duration(n) * time.Minute)
		change.Decisions = append(change.Decisions, trade.Decision{ID: uuid.NewString(), Strategy: instance.ID, Time: at, Outcome: "denied"})
		change.Repairs = append(change.Repairs, trade.Repair{ID: uuid.NewString(), Time: at, Kind: "adopted", Message: "Found."})
	}
	require.NoError(t, db.Commit(ctx, account, change))
	decisions, err := db.ListDecisions(ctx, user, instance.ID, 2, "")
	require.NoError(t, err)
	require.Len(t, decisions.Decisions, 2)
	require.Equal(t, change.Decisions[2].ID, decisions.Decisions[0].ID)
	decisions, err = db.ListDecisions(ctx, user, instance.ID, 2, decisions.Next)
	require.NoError(t, err)
	require.Len(t, decisions.Decisions, 1)
	require.Empty(t, decisions.Next)
	_, err = db.ListDecisions(ctx, stranger, instance.ID, 2, "")
	require.ErrorIs(t, err, trade.ErrStrategyNotFound)

	repairs, err := db.ListRepairs(ctx, user, paper, 2, "")
	require.NoError(t, err)
	require.Len(t, repairs.Repairs, 2)
	repairs, err = db.ListRepairs(ctx, user, trade.Venue{}, 2, repairs.Next)
	require.NoError(t, err)
	require.Len(t, repairs.Repairs, 1)
	require.Equal(t, account, repairs.Repairs[0].Account)
}
