package core

import (
	"github.com/tradebaas/tradebaas/trade"
)

// Instrument is the specification of one contract. It is never changed: another specification is
// another Instrument, and the market points to that.
type Instrument struct {
	Name           trade.Instrument
	ID             int
	Inverse        bool // sized in USD and settled in the coin
	Base           trade.Currency
	Quote          trade.Currency
	Settlement     trade.Currency
	PriceIndex     string
	TickSize       trade.Dec // prices asked for are multiples of it
	Unit           trade.Dec // prices are counted in it: it divides every tick size that there was
	ContractSize   trade.Dec // amount = contracts x this
	MinAmount      trade.Dec // the smallest amount of an order
	MaxLeverage    int64
	MakerFee       trade.Dec // fraction of the notional
	TakerFee       trade.Dec
	LiquidationFee trade.Dec
	InitialMargin  trade.Dec // fraction of the notional at size 0
	Maintenance    trade.Dec
	MarginSlope    trade.Dec // added to both fractions per coin of size
	FundingCap     int64     // the largest 8-hour funding rate, in billionths; 0: no funding
	IDPrefix       string    // of order and trade ids
	Created        int64     // milliseconds since 1970
	Expiry         int64     // the same; 0: never, a perpetual

	step int64 // units in a tick
	fine int64 // ten-thousandths in a unit
}

// ready computes what is derived. An instrument of an earlier version counts in its tick.
func (i *Instrument) ready() *Instrument {
	if i.Unit.IsZero() {
		i.Unit = i.TickSize
	}
	if i.MinAmount.IsZero() {
		i.MinAmount = i.ContractSize
	}
	if i.Created == 0 {
		i.Created = perpetualsCreated
	}
	i.step, _ = units(i.TickSize, i.Unit)
	i.fine, _ = units(i.Unit.Mul(tenThousand), one)
	return i
}

// Perpetual tells whether the contract has no expiry.
func (i *Instrument) Perpetual() bool { return i.Expiry == 0 }

// Price gives units as a price.
func (i *Instrument) Price(units int64) trade.Dec { return trade.NewDec(units).Mul(i.Unit) }

// Amount gives contracts as an amount: base coin when linear, USD when inverse.
func (i *Instrument) Amount(contracts int64) trade.Dec {
	return trade.NewDec(contracts).Mul(i.ContractSize)
}

// Ticks gives a price in units; false when it is not a whole number of ticks.
func (i *Instrument) Ticks(price trade.Dec) (int64, bool) {
	n, ok := units(price, i.TickSize)
	return n * i.step, ok
}

// Step is how many units make a tick.
func (i *Instrument) Step() int64 { return i.step }

// Nearest converts a price in ten-thousandths to units, on the nearest tick, at least one.
func (i *Instrument) Nearest(v int64) int64 {
	tick := i.step * i.fine
	return max(1, (v+tick/2)/tick) * i.step
}

// inside is the best price, in units, at which an order of a side does not trade with an offer.
func (i *Instrument) inside(side, price int64) int64 {
	if side > 0 {
		return (price - 1) / i.step * i.step
	}
	return (price/i.step + 1) * i.step
}

// Contracts gives an amount as contracts; false when it is not a whole number of them.
func (i *Instrument) Contracts(amount trade.Dec) (int64, bool) { return units(amount, i.ContractSize) }

// Value is the amount's worth at a price in the settlement currency.
func (i *Instrument) Value(amount, price trade.Dec) trade.Dec {
	if i.Inverse {
		return amount.Div(price)
	}
	return amount.Mul(price)
}

// Coins is the amount in the base coin.
func (i *Instrument) Coins(amount, price trade.Dec) trade.Dec {
	if i.Inverse {
		return amount.Div(price)
	}
	return amount
}

// Margins gives initial and maintenance margin of an amount (not negative) at an index price.
func (i *Instrument) Margins(amount, price trade.Dec) (initial, maintenance trade.Dec) {
	if amount.IsZero() {
		return trade.Zero, trade.Zero
	}
	value, extra := i.Value(amount, price), i.Coins(amount, price).Mul(i.MarginSlope)
	return cash(value.Mul(i.InitialMargin.Add(extra))), cash(value.Mul(i.Maintenance.Add(extra)))
}

var one = trade.NewDec(1)

func units(d, step trade.Dec) (int64, bool) {
	q := d.Div(step)
	n, whole := q.Int64()
	return n, whole && q.Mul(step).Equal(d) && n >= -maxUnits && n <= maxUnits
}

// maxUnits bounds prices and contracts, so that their products stay far from overflow.
const maxUnits = 1_000_000_000_000

var tenThousand = trade.NewDec(10_000)

// Fine gives a price in ten-thousandths, as the source tells index and mark, as a decimal.
func Fine(v int64) trade.Dec { return trade.NewDec(v).Div(tenThousand) }

// cash rounds money to the 8 decimals in which the exchange books it.
func cash(d trade.Dec) trade.Dec { return d.Round(8) }
