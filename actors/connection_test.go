package actors

import (
	"context"
	"encoding/json"
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

var fastTestID = trade.NewStrategyID(alice, "Fast Test", btcPaper)

// desk is one connection under a parent that keeps what it is told.
type desk struct {
	t      *testing.T
	env    *Env
	x      *accountFake
	ledger *ledgerFake
	crash  faults
	boss   kit.Ref

	mu   sync.Mutex
	told []any
}

// sit starts a connection whose exchange is reachable but where nobody is logged in yet.
func sit(t *testing.T) *desk {
	d := &desk{t: t, x: newAccountFake()}
	d.ledger = newLedgerFake(d.x)
	d.ledger.keys[account(alice)] = true
	d.env = &Env{Storage: d.ledger, Log: zerolog.Nop(), FindStrategy: strategy.Find, figures: newFigures(nil, nil),
		Venues: map[trade.Venue]broker.Venue{paperVenue: sessionVenue{newVenueFake(paperVenue), d.x}}}
	d.env.system = kit.NewSystem(kit.Options{Fault: d.crash.strike})
	spec := kit.Spec{Kind: "connection", New: func() kit.Actor { return newConnection(d.env, account(alice), AllowEntries{Allowed: true}) }}
	boss, err := d.env.system.Start("boss", kit.Spec{Kind: "boss", New: func() kit.Actor {
		return kit.ActorFunc(func(c *kit.Context) {
			switch m := c.Message().(type) {
			case kit.Started:
				c.Children().Ensure("link", spec)
			case kit.Stopping, kit.Stopped, kit.Restarting, kit.Terminated:
			default:
				d.mu.Lock()
				d.told = append(d.told, m)
				d.mu.Unlock()
			}
		})
	}})
	require.NoError(t, err)
	d.boss = boss
	synctest.Wait()
	return d
}

// seated is a connection that is up and compared.
func seated(t *testing.T) *desk {
	d := sit(t)
	d.x.login()
	wait(time.Millisecond)
	require.Equal(t, trade.ConnConnected, d.status().State)
	return d
}

// rise ends the test's tree.
func (d *desk) rise() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for _, left := range d.env.system.Stop(ctx).Left {
		d.t.Errorf("%s did not stop, handling %q", left.ID, left.Handling)
	}
	d.env.closing.Wait()
	synctest.Wait()
	if d.x.sessions != 0 {
		d.t.Errorf("%d sessions were left open", d.x.sessions)
	}
}

func (d *desk) tell(msg any) {
	d.link().Tell(msg)
	synctest.Wait()
}

func (d *desk) link() kit.Ref { return d.env.system.Ref(d.boss.ID() + "/link") }

// kill makes the connection panic on its next message; it starts again by itself.
func (d *desk) kill() {
	d.crash.set(func(kind, _ string, msg any) bool {
		_, doomed := msg.(doom)
		return kind == "connection" && doomed
	})
	d.tell(doom{})
	d.crash.set(nil)
	wait(time.Second)
}

type doom struct{}

// of lists what the parent was told of one type.
func of[T any](d *desk) (list []T) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, m := range d.told {
		if v, ok := m.(T); ok {
			list = append(list, v)
		}
	}
	return list
}

func newest[T any](d *desk) T {
	d.t.Helper()
	list := of[T](d)
	require.NotEmpty(d.t, list, "nothing of that type was told")
	return list[len(list)-1]
}

func (d *desk) status() trade.ConnectionStatus { return newest[ConnectionChanged](d).Status }

// entry is a Fast Test entry at the present price.
func (d *desk) entry() EnterPosition {
	d.t.Helper()
	return entryAt(d.t, d.x.price)
}

func entryAt(tb testing.TB, price trade.Dec) EnterPosition {
	tb.Helper()
	config, err := strategy.FastTest.Parse(json.RawMessage(`{}`))
	require.NoError(tb, err)
	spec := trade.Spec{Instrument: btc, Kind: trade.Linear, Base: "BTC", Quote: "USDC", Settlement: "USDC", TickSize: trade.MustDec("0.5"),
		AmountStep: trade.MustDec("0.0001"), MinAmount: trade.MustDec("0.0001"), MaxLeverage: trade.NewDec(50), TakerFee: trade.MustDec("0.0005"), Active: true}
	ticker := trade.Ticker{Instrument: btc, Time: time.Now(), Bid: price, BidAmount: trade.NewDec(9), Ask: price, AskAmount: trade.NewDec(9), Mark: price, Index: price, Last: price}
	ten := trade.NewDec(10000)
	plan, err := config.Plan(strategy.PlanInput{Side: trade.Buy, Spec: spec, Ticker: ticker, Equity: ten, Available: ten})
	require.NoError(tb, err)
	return EnterPosition{Intent: newIntent(), Strategy: fastTestID, StrategyName: "Fast Test", ConfigVersion: 1, Instrument: btc, Plan: plan,
		Spec: spec, Ticker: ticker, Config: config, Decision: trade.Decision{ID: "d1", Strategy: fastTestID, Outcome: decisionTaken}}
}

func (d *desk) oneTrade() trade.Trade {
	d.t.Helper()
	list := d.ledger.trades()
	require.Len(d.t, list, 1)
	return list[0]
}

func (d *desk) sent(what string) (n int) {
	for _, line := range d.x.logged() {
		if line == what {
			n++
		}
	}
	return n
}

func TestConnection_Trades(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := seated(t)
		defer d.rise()
		d.tell(FollowAccount{Strategy: fastTestID, Instrument: btc, Cooldown: time.Minute})
		require.True(t, newest[AccountState](d).Ready)
		d.tell(d.entry())
		wait(time.Second)

		open := newest[TradeChanged](d).Trade
		require.Equal(t, trade.TradeOpen, open.Status)
		require.Len(t, d.x.live(), 2)
		require.Equal(t, 1, newest[TradeChanged](d).Counters.TradesToday)
		require.True(t, newest[ConnectionChanged](d).HasPosition)

		d.x.hit("limit")
		wait(5 * time.Second)
		closed := newest[TradeChanged](d)
		require.Equal(t, trade.ExitTarget, closed.Trade.ExitReason)
		require.False(t, closed.Counters.CooldownUntil.IsZero())
		require.Nil(t, newest[AccountState](d).Trade)
		require.False(t, newest[ConnectionChanged](d).HasPosition)
		require.Empty(t, d.ledger.unfinished())
		require.Empty(t, d.ledger.repaired())
	})
}

func TestConnection_WritesFirst(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := seated(t)
		defer d.rise()
		hold := make(chan struct{})
		d.ledger.set(func() { d.ledger.hold = hold })
		d.tell(d.entry())
		wait(2 * time.Second)
		require.Zero(t, d.sent("send entry"), "nothing is sent before it is stored")

		d.ledger.set(func() { d.ledger.hold = nil })
		close(hold)
		wait(time.Second)
		require.Equal(t, []string{"commit entry", "send entry"}, only(d.x.logged(), "commit entry", "send entry"))
	})
}

func TestConnection_StorageTooSlow(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := seated(t)
		defer d.rise()
		hold := make(chan struct{})
		d.ledger.set(func() { d.ledger.hold = hold })
		d.tell(d.entry())
		wait(6 * time.Second)
		d.ledger.set(func() { d.ledger.hold = nil })
		close(hold)
		wait(2 * time.Second)
		require.Zero(t, d.sent("send entry"), "its time limit has passed")
		require.Equal(t, trade.OrderExpired, newest[EntryEnded](d).State)
		require.Empty(t, d.ledger.unfinished())
	})
}

func only(log []string, want ...string) []string {
	return slices.DeleteFunc(log, func(line string) bool { return !slices.Contains(want, line) })
}

func TestConnection_StorageRefuses(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := seated(t)
		defer d.rise()
		d.ledger.set(func() { d.ledger.fenced = true })
		d.tell(d.entry())
		wait(time.Second)
		require.Zero(t, d.sent("send entry"))
		require.Equal(t, trade.ErrFenced.Code, newest[EntryDenied](d).Err.Code)
	})
}

func TestConnection_AnswerSwallowed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := seated(t)
		defer d.rise()
		d.x.change(func() { d.x.swallow = true })
		d.tell(d.entry())
		wait(5 * time.Second)
		require.Equal(t, 1, d.sent("send entry"), "no second send")
		require.NotZero(t, d.sent("ask label"))
		require.Equal(t, trade.TradeOpen, d.oneTrade().Status)
		require.Len(t, d.x.live(), 2)
	})
}

func TestConnection_SendLost(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := seated(t)
		defer d.rise()
		d.tell(FollowAccount{Strategy: fastTestID, Instrument: btc})
		d.x.change(func() { d.x.lose = true })
		d.tell(d.entry())
		wait(4 * time.Second)
		require.Empty(t, of[EntryEnded](d), "not found is no proof yet")
		require.False(t, newest[AccountState](d).Ready, "no entry while one is unresolved")
		wait(8 * time.Second)
		require.Equal(t, trade.OrderExpired, newest[EntryEnded](d).State)
		require.Equal(t, 1, d.sent("send entry"))
		wait(2 * time.Second)
		require.True(t, newest[AccountState](d).Ready)
	})
}

// A server may die between any two steps; whatever the exchange did meanwhile, one entry and one
// protected position come of it, or none.
func TestConnection_KilledInTheMiddle(t *testing.T) {
	cases := map[string]struct {
		before func(d *desk)
		after  func(d *desk)
		check  func(t *testing.T, d *desk)
	}{
		"before the answer": {
			before: func(d *desk) {
				d.x.change(func() { d.x.swallow = true })
				d.link().Tell(d.entry())
				synctest.Wait()
			},
			check: func(t *testing.T, d *desk) { require.Equal(t, trade.TradeOpen, d.oneTrade().Status) },
		},
		"lost on the way": {
			before: func(d *desk) {
				d.x.change(func() { d.x.lose = true })
				d.tell(d.entry())
			},
			check: func(t *testing.T, d *desk) {
				require.Empty(t, d.ledger.trades())
				require.Contains(t, d.ledger.repaired(), "resolved")
			},
		},
		"in position": {
			before: func(d *desk) { d.tell(d.entry()); wait(time.Second) },
			check:  func(t *testing.T, d *desk) { require.Equal(t, trade.TradeOpen, d.oneTrade().Status) },
		},
		"stop hit while dead": {
			before: func(d *desk) { d.tell(d.entry()); wait(time.Second) },
			after:  func(d *desk) { d.x.hit("stop_market") },
			check:  func(t *testing.T, d *desk) { require.Equal(t, trade.ExitStop, d.oneTrade().ExitReason) },
		},
		"stop removed while dead": {
			before: func(d *desk) { d.tell(d.entry()); wait(time.Second) },
			after:  func(d *desk) { d.x.remove("stop_market") },
			check:  func(t *testing.T, d *desk) { require.Contains(t, d.ledger.repaired(), "protected") },
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				d := seated(t)
				defer d.rise()
				c.before(d)
				d.kill()
				if c.after != nil {
					c.after(d)
				}
				d.x.login()
				wait(12 * time.Second)
				require.Equal(t, 1, d.sent("send entry"))
				require.Equal(t, trade.ConnConnected, d.status().State)
				stops := 0
				for _, v := range d.x.live() {
					if v.Type == "stop_market" {
						stops++
					}
				}
				if d.x.held().IsZero() {
					require.Empty(t, d.x.live())
				} else {
					require.Equal(t, 1, stops)
				}
				c.check(t, d)
			})
		})
	}
}

func TestConnection_LinkLost(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := seated(t)
		defer d.rise()
		d.tell(FollowAccount{Strategy: fastTestID, Instrument: btc})
		d.tell(d.entry())
		wait(time.Second)
		d.x.lost()
		wait(time.Second)
		require.Equal(t, trade.ConnConnecting, d.status().State)
		require.NotNil(t, d.status().NextAttemptAt)
		require.False(t, newest[AccountState](d).Ready)
		d.x.hit("limit") // unheard
		d.x.login()
		wait(time.Second)
		require.Equal(t, trade.ExitTarget, d.oneTrade().ExitReason)
		wait(2 * time.Second)
		require.True(t, newest[AccountState](d).Ready)
	})
}

func TestConnection_EventsMissed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := seated(t)
		defer d.rise()
		d.tell(d.entry())
		wait(time.Second)
		d.x.change(func() { d.x.deaf = true })
		d.x.hit("limit")
		wait(sweepEvery + time.Second)
		require.Equal(t, trade.ExitTarget, d.oneTrade().ExitReason, "one sweep finds what no event told")
		require.Empty(t, d.x.live())
	})
}

func TestConnection_DatabaseAwayExitGoes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := seated(t)
		defer d.rise()
		d.tell(FollowAccount{Strategy: fastTestID, Instrument: btc})
		d.tell(d.entry())
		wait(time.Second)
		d.ledger.set(func() { d.ledger.away = true })
		d.tell(CloseTrade{Trade: d.oneTrade().ID, Reason: trade.ExitManual})
		wait(3 * time.Second)
		require.True(t, d.x.held().IsZero(), "the position is closed all the same")
		require.False(t, newest[AccountState](d).Ready, "but nothing new begins")
		require.Equal(t, 1, d.sent("send exit"))

		d.ledger.set(func() { d.ledger.away = false })
		wait(3 * time.Second)
		require.Equal(t, trade.ExitManual, d.oneTrade().ExitReason)
		require.True(t, newest[AccountState](d).Ready)
	})
}

func TestConnection_StopNotTaken(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := seated(t)
		defer d.rise()
		d.tell(d.entry())
		wait(time.Second)
		d.x.change(func() { d.x.noStops = true })
		d.x.remove("stop_market")
		wait(3 * time.Second)
		require.True(t, d.x.held().IsZero(), "a position without a stop does not stay open")
	})
}

func TestReasonOfKey(t *testing.T) {
	refused := func(err error) error {
		return &broker.Error{Outcome: broker.Refused, Auth: true, Reason: "invalid_credentials", Err: err}
	}
	for want, err := range map[string]error{
		"The exchange refused this key: invalid_credentials.": refused(trade.ErrKeyRefused),
		"This key may withdraw.":                              refused(trade.Errorf(trade.Refused, "key_can_withdraw", "This key may withdraw.")),
		trade.ErrKeyRefused.Message:                           trade.ErrKeyRefused,
	} {
		require.Equal(t, want, reasonOfKey(err))
	}
}

func TestReasonOf_maintenance(t *testing.T) {
	require.Contains(t, reasonOf(&broker.Error{Busy: true, Closed: true, Code: 11051, Reason: "system_maintenance"}), "in maintenance")
}

func TestConnection_KeyRefused(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := sit(t)
		defer d.rise()
		d.x.change(func() {
			d.x.refused = &broker.Error{Outcome: broker.Refused, Auth: true, Reason: "invalid_credentials"}
		})
		d.x.login()
		wait(time.Second)
		require.Equal(t, trade.ConnKeyInvalid, d.status().State)
		require.Contains(t, d.status().LastError, "invalid_credentials")
		d.tell(d.entry())
		require.NotEmpty(t, of[EntryDenied](d))
	})
}

func TestConnection_AccountOfSomebodyElse(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := sit(t)
		defer d.rise()
		d.ledger.set(func() { d.ledger.foreign = true })
		d.x.login()
		wait(time.Second)
		require.Equal(t, trade.ConnKeyInvalid, d.status().State)
		require.Equal(t, trade.ErrAccountInUse.Message, d.status().LastError)
	})
}

func TestConnection_NoKey(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := sit(t)
		defer d.rise()
		d.ledger.set(func() { delete(d.ledger.keys, account(alice)) })
		d.kill()
		require.Equal(t, trade.ConnKeyInvalid, d.status().State)
		require.Equal(t, trade.ErrNoCredentials.Message, d.status().LastError)
	})
}

func TestConnection_LoadedWhenTheDatabaseIsBack(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := sit(t)
		defer d.rise()
		d.ledger.set(func() { d.ledger.away = true })
		d.kill()
		wait(time.Minute)
		d.ledger.set(func() { d.ledger.away = false })
		wait(time.Minute)
		d.x.login()
		wait(time.Second)
		require.Equal(t, trade.ConnConnected, d.status().State)
	})
}

func TestConnection_Questions(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := sit(t)
		defer d.rise()
		_, err := kit.Ask(t.Context(), d.link(), func(r kit.Reply[[]trade.Balance]) any { return GetBalances{r} })
		require.ErrorIs(t, err, trade.ErrNotConnected)
		d.x.login()
		wait(time.Millisecond)
		balances, err := kit.Ask(t.Context(), d.link(), func(r kit.Reply[[]trade.Balance]) any { return GetBalances{r} })
		require.NoError(t, err)
		require.Len(t, balances, 1)

		d.tell(d.entry())
		wait(time.Second)
		positions, err := kit.Ask(t.Context(), d.link(), func(r kit.Reply[[]trade.PositionView]) any { return GetPositions{r} })
		require.NoError(t, err)
		require.Len(t, positions, 1)
		require.Equal(t, fastTestID, positions[0].Strategy)
		require.False(t, positions[0].StopLoss.IsZero())
		orders, err := kit.Ask(t.Context(), d.link(), func(r kit.Reply[[]trade.OrderView]) any { return GetOrders{Reply: r, Instrument: btc} })
		require.NoError(t, err)
		require.Len(t, orders, 2)
		for _, topic := range []string{topicOrders, topicPositions, topicBalance, topicTrades} {
			d.tell(SnapshotWanted{Topic: topic, Request: 4})
			require.NotEqual(t, "[]", string(newest[SnapshotReady](d).Items), topic)
		}

		_, err = kit.Ask(t.Context(), d.link(), func(r kit.Reply[struct{}]) any {
			return ClosePosition{Reply: r, Instrument: btc, Reason: trade.ExitManual}
		})
		require.NoError(t, err)
		wait(2 * time.Second)
		require.Equal(t, trade.ExitManual, d.oneTrade().ExitReason)
		require.Empty(t, d.x.live())
	})
}

func TestConnection_UserSwitchedOff(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := seated(t)
		defer d.rise()
		d.tell(AllowEntries{Reason: "switched off"})
		d.tell(d.entry())
		require.Equal(t, "entries_off", newest[EntryDenied](d).Err.Code)
		d.ledger.set(func() { require.Equal(t, "entries_off", d.ledger.decided[0].Outcome) })
		d.tell(AllowEntries{Allowed: true})
		d.tell(d.entry())
		wait(time.Second)
		require.Equal(t, 1, d.sent("send entry"))
	})
}

func TestConnection_KeepsEquity(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := seated(t)
		defer d.rise()
		wait(11 * time.Minute)
		d.ledger.set(func() { require.Equal(t, 2, d.ledger.equity) })
	})
}

// A close that is wanted while the account is being read is not forgotten.
func TestConnection_ClosesWhatWasAskedWhileReading(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := seated(t)
		defer d.rise()
		d.tell(d.entry())
		wait(time.Second)
		d.ledger.set(func() { d.ledger.away = true })
		d.kill()
		d.tell(CloseStrategyTrade{Strategy: fastTestID, Reason: trade.ExitStrategyStop})
		d.ledger.set(func() { d.ledger.away = false })
		wait(time.Minute)
		d.x.login()
		wait(5 * time.Second)
		require.Equal(t, trade.ExitStrategyStop, d.oneTrade().ExitReason)
		require.True(t, d.x.held().IsZero())
	})
}

// A user hears of open trades when an account is read, so that nothing is started on top of what a
// stopped strategy holds.
func TestConnection_TellsOpenTradesAfterARestart(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := seated(t)
		defer d.rise()
		d.tell(d.entry())
		wait(time.Second)
		d.mu.Lock()
		d.told = nil
		d.mu.Unlock()
		d.kill()
		require.Equal(t, trade.TradeOpen, newest[TradeChanged](d).Trade.Status, "before the exchange has answered")
		d.x.login()
		wait(time.Second)
	})
}

// Kill switches are read beside each other; an older answer that comes later does not lift a newer one.
func TestConnection_RiskIsTheNewest(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := seated(t)
		defer d.rise()
		d.tell(riskLoaded{number: 2, risk: trade.Risk{Kills: []trade.Kill{killAll}}})
		d.tell(riskLoaded{number: 1})
		d.tell(d.entry())
		require.Equal(t, "kill_switch", newest[EntryDenied](d).Err.Code)
		d.tell(riskLoaded{number: 3})
		d.tell(d.entry())
		wait(time.Second)
		require.Equal(t, 1, d.sent("send entry"))
	})
}

// A second close is answered when the first is stored, not before.
func TestConnection_SecondCloseWaitsForTheFirst(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := seated(t)
		defer d.rise()
		d.tell(d.entry())
		wait(time.Second)
		hold := make(chan struct{})
		d.ledger.set(func() { d.ledger.hold = hold })
		answers := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := kit.Ask(t.Context(), d.link(), func(r kit.Reply[struct{}]) any {
					return ClosePosition{Reply: r, Instrument: btc, Reason: trade.ExitManual}
				})
				answers <- err
			}()
			synctest.Wait()
		}
		require.Empty(t, answers, "nothing of it is stored")
		d.ledger.set(func() { d.ledger.hold = nil })
		close(hold)
		require.NoError(t, <-answers)
		require.NoError(t, <-answers)
		wait(3 * time.Second)
		require.Equal(t, trade.ExitManual, d.oneTrade().ExitReason)
	})
}

// A contract that was traded once and is not known any more keeps nobody from trading another.
func TestConnection_ComparesBesideADeliveredContract(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := sit(t)
		defer d.rise()
		d.ledger.set(func() { d.ledger.cursors[delivered] = trade.Cursor{Seq: 7, Time: time.Now()} })
		d.kill()
		d.x.login()
		wait(time.Second)
		require.Equal(t, trade.ConnConnected, d.status().State)
		d.tell(d.entry())
		wait(time.Second)
		require.Equal(t, 1, d.sent("send entry"))
	})
}
