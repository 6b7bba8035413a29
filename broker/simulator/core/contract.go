package core

import "github.com/tradebaas/tradebaas/trade"

// perpetualsCreated is when the perpetuals say that they were made, in milliseconds since 1970.
const perpetualsCreated = 1_534_242_287_000

// Perpetuals gives the contracts that are always listed, in a fixed order. The figures are
// Deribit's as of September 2026: tick, contract size, fees 1.5 and 3.5 basis points, standard
// margin 2 % and 1 %.
func Perpetuals() []*Instrument {
	return []*Instrument{
		linearPerpetual("BTC_USDC-PERPETUAL", 1, "BTC", "btc_usdc", "0.1", "0.0001", "0.00005"),
		linearPerpetual("ETH_USDC-PERPETUAL", 2, "ETH", "eth_usdc", "0.05", "0.001", "0.000004"),
		inversePerpetual("BTC-PERPETUAL", 3, "BTC", "btc_usd", "0.5", "10", "0.00005"),
	}
}

func linearPerpetual(name trade.Instrument, id int, base trade.Currency, index, tick, contract, slope string) *Instrument {
	i := contractOf(name, id, base, index, tick, contract, slope)
	i.Quote, i.Settlement, i.FundingCap, i.IDPrefix = "USDC", "USDC", 50_000_000, "USDC-"
	return i.ready()
}

func inversePerpetual(name trade.Instrument, id int, base trade.Currency, index, tick, contract, slope string) *Instrument {
	i := contractOf(name, id, base, index, tick, contract, slope)
	i.Inverse, i.Quote, i.Settlement, i.FundingCap = true, "USD", base, 5_000_000
	return i.ready()
}

func contractOf(name trade.Instrument, id int, base trade.Currency, index, tick, contract, slope string) *Instrument {
	return &Instrument{
		Name: name, ID: id, Base: base, PriceIndex: index,
		TickSize: trade.MustDec(tick), ContractSize: trade.MustDec(contract), MaxLeverage: 50,
		MakerFee: trade.MustDec("0.00015"), TakerFee: trade.MustDec("0.00035"), LiquidationFee: trade.MustDec("0.01"),
		InitialMargin: trade.MustDec("0.02"), Maintenance: trade.MustDec("0.01"), MarginSlope: trade.MustDec(slope),
	}
}
