package actors

import (
	"context"
	"encoding/json"
	"sync/atomic"
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

// scripted is a strategy whose signal a test fires, with the plan of the Fast Test.
type scripted struct {
	testConfig
	plan  strategy.Config
	rules strategy.Rules
	side  *atomic.Value // what the next candle says
}

func (s scripted) Rules() strategy.Rules { return s.rules }
func (s scripted) Plan(in strategy.PlanInput) (strategy.Plan, error) {
	return s.plan.Plan(in)
}
func (s scripted) Levels(p strategy.Plan, fill trade.Dec, spec trade.Spec) (stop, target trade.Dec, passed bool) {
	return s.plan.Levels(p, fill, spec)
}

type scriptedDefinition struct {
	definition
	config scripted
}

func (d scriptedDefinition) Parse(json.RawMessage) (strategy.Config, error) { return d.config, nil }

// floor is a whole tree in virtual time: real actors between a fake feed, a fake account and a fake
// database.
type floor struct {
	*desk
	*System
	env    *Env
	feedOf *venueFake
	script scripted
	fault  *faults
}

var scriptedID = trade.NewStrategyID(alice, "Razor", btcPaper)

// open starts a tree whose user is connected and whose market is lively.
func open(t *testing.T, rules strategy.Rules, prepare func(*ledgerFake)) *floor {
	t.Helper()
	plan, err := strategy.FastTest.Parse(json.RawMessage(`{}`))
	require.NoError(t, err)
	side := &atomic.Value{}
	side.Store(strategy.None)
	f := &floor{desk: &desk{t: t, x: newAccountFake()}, feedOf: newVenueFake(paperVenue), fault: &faults{}}
	f.script = scripted{testConfig{key: "scripted", eval: func(c strategy.Candle) strategy.Analysis {
		return strategy.Analysis{CandleTime: c.OpenTime, Have: 1, Need: 1, Price: c.Close, ScoreLong: float64(c.OpenTime / 60_000), Signal: strategy.Signal{Type: side.Load().(string), Strength: 70}}
	}}, plan, rules, side}
	for i := range f.feedOf.specs {
		s := &f.feedOf.specs[i]
		s.Base, s.Quote, s.TickSize, s.AmountStep, s.MinAmount = "BTC", "USDC", trade.MustDec("0.5"), trade.MustDec("0.0001"), trade.MustDec("0.0001")
		s.MaxLeverage, s.TakerFee, s.MakerFee = trade.NewDec(50), trade.MustDec("0.0001"), trade.MustDec("0.0001")
	}
	f.ledger = newLedgerFake(f.x)
	ready(f.ledger.storageFake, alice)
	if prepare != nil {
		prepare(f.ledger)
	}
	f.env = &Env{Storage: f.ledger, Log: zerolog.Nop(), connection: newConnection, executor: newExecutor,
		Venues: map[trade.Venue]broker.Venue{paperVenue: sessionVenue{f.feedOf, f.x}},
		FindStrategy: func(name string) (strategy.Definition, error) {
			if name == "Razor" {
				return scriptedDefinition{config: f.script}, nil
			}
			return strategy.Find(name)
		}}
	f.System = newSystem(f.env, kit.Options{Fault: f.fault.strike})
	require.NoError(t, f.Start())
	synctest.Wait()
	f.env.venues().Tell(ToVenue{Venue: paperVenue, Msg: listInstruments{}})
	synctest.Wait()
	f.feedOf.feed().sink(broker.FeedUp{})
	wait(2 * time.Second) // users wake one after the other
	f.x.login()
	synctest.Wait()
	return f
}

func (f *floor) shut() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for _, left := range f.Stop(ctx).Left {
		f.t.Errorf("%s did not stop, handling %q", left.ID, left.Handling)
	}
}

// quote shows a price and the growing candle.
func (f *floor) quote(price trade.Dec) {
	now := time.Now()
	f.x.change(func() { f.x.price = price })
	nine := trade.NewDec(9)
	f.feedOf.feed().sink(broker.TickerChanged{Ticker: trade.Ticker{Instrument: btc, Time: now, Bid: price, BidAmount: nine, Ask: price, AskAmount: nine,
		Last: price, Mark: price, Index: price}})
	f.feedOf.feed().sink(grows(btc, minuteCandle(now.Truncate(minute))))
	synctest.Wait()
}

// run lets time pass with a price each second.
func (f *floor) run(d time.Duration, price trade.Dec) {
	for ; d > 0; d -= time.Second {
		f.quote(price)
		wait(time.Second)
	}
}

var fifty = trade.NewDec(50000)

func (f *floor) startFast() trade.StrategyStatus {
	f.t.Helper()
	status, err := f.StartStrategy(f.t.Context(), alice, trade.StartStrategy{Name: "Fast Test", Market: btcPaper, Config: json.RawMessage(`{}`)})
	require.NoError(f.t, err)
	return status
}

func (f *floor) statusOf(id trade.StrategyID) trade.StrategyStatus {
	f.t.Helper()
	list, err := f.StrategyStatuses(f.t.Context(), alice)
	require.NoError(f.t, err)
	for _, s := range list {
		if s.ID == id {
			return s
		}
	}
	f.t.Fatalf("no strategy %s", id)
	return trade.StrategyStatus{}
}

func (f *floor) analysis(id trade.StrategyID) (view struct {
	Status   string
	State    trade.State
	Position *struct {
		EntryPrice, UnrealizedPnl trade.Dec
		SlOrderID, TpOrderID      string
	}
	LastDecision *struct{ Outcome, Reason string }
	Checkpoints  []strategy.Checkpoint
}) {
	f.t.Helper()
	data, err := f.Analysis(f.t.Context(), alice, id)
	require.NoError(f.t, err)
	require.NoError(f.t, json.Unmarshal(data, &view))
	return view
}

func (f *floor) outcomes() (list []string) {
	f.ledger.mu.Lock()
	defer f.ledger.mu.Unlock()
	for _, d := range f.ledger.decided {
		list = append(list, d.Outcome)
	}
	return list
}

func TestExecutor_FastTest(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := open(t, strategy.Rules{}, nil)
		defer f.shut()
		f.run(3*time.Second, fifty)
		f.startFast()
		f.run(5*time.Second, fifty)
		require.Equal(t, trade.InPosition, f.statusOf(fastTestID).State)
		view := f.analysis(fastTestID)
		require.Equal(t, "position_open", view.Status)
		require.Equal(t, "50000", view.Position.EntryPrice.String())
		require.NotEmpty(t, view.Position.SlOrderID)
		require.NotEmpty(t, view.Position.TpOrderID)

		f.run(14*time.Second, fifty)
		require.Equal(t, trade.TradeOpen, f.oneTrade().Status)
		f.run(6*time.Second, fifty)
		require.Equal(t, trade.ExitTime, f.oneTrade().ExitReason)
		require.True(t, f.x.held().IsZero())
		require.Empty(t, f.x.live())
		require.Equal(t, trade.Stopped, f.ledger.status(fastTestID), "it stops itself")
		require.Contains(t, f.ledger.acted(), trade.Completed)
		f.run(2*time.Minute, fifty)
		require.Equal(t, 1, f.sent("send entry"))
	})
}

// A look at a start plans with the real price, the account's equity and the market's candles, and
// does nothing.
func TestSystem_PreviewStart(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := open(t, strategy.Rules{}, nil)
		defer f.shut()
		f.run(3*time.Second, fifty)
		start := trade.StartStrategy{Name: "fast test", Market: btcPaper, Config: json.RawMessage(`{}`)}
		_, err := f.StartStrategy(t.Context(), alice, trade.StartStrategy{Name: "Razor", Market: btcPaper})
		require.NoError(t, err)
		f.run(3*time.Second, fifty)
		look, err := f.PreviewStart(t.Context(), alice, start)
		require.NoError(t, err)
		require.Equal(t, "Fast Test", look.StrategyName)
		require.Equal(t, "50000", look.Ask.String())
		require.Equal(t, "10000", look.Equity.String())
		require.Len(t, look.Sides, 1)
		require.Equal(t, []string{"0.0001", "49850", "50150"}, []string{look.Sides[0].Amount.String(), look.Sides[0].Stop.String(), look.Sides[0].Target.String()})

		start.Name = "Razor"
		look, err = f.PreviewStart(t.Context(), alice, start)
		require.NoError(t, err)
		require.Len(t, look.Sides, 2, "a strategy that waits for a signal may take either side")
		_, err = f.PreviewStart(t.Context(), alice, trade.StartStrategy{Name: "Nonsense", Market: btcPaper})
		require.ErrorIs(t, err, trade.InvalidFields("unknown_strategy", ""))
		_, err = f.PreviewStart(t.Context(), bob, start)
		require.ErrorIs(t, err, trade.ErrNotConnected)
		require.Zero(t, f.sent("send"))
		require.Empty(t, f.ledger.decided)
	})
}

func TestExecutor_FastTestOverACrash(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := open(t, strategy.Rules{}, nil)
		defer f.shut()
		f.run(3*time.Second, fifty)
		f.startFast()
		f.run(5*time.Second, fifty)
		f.crash(f.env.executorRef(alice, fastTestID), "executor")
		f.run(10*time.Second, fifty)
		require.Equal(t, trade.InPosition, f.statusOf(fastTestID).State)
		f.run(10*time.Second, fifty)
		require.Equal(t, trade.ExitTime, f.oneTrade().ExitReason, "the time is counted from the entry")
		require.Equal(t, 1, f.sent("send entry"))
	})
}

// crash makes an actor panic once; it starts again by itself.
func (f *floor) crash(ref kit.Ref, kind string) {
	f.fault.set(func(k, _ string, msg any) bool {
		_, doomed := msg.(doom)
		return k == kind && doomed
	})
	ref.Tell(doom{})
	synctest.Wait()
	f.fault.set(nil)
}

func TestExecutor_StopClosesOrKeeps(t *testing.T) {
	for name, closing := range map[string]bool{"closes": true, "keeps": false} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := open(t, strategy.Rules{}, nil)
				defer f.shut()
				f.run(3*time.Second, fifty)
				f.startFast()
				f.run(5*time.Second, fifty)
				_, err := f.StopStrategy(t.Context(), alice, fastTestID, closing)
				require.NoError(t, err)
				f.run(3*time.Second, fifty)
				if closing {
					require.Equal(t, trade.ExitStrategyStop, f.oneTrade().ExitReason)
					require.Empty(t, f.x.live())
					return
				}
				require.Equal(t, trade.TradeOpen, f.oneTrade().Status)
				require.Len(t, f.x.live(), 2, "the bracket stays")
				_, err = f.StartStrategy(t.Context(), alice, trade.StartStrategy{Name: "Fast Test", Market: btcPaper, Config: json.RawMessage(`{}`)})
				require.ErrorIs(t, err, trade.ErrPositionOpen)
				f.x.hit("limit")
				f.run(3*time.Second, fifty)
				require.Equal(t, trade.ExitTarget, f.oneTrade().ExitReason, "the connection books the exit")
			})
		})
	}
}

// scriptedRuns is a scripted strategy that was started before.
func scriptedRuns(l *ledgerFake) {
	i := storedInstance(alice, "Razor", btcPaper, trade.Active)
	l.instances[i.ID] = i
}

// candle lets one whole candle pass whose end says side.
func (f *floor) candle(side string) {
	f.script.side.Store(side)
	next := time.Now().Truncate(minute).Add(minute)
	f.run(time.Until(next)+2*time.Second, fifty)
	f.script.side.Store(strategy.None)
}

func TestExecutor_SignalToTradeToCooldown(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := open(t, strategy.Rules{Cooldown: 90 * time.Second, MaxDailyTrades: 2}, scriptedRuns)
		defer f.shut()
		f.run(3*time.Second, fifty)
		require.Equal(t, trade.Analysing, f.statusOf(scriptedID).State)
		f.candle(strategy.Long)
		require.Equal(t, trade.InPosition, f.statusOf(scriptedID).State)
		require.Equal(t, []string{"taken"}, f.outcomes())

		f.x.hit("limit")
		f.run(3*time.Second, fifty)
		require.Equal(t, trade.CoolingOff, f.statusOf(scriptedID).State)
		f.candle(strategy.Long)
		require.Equal(t, []string{"taken", "cooldown"}, f.outcomes())
		f.ledger.set(func() {
			for _, d := range f.ledger.decided { // taken or refused, each tells what it was based on
				var detail strategy.Detail
				require.NoError(t, json.Unmarshal(d.Detail, &detail))
				require.Equal(t, strategy.Long, detail.Signal.Type, d.Outcome)
				require.Equal(t, d.CandleTime.UnixMilli(), detail.CandleTime, d.Outcome)
				require.NotEmpty(t, detail.Sizing.Steps, d.Outcome)
				require.NotNil(t, detail.AtTarget, d.Outcome)
				require.NotNil(t, detail.AtStop, d.Outcome)
			}
		})
		require.Equal(t, "cooldown", f.analysis(scriptedID).LastDecision.Outcome)

		f.run(time.Minute, fifty)
		require.Equal(t, trade.Analysing, f.statusOf(scriptedID).State, "it wakes by itself")
		f.candle(strategy.Short)
		f.x.hit("stop_market")
		f.run(2*time.Minute, fifty)
		f.candle(strategy.Long)
		require.Equal(t, []string{"taken", "cooldown", "taken", "daily_limit"}, f.outcomes())
		require.Equal(t, 2, f.sent("send entry"))
	})
}

func TestExecutor_CountersOverACrash(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := open(t, strategy.Rules{Cooldown: 10 * time.Minute}, scriptedRuns)
		defer f.shut()
		f.run(3*time.Second, fifty)
		f.candle(strategy.Long)
		f.crash(f.env.connectionRef(account(alice)), "connection")
		f.x.hit("limit") // while nobody listens
		f.run(2*time.Second, fifty)
		f.crash(f.env.executorRef(alice, scriptedID), "executor")
		f.x.login()
		f.run(20*time.Second, fifty)
		require.Equal(t, trade.ExitTarget, f.oneTrade().ExitReason)
		require.Equal(t, trade.CoolingOff, f.statusOf(scriptedID).State)
		f.ledger.mu.Lock()
		defer f.ledger.mu.Unlock()
		c := f.ledger.counters[scriptedID]
		require.Equal(t, 1, c.TradesToday)
		require.Equal(t, 10*time.Minute, c.CooldownUntil.Sub(*f.ledger.rounds[trade.TradeID(onlyKey(f.ledger.rounds))].ExitTime))
	})
}

func onlyKey[K comparable, V any](m map[K]V) (key K) {
	for key = range m {
		return key
	}
	return key
}

func TestExecutor_BreakEven(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := open(t, strategy.Rules{BreakEven: strategy.BreakEven{Enabled: true, Trigger: trade.MustDec("0.5"), OffsetTicks: 1}}, scriptedRuns)
		defer f.shut()
		f.run(3*time.Second, fifty)
		f.candle(strategy.Long)
		require.Equal(t, "49850", f.oneTrade().StopLoss.String())
		f.run(2*time.Second, trade.NewDec(50074))
		require.False(t, f.oneTrade().BreakEvenDone)
		f.run(2*time.Second, trade.NewDec(50075)) // half of the way to 50150
		require.True(t, f.oneTrade().BreakEvenDone)
		require.Equal(t, "50000.5", f.oneTrade().StopLoss.String())
		require.Equal(t, 1, f.sent("amend stop_market"))
		require.Zero(t, f.sent("cancel stop_market"), "never a cancel first")
		f.x.hit("stop_market")
		f.run(3*time.Second, fifty)
		require.Equal(t, trade.ExitBreakEven, f.oneTrade().ExitReason)
	})
}

func TestExecutor_PausedBySurroundings(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := open(t, strategy.Rules{}, scriptedRuns)
		defer f.shut()
		f.run(3*time.Second, fifty)
		f.x.lost()
		f.run(2*time.Second, fifty)
		require.Equal(t, trade.Pausing, f.statusOf(scriptedID).State)
		require.NotEmpty(t, f.statusOf(scriptedID).StateReason)
		f.candle(strategy.Long)
		require.Equal(t, []string{"paused"}, f.outcomes())
		f.x.login()
		f.run(3*time.Second, fifty)
		require.Equal(t, trade.Analysing, f.statusOf(scriptedID).State, "nobody has to do anything")
		f.feedOf.feed().sink(feedDown())
		wait(time.Second)
		require.Equal(t, trade.Pausing, f.statusOf(scriptedID).State)
	})
}

func TestExecutor_BadConfig(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := open(t, strategy.Rules{}, func(l *ledgerFake) {
			i := storedInstance(alice, "Gone", btcPaper, trade.Active)
			l.instances[i.ID] = i
		})
		defer f.shut()
		f.run(2*time.Second, fifty)
		require.Equal(t, trade.Errored, f.ledger.status(trade.NewStrategyID(alice, "Gone", btcPaper)))
	})
}

func TestExecutor_ClosedByHandPauses(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := open(t, strategy.Rules{}, scriptedRuns)
		defer f.shut()
		f.run(3*time.Second, fifty)
		f.candle(strategy.Long)
		f.x.change(func() {
			amount := f.x.size
			f.x.take(f.x.add(trade.VenueOrder{Instrument: btc, Side: trade.Sell, Type: "market", State: "open", Amount: amount}), fifty)
		})
		f.run(5*time.Second, fifty)
		require.Equal(t, trade.ExitManual, f.oneTrade().ExitReason)
		require.Empty(t, f.x.live(), "what protected it is gone")
		require.Equal(t, trade.Paused, f.ledger.status(scriptedID), "a person has taken over")
	})
}
