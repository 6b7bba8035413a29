package core

import (
	"slices"

	"github.com/tradebaas/tradebaas/trade"
)

// recentTrades is how many public trades of a market are kept.
const recentTrades = 1_000

// Market is the state of one instrument.
type Market struct {
	Last      int64 // price of the last trade, in units
	Direction int64 // tick direction of the last trade
	TradeSeq  int64
	Taken     [2][]int64 // contracts taken from each synthetic bid and ask since the last second
	Funding   trade.Dec  // accumulated funding per unit of amount since the start, paid by longs
	Rates     [8]int64   // funding rate summed over the seconds of the last eight hours, per hour
	Seconds   int64      `json:",omitempty"` // of the running hour that were run
	Basis     int64      // what drift keeps, in ten-millionths
	Settled   trade.Dec  // last settlement price
	Trades    []PublicTrade

	Instrument  *Instrument
	State       string // of the book
	Resume      int64  `json:",omitempty"` // second in which a pause ends
	Average     Average
	Settlements []Settlement `json:",omitempty"` // oldest first
	Hours       []Hour       `json:",omitempty"` // funding of full hours, oldest first

	Tick       Tick `json:"-"`
	id         int
	bids, asks []*Order // users' resting orders, best first, oldest first at a price
	waiting    []*Order // users' conditional orders, oldest first
	recheck    bool     // a conditional order may have to fire
	ladder     [2][]level
	laddered   bool
}

// level is a price of the synthetic book.
type level struct{ price, amount int64 }

// price takes over a source's second.
func (m *Market) price(t Tick) {
	m.Tick = t
	m.laddered, m.Taken = false, [2][]int64{}
	if m.Last == 0 {
		m.Last = t.Price
	}
}

// MarkPrice is the mark price.
func (m *Market) MarkPrice() trade.Dec { return Fine(m.Tick.Mark) }

// IndexPrice is the index price.
func (m *Market) IndexPrice() trade.Dec { return Fine(m.Tick.Index) }

// tick runs one second of a market: the new price, its public trade, and the users' orders that it
// reaches. A book that is not open has prices and nothing else.
func (x *Exchange) tick(m *Market) {
	m.price(x.quote(m))
	m.Average.add(x.Second, m.Tick.Index)
	m.drift()
	if m.open() && m.Tick.Volume > 0 {
		x.publicTrade(m, tapeSide(m.Tick), m.Tick.Price, m.Tick.Volume, "")
	}
	x.Changes++
	x.emit(Event{Kind: Ticked, Market: m.id})
	if m.open() {
		m.recheck = true
		x.sweep(m)
	}
}

func tapeSide(t Tick) int64 {
	if t.Sell {
		return -1
	}
	return 1
}

func (x *Exchange) publicTrade(m *Market, side, price, amount int64, liquidation string) PublicTrade {
	m.Direction = tickDirection(m.Direction, m.Last, price)
	if m.Last != price {
		m.recheck = true
	}
	m.Last = price
	m.TradeSeq++
	x.TradeID++
	t := PublicTrade{ID: x.TradeID, Seq: m.TradeSeq, Market: m.id, Time: x.Now, Side: side, Price: price, Amount: amount,
		Index: m.Tick.Index, Mark: m.Tick.Mark, Direction: m.Direction, Liquidation: liquidation, Instrument: m.Instrument}
	if len(m.Trades) >= 2*recentTrades {
		m.Trades = append(m.Trades[:0], m.Trades[recentTrades:]...)
	}
	m.Trades = append(m.Trades, t)
	if !x.quiet {
		x.emit(Event{Kind: PublicTraded, Market: m.id, Public: &t})
	}
	return t
}

// tickDirection: 0 up, 1 level after up, 2 down, 3 level after down.
func tickDirection(was, last, price int64) int64 {
	switch {
	case price > last:
		return 0
	case price < last:
		return 2
	case was == 0 || was == 1:
		return 1
	}
	return 3
}

// rest puts an order in its queue.
func (m *Market) rest(o *Order) {
	q := m.side(o.Side)
	i, _ := slices.BinarySearchFunc(*q, o, ahead)
	*q = slices.Insert(*q, i, o)
}

// unrest takes an order out of its queue.
func (m *Market) unrest(o *Order) {
	q := m.side(o.Side)
	if i := slices.Index(*q, o); i >= 0 {
		*q = slices.Delete(*q, i, i+1)
	}
}

func (m *Market) await(o *Order) {
	i, _ := slices.BinarySearchFunc(m.waiting, o, func(a, b *Order) int { return int(sign(a.Seq - b.Seq)) })
	m.waiting = slices.Insert(m.waiting, i, o)
	m.recheck = true
}

func (m *Market) unawait(o *Order) {
	if i := slices.Index(m.waiting, o); i >= 0 {
		m.waiting = slices.Delete(m.waiting, i, i+1)
	}
}

func (m *Market) side(side int64) *[]*Order {
	if side > 0 {
		return &m.bids
	}
	return &m.asks
}

// ahead orders a queue: better price first, then the older place.
func ahead(a, b *Order) int {
	if a.Price != b.Price {
		return int(sign(b.Price-a.Price) * a.Side)
	}
	return int(sign(a.Seq - b.Seq))
}
