package simulation

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

// errAway is any answer of the database that is no answer.
var errAway = errors.New("the database does not answer")

var errDuplicate = trade.Errorf(trade.Conflict, "duplicate_intent", "This strategy has already entered on this candle.")

// database models the tables that matter, with the rules that the real one enforces: what is here is
// committed, and survives every end of the process.
type database struct {
	epoch      int64
	accounts   map[trade.AccountID]*tables
	strategies map[trade.StrategyID]*instance
	users      map[trade.UserID]*will
	broken     []string // rules that somebody tried to break
}

// will is what a user wants of the connection.
type will struct {
	wanted bool
	limits trade.Limits
	killed *trade.Kill // the kill switch is on
}

// instance is a stored strategy.
type instance struct {
	id       trade.StrategyID
	status   trade.Status
	act      string
	since    time.Time // of the status
	version  int
	counters trade.Counters
}

type tables struct {
	orders   map[trade.OrderID]*orderRow
	labels   map[string]*orderRow
	intents  map[trade.IntentID]time.Time // when the first order of an intent was committed
	candles  map[candleKey]trade.OrderID
	fills    map[trade.VenueTradeID]trade.Fill
	trades   map[trade.TradeID]trade.Trade
	cursors  map[trade.Instrument]trade.Cursor
	days     map[trade.Currency]trade.Day
	repairs  map[string]trade.Repair
	decided  map[string]trade.Decision
	unending map[trade.OrderID]*orderRow // orders that are not terminal
}

type orderRow struct {
	trade.Order
	candle    time.Time
	committed time.Time
}

type candleKey struct {
	strategy trade.StrategyID
	candle   time.Time
	side     trade.Side
}

func newDatabase() *database {
	return &database{accounts: map[trade.AccountID]*tables{}, strategies: map[trade.StrategyID]*instance{}, users: map[trade.UserID]*will{}}
}

func newTables() *tables {
	return &tables{orders: map[trade.OrderID]*orderRow{}, labels: map[string]*orderRow{}, intents: map[trade.IntentID]time.Time{},
		candles: map[candleKey]trade.OrderID{}, fills: map[trade.VenueTradeID]trade.Fill{}, trades: map[trade.TradeID]trade.Trade{},
		cursors: map[trade.Instrument]trade.Cursor{}, days: map[trade.Currency]trade.Day{}, repairs: map[string]trade.Repair{}, decided: map[string]trade.Decision{},
		unending: map[trade.OrderID]*orderRow{}}
}

// commit is one transaction: all of it or nothing.
func (d *database) commit(epoch int64, id trade.AccountID, c trade.Change, now time.Time) error {
	t := d.accounts[id]
	if epoch != d.epoch {
		return trade.ErrFenced
	}
	candles := map[trade.IntentID]time.Time{}
	for _, decision := range c.Decisions {
		candles[decision.Intent] = decision.CandleTime
	}
	if err := t.allowed(c, candles); err != nil {
		if !errors.Is(err, errDuplicate) {
			d.broken = append(d.broken, err.Error())
		}
		return err
	}
	for _, o := range c.Orders {
		t.putOrder(o, candles[o.Intent], now)
	}
	t.putRest(c)
	for s, counters := range c.Counters {
		if i := d.strategies[s]; i != nil {
			i.counters = counters
		}
	}
	return nil
}

// allowed checks what the real tables check by triggers and indexes, and that no fill changes.
func (t *tables) allowed(c trade.Change, candles map[trade.IntentID]time.Time) error {
	for _, o := range c.Orders {
		before, known := t.orders[o.ID]
		switch candle := candles[o.Intent]; {
		case known && before.State != o.State && !trade.CanAdvance(before.State, o.State):
			return fmt.Errorf("I8: %s order %s moved from %s to %s", o.Role, o.Label, before.State, o.State)
		case known && o.Filled.Less(before.Filled):
			return fmt.Errorf("I8: the filled amount of %s fell from %s to %s", o.Label, before.Filled, o.Filled)
		case known || o.Role != trade.Entry || candle.IsZero():
		default:
			if other, taken := t.candles[candleKey{o.Strategy, candle, o.Side}]; taken && other != o.ID {
				return errDuplicate
			}
		}
	}
	for _, f := range c.Fills {
		if before, known := t.fills[f.ID]; known && (!before.Amount.Equal(f.Amount) || before.Order != f.Order || before.Seq != f.Seq) {
			return fmt.Errorf("I6: fill %s was stored with %s and again with %s", f.ID, before.Amount, f.Amount)
		}
	}
	return nil
}

func (t *tables) putOrder(o trade.Order, candle, now time.Time) {
	row, known := t.orders[o.ID]
	if !known {
		row = &orderRow{candle: candle, committed: now}
		t.orders[o.ID], t.labels[o.Label] = row, row
		if _, seen := t.intents[o.Intent]; !seen {
			t.intents[o.Intent] = now
		}
		if o.Role == trade.Entry && !candle.IsZero() {
			t.candles[candleKey{o.Strategy, candle, o.Side}] = o.ID
		}
	}
	row.Order = o
	if o.State.Terminal() {
		delete(t.unending, o.ID)
	} else {
		t.unending[o.ID] = row
	}
}

func (t *tables) putRest(c trade.Change) {
	for _, f := range c.Fills {
		if _, known := t.fills[f.ID]; !known {
			t.fills[f.ID] = f
		}
	}
	for _, tr := range c.Trades {
		t.trades[tr.ID] = copied(tr)
	}
	for _, r := range c.Repairs {
		t.repairs[r.ID] = r
	}
	for _, decision := range c.Decisions {
		t.decided[decision.ID] = decision
	}
	for i, cursor := range c.Cursors {
		if cursor.Seq >= t.cursors[i].Seq {
			t.cursors[i] = cursor
		}
	}
	for c, day := range c.Days {
		t.days[c] = day
	}
}

// copied gives a trade that shares nothing with the account's.
func copied(t trade.Trade) trade.Trade {
	if t.ExitTime != nil {
		at := *t.ExitTime
		t.ExitTime = &at
	}
	if t.ExitPrice != nil {
		price := *t.ExitPrice
		t.ExitPrice = &price
	}
	return t
}

// load reads what the real statements select: everything that is not finished.
func (d *database) load(id trade.AccountID) trade.AccountRecord {
	t := d.accounts[id]
	r := trade.AccountRecord{Connection: trade.Connection{Account: id, Wanted: d.users[id.User].wanted},
		Cursors: map[trade.Instrument]trade.Cursor{}, Counters: map[trade.StrategyID]trade.Counters{}, Days: map[trade.Currency]trade.Day{}, Risk: d.risk(id)}
	for c, day := range t.days {
		r.Days[c] = day
	}
	open := map[trade.IntentID]bool{}
	for _, tr := range t.trades {
		open[tr.Intent] = tr.Status == trade.TradeOpen
		if open[tr.Intent] || !tr.Funded {
			r.Trades = append(r.Trades, copied(tr))
		}
	}
	slices.SortFunc(r.Trades, func(a, b trade.Trade) int { return cmp.Or(a.EntryTime.Compare(b.EntryTime), cmp.Compare(a.ID, b.ID)) })
	labels, ids := map[string]bool{}, map[trade.VenueOrderID]bool{}
	for _, o := range t.orders {
		if !o.State.Terminal() || open[o.Intent] {
			r.Orders = append(r.Orders, o.Order)
			labels[o.Label], ids[o.VenueOrder] = true, true
		}
	}
	slices.SortFunc(r.Orders, func(a, b trade.Order) int { return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID)) })
	for _, f := range t.fills {
		cursor, known := t.cursors[f.Instrument]
		if !known || f.Seq > cursor.Seq || (f.Label != "" && labels[f.Label]) || ids[f.Order] {
			r.Fills = append(r.Fills, f)
		}
	}
	slices.SortFunc(r.Fills, func(a, b trade.Fill) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Instrument, b.Instrument), cmp.Compare(a.Seq, b.Seq))
	})
	for i, cursor := range t.cursors {
		r.Cursors[i] = cursor
	}
	for s, i := range d.strategies {
		if key, _ := trade.ParseStrategyID(s); key.User == id.User && i.status != trade.Stopped {
			r.Counters[s] = i.counters
		}
	}
	return r
}

// setStatus commits the will about a strategy.
func (d *database) setStatus(id trade.StrategyID, status trade.Status, act string, now time.Time) {
	i := d.strategies[id]
	manual := act == trade.ManualStart || act == trade.ManualStop || act == trade.ManualConnect || act == trade.ManualDisconnect || act == killReset
	if status == trade.Active && i.status != trade.Active && !manual {
		d.broken = append(d.broken, fmt.Sprintf("I12: %s went from %s (%s) to active by %s", id, i.status, i.act, act))
	}
	if i.status != status {
		i.since = now
	}
	i.status, i.act = status, act
}

// killReset is the act of the user who lets trading go on after the kill switch.
const killReset = "kill_reset"

// risk is what is stored to hold an account back.
func (d *database) risk(id trade.AccountID) trade.Risk {
	u := d.users[id.User]
	r := trade.Risk{Limits: []trade.ScopedLimits{{Scope: trade.UserLimits, Limits: u.limits}}}
	if u.killed != nil {
		r.Kills = []trade.Kill{*u.killed}
	}
	return r
}
