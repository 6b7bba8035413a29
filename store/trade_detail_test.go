package store_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tradebaas/tradebaas/trade"
)

func TestFindTrade_has_its_fills_and_its_decision(t *testing.T) {
	db, _ := owned(t)
	user, other := newUser(t, db, "one@example.com"), newUser(t, db, "two@example.com")
	account := accountOf(user)
	instance := startRazor(t, db, user)
	change := entry(account, instance.ID, start)
	order := change.Orders[0]
	round := closedTrade(account, 0, "1", "tp", "USDC")
	round.Strategy, round.Intent = instance.ID, order.Intent
	out, before, after := fill("t-2", 11, ""), fill("t-0", 9, ""), fill("t-3", 12, "")
	out.Time, before.Time, after.Time = *round.ExitTime, start.Add(-time.Second), round.ExitTime.Add(time.Second)
	elsewhere := fill("t-9", 10, "")
	elsewhere.Instrument = "ETH_USDC-PERPETUAL"
	change.Fills = []trade.Fill{out, fill("t-1", 10, order.Label), before, after, elsewhere}
	change.Trades = []trade.Trade{round}
	require.NoError(t, db.Commit(ctx, account, change))

	found, err := db.FindTrade(ctx, user, round.ID)
	require.NoError(t, err)
	require.Equal(t, round.ID, found.Trade.ID)
	require.Len(t, found.Fills, 2, "its own ones")
	require.EqualValues(t, "t-1", found.Fills[0].ID, "oldest first")
	require.NotNil(t, found.Decision)
	require.Equal(t, change.Decisions[0].ID, found.Decision.ID)

	foreign := openTrade(account, "", "")
	commitTrades(t, db, account, foreign)
	found, err = db.FindTrade(ctx, user, foreign.ID)
	require.NoError(t, err)
	require.Nil(t, found.Decision, "nobody decided it here")
	for _, id := range []trade.TradeID{"nonsense", trade.TradeID(uuid.NewString())} {
		_, err = db.FindTrade(ctx, user, id)
		require.ErrorIs(t, err, trade.ErrTradeNotFound)
	}
	_, err = db.FindTrade(ctx, other, round.ID)
	require.ErrorIs(t, err, trade.ErrTradeNotFound, "another user's is nobody's")
}

func TestTradeFilter_side_reason_and_exit(t *testing.T) {
	db, _ := owned(t)
	account := accountOf(newUser(t, db, "one@example.com"))
	short := closedTrade(account, 3, "-1", "sl", "USDC")
	short.Side = trade.Sell
	commitTrades(t, db, account, closedTrade(account, 1, "1", "tp", "USDC"), closedTrade(account, 2, "1", "sl", "USDC"), short, openTrade(account, "", ""))
	for name, test := range map[string]struct {
		filter trade.TradeFilter
		total  int
	}{
		"side":          {trade.TradeFilter{Side: trade.Sell}, 1},
		"reason":        {trade.TradeFilter{ExitReason: "sl"}, 2},
		"closed from":   {trade.TradeFilter{ClosedFrom: start.Add(2*time.Minute + 30*time.Second)}, 2},
		"closed before": {trade.TradeFilter{ClosedTo: start.Add(2*time.Minute + 30*time.Second)}, 1},
		"both":          {trade.TradeFilter{ExitReason: "sl", Side: trade.Buy}, 1},
	} {
		page, err := db.ListTrades(ctx, account.User, test.filter)
		require.NoError(t, err)
		require.Equal(t, test.total, page.Total, name)
	}
}

// The days of a filter add up to its statistics, whatever the trades and the filter are.
func TestTradeDays_add_up_to_the_statistics(t *testing.T) {
	db, _ := owned(t)
	other := accountOf(newUser(t, db, "other@example.com"))
	commitTrades(t, db, other, closedTrade(other, 1, "1000", "tp", "USDC"))
	users := 0
	rapid.Check(t, func(r *rapid.T) {
		users++
		account := accountOf(newUser(t, db, uuid.NewString()+"@example.com"))
		var all []trade.Trade
		for range rapid.IntRange(0, 12).Draw(r, "trades") {
			one := closedTrade(account, rapid.IntRange(-3000, 3000).Draw(r, "minute"), "0",
				rapid.SampledFrom([]string{"tp", "sl", "manual"}).Draw(r, "reason"), rapid.SampledFrom([]trade.Currency{"USDC", "BTC"}).Draw(r, "currency"))
			one.Side = rapid.SampledFrom([]trade.Side{trade.Buy, trade.Sell}).Draw(r, "side")
			one.Net = trade.NewDec(rapid.Int64Range(-1e12, 1e12).Draw(r, "net")).Mul(dec("0.00000001"))
			all = append(all, one)
		}
		commitTrades(t, db, account, append(all, openTrade(account, "", ""))...)
		filter := trade.TradeFilter{
			Side:       rapid.SampledFrom([]trade.Side{"", trade.Buy}).Draw(r, "of side"),
			ExitReason: rapid.SampledFrom([]string{"", "sl"}).Draw(r, "of reason"),
		}
		if rapid.Bool().Draw(r, "bounded") {
			filter.ClosedFrom = start.Add(time.Duration(rapid.IntRange(-3000, 0).Draw(r, "closed from")) * time.Minute)
		}
		days, err := db.TradeDays(ctx, account.User, filter)
		require.NoError(r, err)
		sums := map[trade.Currency]trade.TradeStats{}
		for i, day := range days {
			require.False(r, i > 0 && day.Day < days[i-1].Day, "oldest first")
			sum := sums[day.Currency]
			sum.ClosedTrades, sum.WinningTrades, sum.LosingTrades = sum.ClosedTrades+day.Trades, sum.WinningTrades+day.Wins, sum.LosingTrades+day.Losses
			sum.TotalPnL, sum.Fees = sum.TotalPnL.Add(day.Net), sum.Fees.Add(day.Fees)
			sums[day.Currency] = sum
		}
		stats, err := db.TradeStats(ctx, account.User, filter, "")
		require.NoError(r, err)
		for _, want := range stats {
			sum := sums[want.Currency]
			require.Equal(r, want.ClosedTrades, sum.ClosedTrades)
			require.Equal(r, [2]int{want.WinningTrades, want.LosingTrades}, [2]int{sum.WinningTrades, sum.LosingTrades})
			require.True(r, want.TotalPnL.Equal(sum.TotalPnL), "%s is not %s", sum.TotalPnL, want.TotalPnL)
			require.True(r, want.Fees.Equal(sum.Fees))
			delete(sums, want.Currency)
		}
		require.Empty(r, sums)
	})
	require.Positive(t, users)
}

func TestTradeDays_are_of_the_exit_in_UTC(t *testing.T) {
	db, _ := owned(t)
	account := accountOf(newUser(t, db, "one@example.com"))
	midnight := 14 * 60 // minutes after the start
	last, first := closedTrade(account, midnight-2, "2", "tp", "USDC"), closedTrade(account, midnight-1, "-1", "sl", "USDC")
	exit := start.Add(time.Duration(midnight) * time.Minute)
	first.ExitTime = &exit
	commitTrades(t, db, account, last, first)
	days, err := db.TradeDays(ctx, account.User, trade.TradeFilter{})
	require.NoError(t, err)
	require.Len(t, days, 2)
	require.Equal(t, "2026-11-24 1 1 0 2", days[0].Day+" 1 1 0 "+days[0].Net.String())
	require.Equal(t, trade.DayResult{Day: "2026-11-25", Environment: trade.Paper, Currency: "USDC", Trades: 1, Losses: 1, Net: days[1].Net, Fees: days[1].Fees, Funding: days[1].Funding}, days[1])
	require.Equal(t, "-1", days[1].Net.String())
}

func TestListActivity_tells_what_happened_newest_first(t *testing.T) {
	db, _ := owned(t)
	user, other := newUser(t, db, "one@example.com"), populate(t, db, "two@example.com")
	account := accountOf(user)
	instance := startRazor(t, db, user)
	at := func(n int) time.Time { return start.Add(time.Duration(n) * time.Minute) }
	round := closedTrade(account, 1, "2.5", "tp", "USDC")
	refused := entry(account, instance.ID, at(3)).Decisions[0]
	refused.Time, refused.Outcome, refused.Reason, refused.Intent = at(3), "denied", "The account is not ready.", ""
	change := entry(account, instance.ID, at(9)) // taken: the trade tells of it
	require.NoError(t, db.Commit(ctx, account, trade.Change{Orders: change.Orders, Trades: []trade.Trade{round},
		Decisions: append(change.Decisions, refused),
		Repairs:   []trade.Repair{{ID: uuid.NewString(), Account: account, Time: at(2), Instrument: instrument, Kind: "protected", Message: "A stop was missing."}}}))
	for n, act := range []trade.AuditEntry{
		{Action: "killswitch.engaged", Subject: "user"}, {Action: "killswitch.reset", Subject: string(instance.ID)},
		{Action: "position.stop.asked", Subject: paper.String() + ":" + string(instrument), Detail: map[string]string{"stop": "96000.5"}},
		{Action: "auth.login.accepted"}, {Action: "connection.unwanted", Subject: paper.String()},
	} {
		act.Actor, act.At = user, at(4+n)
		require.NoError(t, db.AddAudit(ctx, user, act))
	}
	list, err := db.ListActivity(ctx, user, time.Time{}, 50)
	require.NoError(t, err)
	kinds, ids := []string{}, map[string]bool{}
	for _, one := range list {
		kinds, ids[one.ID] = append(kinds, one.Kind), true
	}
	require.Equal(t, []string{trade.ActivityUnconnected, trade.ActivityStopMoved, trade.ActivityKillReset, trade.ActivityKilled, trade.ActivityRefused,
		trade.ActivityRepaired, trade.ActivityClosed, trade.ActivityOpened}, kinds)
	require.Len(t, ids, len(list))
	require.Equal(t, paper, list[0].Venue)
	require.Equal(t, "96000.5", list[1].Price.String())
	require.Equal(t, instrument, list[1].Instrument)
	require.Equal(t, "Razor", list[2].StrategyName)
	require.Equal(t, trade.Venue{}, list[3].Venue, "everything")
	require.Equal(t, "Razor denied The account is not ready.", list[4].StrategyName+" "+list[4].Reason+" "+list[4].Message)
	require.Equal(t, "protected", list[5].Reason)
	require.Equal(t, "2.5 USDC tp", list[6].Net.String()+" "+string(list[6].Currency)+" "+list[6].Reason)
	require.Nil(t, list[7].Net)

	newer, err := db.ListActivity(ctx, user, at(4), 2)
	require.NoError(t, err)
	require.Equal(t, list[:2], newer)
	for _, one := range list {
		require.NotContains(t, one.Strategy, other)
	}
	theirs, err := db.ListActivity(ctx, other, time.Time{}, 50)
	require.NoError(t, err)
	for _, one := range theirs {
		require.False(t, ids[one.ID], "another user's")
	}
}
