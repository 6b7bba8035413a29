package trade

import (
	"cmp"
	"slices"
	"time"
)

// OnFill takes one fill; the same one may come any number of times.
func (a *Account) OnFill(f Fill, now time.Time) Outcome {
	a.fill(f, now)
	return a.settle(now)
}

// OnFills takes the answer to AskFills. Asked is when the question was sent: everything older than
// the exchange's history may lag behind is known by now, and the cursor moves up to there.
func (a *Account) OnFills(i Instrument, fills []Fill, asked, now time.Time) Outcome {
	a.fills(i, fills, asked, now)
	return a.settle(now)
}

func (a *Account) fills(i Instrument, fills []Fill, asked, now time.Time) {
	cursor := a.cursors[i]
	fills = slices.Clone(fills)
	slices.SortStableFunc(fills, func(x, y Fill) int { return cmp.Compare(x.Seq, y.Seq) })
	a.noteHistory(i, asked)
	for _, f := range fills {
		a.fill(f, now)
		if f.Seq > cursor.Seq && asked.Sub(f.Time) > historyPast {
			cursor = Cursor{f.Seq, f.Time}
		}
	}
	if cursor != a.cursors[i] {
		a.setCursor(i, cursor)
		for id, m := range a.seen {
			if m.instrument == i && m.seq <= cursor.Seq {
				delete(a.seen, id)
			}
		}
	}
}

// readFrom begins to read the fills of an instrument that matters from now on: one that is entered, or
// in which there is a position that we may be asked to close.
func (a *Account) readFrom(i Instrument, now time.Time) {
	if _, known := a.cursors[i]; !known {
		a.setCursor(i, Cursor{Time: now.Add(-time.Second)})
	}
}

// remember tells whether a fill is new, and notes it.
func (a *Account) remember(f Fill) bool {
	if _, known := a.seen[f.ID]; known || (f.Seq > 0 && f.Seq <= a.cursors[f.Instrument].Seq) {
		return false
	}
	a.seen[f.ID] = mark{f.Instrument, f.Seq}
	return true
}

// orderOf finds the order of ours that a fill belongs to.
func (a *Account) orderOf(f Fill) *tracked {
	if t := a.owner[f.Order]; t != nil {
		return t
	}
	if _, ours := a.origin.owns(f.Label); ours {
		return a.byLabel(f.Label)
	}
	return nil
}

func (a *Account) fill(f Fill, now time.Time) {
	if !a.remember(f) {
		return
	}
	t := a.orderOf(f)
	a.realiseFill(f, t, now)
	if t == nil {
		t = a.recall(f, now)
	}
	if t == nil {
		a.foreignFill(f, now)
		return
	}
	a.claim(t, f.Order)
	t.booked = t.booked.Add(f.Amount)
	a.out.fills = append(a.out.fills, f)
	h := a.holding(t.Intent)
	if h == nil && t.foreign() {
		a.closedForeign(t, f)
		return
	}
	if h == nil {
		h = a.open(t, f, now)
	}
	before := h.Net
	first := t.Role == Entry && h.entered().IsZero()
	h.add(part{f, t.Role, exitReason(t)})
	h.touched = now
	a.countFilled(t, h)
	if first {
		a.countTrade(h.Strategy, f.Time)
	}
	if h.ExitTime != nil {
		a.reopenBooks(h, before)
	}
}

// closedForeign counts a fill that closed a position of somebody else: no round trip of ours.
func (a *Account) closedForeign(t *tracked, f Fill) {
	t.Filled = MaxDec(t.Filled, t.booked)
	if t.Filled.Cmp(t.Amount) >= 0 {
		t.Advance(OrderFilled)
	}
	a.touch(t)
}

// reopenBooks takes a fill that came after its trade was closed: it may tell how the trade ended, and
// the strategy's limits follow the money.
func (a *Account) reopenBooks(h *holding, before Dec) {
	if p, known := h.lastExit(); known && h.ExitReason == ExitReconciled {
		at := p.Time
		h.ExitReason, h.ExitTime = h.reason(), &at
	}
	h.Funded = false // what was asked for ended too early
	a.countNet(h.Strategy, h.Net.Sub(before), *h.ExitTime)
}

// open begins the round trip of an intent with its first fill.
func (a *Account) open(t *tracked, f Fill, now time.Time) *holding {
	entry := a.entryOf(t.Intent)
	if entry == nil {
		entry = t
	}
	side := entry.Side
	if entry.Role != Entry {
		side = side.Opposite()
	}
	spec := a.spec(t.Instrument)
	h := &holding{kind: spec.Kind, levels: entry.levels, unlinked: !entry.linked && entry.Role == Entry, Trade: Trade{
		ID: TradeID(derive("trade", string(t.Intent))), Account: a.id, Strategy: t.Strategy, StrategyName: entry.name,
		Intent: t.Intent, ConfigVersion: entry.Version, Instrument: t.Instrument, Side: side,
		EntryTime: f.Time, Currency: spec.Settlement, Status: TradeOpen,
	}}
	if h.StrategyName == "" {
		key, _ := ParseStrategyID(t.Strategy)
		h.StrategyName = key.Name
	}
	if entry.Role == Entry {
		h.exit = entry.exit
	}
	for _, leg := range a.legsOf(t.Intent) {
		if leg.Role == Stop {
			h.StopLoss = leg.TriggerPrice
		} else {
			h.TakeProfit = leg.Price
		}
	}
	a.holdings = append(a.holdings, h)
	if entry.recovered {
		a.repair(t.Instrument, "adopted", string(t.Intent), "An entry that was sent before the server stopped had been filled; its trade was taken over.", now)
	}
	return h
}

// countFilled raises an order's filled amount to what its fills add up to.
func (a *Account) countFilled(t *tracked, h *holding) {
	var parts []priced
	for _, p := range h.fills {
		if a.owner[p.Order] == t {
			parts = append(parts, priced{p.Amount, p.Price})
		}
	}
	if total := sum(parts); total.Cmp(t.Filled) > 0 {
		t.Filled = total
	}
	if t.Filled.Equal(sum(parts)) {
		t.AveragePrice = average(h.kind, parts)
	}
	if t.Filled.Cmp(t.Amount) >= 0 {
		t.Advance(OrderFilled)
	}
	a.touch(t)
}

// foreignFill takes a fill of an order that we do not know. One that takes from our position, by the
// user's own hand or by a liquidation, belongs to the trade; every other is only shown. An order with
// our label that we do not know was sent while the database was away: its fills are kept.
func (a *Account) foreignFill(f Fill, now time.Time) {
	h := a.openOn(f.Instrument)
	label, ours := a.origin.owns(f.Label)
	if h == nil || f.Side == h.Side || h.Open.IsZero() || f.Time.Before(h.EntryTime) {
		if ours {
			a.out.fills = append(a.out.fills, f)
		}
		return
	}
	if h.Open.Less(f.Amount) {
		share := h.Open.Div(f.Amount)
		f.ProfitLoss, f.Fee, f.Amount = f.ProfitLoss.Mul(share).Round(12), f.Fee.Mul(share).Round(12), h.Open
	}
	a.out.fills = append(a.out.fills, f)
	p := part{Fill: f}
	if ours && label.Intent == h.Intent {
		p.role = label.Role
	}
	h.add(p)
	h.touched = now
}

// The statuses of a trade.
const (
	TradeOpen   = "open"
	TradeClosed = "closed"
)

// closeTrades ends the round trips that are flat again, books their costs to the strategy's limits
// and removes the orders that protected them.
func (a *Account) closeTrades(now time.Time) {
	for _, h := range a.holdings {
		if h.ExitTime == nil && a.flat(h) {
			a.closeTrade(h, h.reason(), now)
		}
		if h.ExitTime != nil && a.online && !a.exitUnderWay(h) && !a.outstanding(h, now) && !now.Before(h.exitNext) {
			a.closeReverse(h, now)
		}
	}
}

// flat tells whether everything that will ever be filled of the entry is out again.
func (a *Account) flat(h *holding) bool {
	entry := a.entryOf(h.Intent)
	settled := entry == nil || (entry.State.Terminal() && h.entered().Cmp(entry.Filled) >= 0)
	return settled && h.Amount.Sign() > 0 && h.Open.IsZero()
}

func (a *Account) closeTrade(h *holding, reason string, now time.Time) {
	at := now
	if p, ok := h.lastExit(); ok {
		at = p.Time
	}
	h.ExitTime, h.ExitReason, h.Status, h.dirty, h.touched = &at, reason, TradeClosed, true, now
	a.countNet(h.Strategy, h.Net, at)
	a.coolDown(h.Strategy, at)
	for _, t := range a.orders {
		unsent := t.State == OrderIntended && !t.linked && !t.recovered && !t.pending
		if t.Intent == h.Intent && t.isLeg() && unsent {
			a.end(t, OrderCancelled, positionClosed)
		}
	}
}

const positionClosed = "the position is closed"

// reverseTries is after how many refusals an excess that nobody else sees is left alone.
const reverseTries = 5

// closeReverse closes what both legs of a pair filled too much in a race.
func (a *Account) closeReverse(h *holding, now time.Time) {
	excess := h.exited().Sub(h.entered())
	if excess.Sign() <= 0 || h.exitTries >= reverseTries {
		return
	}
	t := a.newExit(h, ExitReconciled, now)
	t.Side, t.Amount = h.Side, excess
	t.Advance(OrderSent)
	t.pending = true
	a.repair(h.Instrument, "reversed", string(h.Intent), "Stop and target were both filled; the excess was closed.", now)
	a.want(SendOrder{t.Order})
}

// fundingPace spaces the questions for what funding a trade got or paid.
const fundingPace = 10 * time.Second

// fund asks what funding a closed trade got or paid, for as long as nobody has answered.
func (a *Account) fund(h *holding, now time.Time) {
	if h.Funded || now.Before(h.fundNext) {
		return
	}
	h.fundNext = now.Add(fundingPace)
	a.want(AskFunding{h.ID, a.spec(h.Instrument), h.EntryTime, *h.ExitTime, h.exited().Less(h.entered())})
}

// deliver books what was left of a trade at the price that its contract was delivered at. The profit is
// ours to work out: the exchange tells only that of its last session.
func (a *Account) deliver(id TradeID, d Delivery, now time.Time) {
	h := a.holdingByID(id)
	if h == nil || h.ExitTime == nil || h.Funded || d.Price.Sign() <= 0 || h.exited().Cmp(h.entered()) >= 0 {
		return
	}
	before, left := h.Net, h.entered().Sub(h.exited())
	h.add(part{role: Exit, exit: ExitReconciled, Fill: Fill{ID: "delivery", Instrument: h.Instrument, Side: h.Side.Opposite(), Price: d.Price,
		Amount: left, FeeCurrency: h.Currency, ProfitLoss: PnL(h.kind, h.Side, left, h.EntryPrice, d.Price).Round(8), Time: d.Time}})
	h.ExitTime = &d.Time
	profit := h.Net.Sub(before)
	a.realise(h.Currency, profit, d.Time, now)
	a.countNet(h.Strategy, profit, d.Time)
	a.repair(h.Instrument, "delivered", string(h.Intent), "The contract was delivered at "+d.Price.String()+"; the trade was closed at that price.", now)
}

// OnFunding takes what funding a trade got (positive) or paid (negative).
func (a *Account) OnFunding(id TradeID, amount Dec, now time.Time) Outcome {
	h := a.holdingByID(id)
	if h == nil || h.ExitTime == nil || h.Funded {
		return Outcome{}
	}
	h.Funded, h.dirty = true, true
	if amount.Equal(h.Funding) {
		return a.flush(now)
	}
	before := h.Net
	a.realise(h.Currency, amount.Sub(h.Funding), *h.ExitTime, now)
	h.Funding = amount
	h.net()
	a.countNet(h.Strategy, h.Net.Sub(before), *h.ExitTime)
	return a.flush(now)
}
