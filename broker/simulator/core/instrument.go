package core

import (
	"strconv"

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
	TickSize       trade.Dec
	ContractSize   trade.Dec // amount = contracts x this; also the smallest amount
	MaxLeverage    int64
	MakerFee       trade.Dec // fraction of the notional
	TakerFee       trade.Dec
	LiquidationFee trade.Dec
	InitialMargin  trade.Dec // fraction of the notional at size 0
	Maintenance    trade.Dec
	MarginSlope    trade.Dec // added to both fractions per coin of size
	FundingCap     int64     // the largest 8-hour funding rate, in billionths
	IDPrefix       string    // of order and trade ids
}

// Perpetuals gives the contracts that are always listed, in a fixed order. The figures are
// Deribit's as of September 2026: tick, contract size, fees 1.5 and 3.5 basis points, standard
// margin 2 % and 1 %.
func Perpetuals() []*Instrument {
	return []*Instrument{
		perpetual("BTC_USDC-PERPETUAL", 1, "BTC", "USDC", "btc_usdc", "0.1", "0.0001"),
		perpetual("ETH_USDC-PERPETUAL", 2, "ETH", "USDC", "eth_usdc", "0.05", "0.001"),
		inversePerpetual("BTC-PERPETUAL", 3, "BTC", "btc_usd", "0.5", "10"),
	}
}

func perpetual(name trade.Instrument, id int, base, quote trade.Currency, index, tick, contract string) *Instrument {
	slope := "0.00005"
	if base == "ETH" {
		slope = "0.000004"
	}
	return &Instrument{
		Name: name, ID: id, Base: base, Quote: quote, Settlement: quote, PriceIndex: index,
		TickSize: trade.MustDec(tick), ContractSize: trade.MustDec(contract), MaxLeverage: 50,
		MakerFee: trade.MustDec("0.00015"), TakerFee: trade.MustDec("0.00035"), LiquidationFee: trade.MustDec("0.01"),
		InitialMargin: trade.MustDec("0.02"), Maintenance: trade.MustDec("0.01"), MarginSlope: trade.MustDec(slope),
		FundingCap: 50_000_000, IDPrefix: string(quote) + "-",
	}
}

func inversePerpetual(name trade.Instrument, id int, base trade.Currency, index, tick, contract string) *Instrument {
	i := perpetual(name, id, base, "USD", index, tick, contract)
	i.Inverse, i.Settlement, i.FundingCap, i.IDPrefix = true, base, 5_000_000, ""
	return i
}

// Price gives ticks as a price.
func (i *Instrument) Price(ticks int64) trade.Dec { return trade.NewDec(ticks).Mul(i.TickSize) }

// Amount gives contracts as an amount: base coin when linear, USD when inverse.
func (i *Instrument) Amount(contracts int64) trade.Dec {
	return trade.NewDec(contracts).Mul(i.ContractSize)
}

// Ticks gives a price as ticks; false when it is not on the grid.
func (i *Instrument) Ticks(price trade.Dec) (int64, bool) { return units(price, i.TickSize) }

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
	if !q.IsMultipleOf(one) || !q.Mul(step).Equal(d) {
		return 0, false
	}
	n, err := strconv.ParseInt(q.String(), 10, 64)
	return n, err == nil && n >= -maxUnits && n <= maxUnits
}

// maxUnits bounds ticks and contracts, so that their products stay far from overflow.
const maxUnits = 1_000_000_000_000

var tenThousand = trade.NewDec(10_000)

// Fine gives a price in ten-thousandths, as the source tells index and mark, as a decimal.
func Fine(v int64) trade.Dec { return trade.NewDec(v).Div(tenThousand) }

// fineTicks converts a price in ten-thousandths to the nearest tick.
func (i *Instrument) fineTicks(v int64) int64 {
	n, _ := units(Fine(v).NearestTo(i.TickSize), i.TickSize)
	return n
}

// cash rounds money to the 8 decimals in which the exchange books it.
func cash(d trade.Dec) trade.Dec { return d.Round(8) }
