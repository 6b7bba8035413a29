package simulation

import (
	"fmt"
	"hash/fnv"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

// The rhythm of the market's signals here: short candles make for many trades.
const (
	candleTerm  = 10 * time.Second
	signalLife  = 5 * time.Second
	tickerLimit = 10 * time.Second // an older quote is no basis for an order
)

// config is a random but valid configuration of a strategy; a new version of it is a new one.
type config struct {
	version        int
	stop, target   trade.Dec // percent of the price
	amount         trade.Dec
	hold, cooldown time.Duration
	dailyLoss      trade.Dec
	eager          int // signals in a hundred candles
}

// executor follows one strategy: it hears signals and asks its connection for entries.
type executor struct {
	n       *connection
	id      trade.StrategyID
	spec    trade.Spec
	config  config
	candle  time.Time // the last one decided on
	priced  time.Time // when the price of the last decision was told
	trade   *trade.Trade
	stopped bool
	ended   map[trade.TradeID]bool
}

func newExecutor(n *connection, i *instance) *executor {
	key, _ := trade.ParseStrategyID(i.id)
	e := &executor{n: n, id: i.id, candle: i.counters.LastCandle, ended: map[trade.TradeID]bool{}}
	for _, s := range n.s.w.specs {
		if s.Instrument == key.Market.Instrument {
			e.spec = s
		}
	}
	e.config = n.s.w.configOf(n.u, i, e.spec)
	return e
}

// configOf draws the configuration of a version; the same version is the same after a restart.
func (w *World) configOf(u *user, i *instance, spec trade.Spec) config {
	r := stream(w.seed, fmt.Sprint("config ", i.id, i.version))
	tenth := trade.MustDec("0.01")
	c := config{version: i.version, stop: tenth.Mul(trade.NewDec(10 + r.Int64N(40))), target: tenth.Mul(trade.NewDec(10 + r.Int64N(60))),
		hold: time.Duration(20+r.IntN(120)) * time.Second, cooldown: time.Duration(r.IntN(3)) * candleTerm, eager: 30 + r.IntN(70)}
	value := []int64{200, 2_000, 9_000}[r.IntN(3)]
	if u.whale {
		value = 1_500_000 + r.Int64N(1_500_000) // more than the book holds
	}
	price := trade.NewDec(int64(firstPrice[string(spec.Base)]))
	c.amount = trade.NewDec(value).Div(price)
	if spec.Kind == trade.Inverse {
		c.amount = trade.NewDec(value)
	}
	c.amount = trade.MaxDec(c.amount.FloorTo(spec.AmountStep), spec.MinAmount)
	if r.IntN(3) == 0 {
		c.dailyLoss = trade.Value(spec.Kind, c.amount, price).Percent(trade.NewDec(1 + r.Int64N(3)))
	}
	return c
}

func (e *executor) start() {
	now := e.n.s.w.now
	e.await(now.Truncate(candleTerm)) // the candle that has just ended may still be good
	e.watch()
}

// await plans the decision on a candle.
func (e *executor) await(end time.Time) {
	w := e.n.s.w
	due := end.Add(w.delay(20, 200))
	if due.Before(w.now) {
		due = w.now
	}
	e.after(due.Sub(w.now), func() {
		e.decide(end.Add(-candleTerm))
		if w.weather[TwoSignals].now(w.now) {
			e.candle = time.Time{} // an executor that has forgotten
			e.decide(end.Add(-candleTerm))
		}
		e.await(end.Add(candleTerm))
	})
}

func (e *executor) after(d time.Duration, run func()) {
	e.n.after(d, func() {
		if !e.stopped {
			run()
		}
	})
}

// chance is what the strategy makes of a candle, the same whoever asks and whenever.
func (e *executor) chance(candle time.Time) uint64 {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, e.n.s.w.seed, e.id, candle.Unix())
	return h.Sum64() >> 8
}

func (e *executor) decide(candle time.Time) {
	w, chance := e.n.s.w, e.chance(candle)
	if !candle.After(e.candle) || w.quiet || int(chance%100) >= e.config.eager {
		return
	}
	e.candle = candle
	side := trade.Buy
	if chance/100%2 == 0 {
		side = trade.Sell
	}
	t := w.ticker(e.spec.Instrument)
	if w.now.Sub(t.Time) > tickerLimit/2 && !w.sabotage.blind { // the market is stale
		return
	}
	if counters := e.counters(); w.now.Before(counters.CooldownUntil) {
		return
	}
	e.priced = t.Time
	if w.sabotage.blind {
		t.Time = w.now
	}
	e.enter(w.command(e, side, candle, t))
}

func (e *executor) counters() trade.Counters {
	if e.n.account == nil {
		return trade.Counters{}
	}
	return e.n.account.Counters(e.id)
}

// command asks for an entry whose levels are those of the present version, whatever comes later.
func (w *World) command(e *executor, side trade.Side, candle time.Time, t trade.Ticker) trade.EnterCommand {
	c, spec, far := e.config, e.spec, t.Ask
	if side == trade.Sell {
		far = t.Bid
	}
	levels := func(at trade.Dec) trade.Levels { return c.levels(side, at, spec) }
	l := levels(far)
	w.intents++
	intent := trade.IntentID(fmt.Sprintf("%016x%016x", w.seed, w.intents))
	return trade.EnterCommand{Intent: intent, Strategy: e.id, StrategyName: "Random", ConfigVersion: c.version, Instrument: spec.Instrument,
		Side: side, Amount: c.amount, Stop: l.Stop, Target: l.Target, GoodUntil: candle.Add(candleTerm + signalLife), Spec: spec, Ticker: t,
		Levels: levels, MaxDailyLoss: c.dailyLoss, Counters: e.counters(),
		Decision: trade.Decision{ID: "d" + string(intent), Strategy: e.id, CandleTime: candle, Time: e.n.s.now(), Side: side, Outcome: "taken"}}
}

func (c config) levels(side trade.Side, at trade.Dec, spec trade.Spec) trade.Levels {
	stop, target := at.Percent(c.stop).CeilTo(spec.TickSize), at.Percent(c.target).CeilTo(spec.TickSize)
	at = at.NearestTo(spec.TickSize)
	if side == trade.Buy {
		return trade.Levels{Stop: at.Sub(stop), Target: at.Add(target)}
	}
	return trade.Levels{Stop: at.Add(stop), Target: at.Sub(target)}
}

// enter lets the account decide about an entry; a yes is stored before it is sent.
func (e *executor) enter(cmd trade.EnterCommand) {
	n := e.n
	if n.account == nil {
		return
	}
	n.judge()
	now, refusal := n.s.now(), error(nil)
	out := n.feed(func(a *trade.Account) trade.Outcome {
		out, err := a.Enter(cmd, now)
		refusal = err
		return out
	})
	if refusal != nil {
		n.s.w.report.denied(refusal)
		return
	}
	n.s.w.report.Intents++
	n.s.w.note("%s intends to %s %s", e.id, cmd.Side, cmd.Intent)
	n.u.truth.intend(cmd, e.priced)
	n.record(out, cmd.Intent)
}

// hear takes what is stored of its trades.
func (e *executor) hear(out trade.Outcome) {
	for _, t := range out.Change.Trades {
		if t.Strategy != e.id {
			continue
		}
		if t.Status == trade.TradeOpen {
			open := t
			e.trade = &open
			continue
		}
		if e.trade != nil && e.trade.ID == t.ID {
			e.trade = nil
		}
		if !e.ended[t.ID] && e.n.account.ByHand(t.ID) {
			e.n.u.pause(e)
		}
		e.ended[t.ID] = true
	}
}

// watch looks after the open trade each second: break-even once, and an end after so long.
func (e *executor) watch() {
	e.after(time.Second, func() {
		if t, open := e.n.account.OpenTrade(e.id); open {
			e.look(t)
		}
		e.watch()
	})
}

func (e *executor) look(t trade.Trade) {
	n, now := e.n, e.n.s.now()
	if now.Sub(t.EntryTime) > e.config.hold {
		n.apply(n.feed(func(a *trade.Account) trade.Outcome {
			out, _ := a.Close(t.ID, trade.ExitTime, now)
			return out
		}))
		return
	}
	ticker := n.s.w.ticker(e.spec.Instrument)
	half := t.EntryPrice.Add(t.TakeProfit).Div(trade.NewDec(2))
	there := half.Less(ticker.Mark) == (t.Side == trade.Buy)
	if t.BreakEvenDone || !there || t.TakeProfit.IsZero() {
		return
	}
	price := t.EntryPrice.NearestTo(e.spec.TickSize)
	n.apply(n.feed(func(a *trade.Account) trade.Outcome {
		out, _ := a.MoveStop(t.ID, price, ticker.Mark, true, now)
		return out
	}))
}
