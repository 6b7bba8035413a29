package strategytest

import (
	"pgregory.net/rapid"

	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

// Candles draws n candles that follow each other minute by minute, on a price grid of 0.5.
func Candles(t *rapid.T, n int) []strategy.Candle {
	price := float64(rapid.IntRange(40_000, 400_000).Draw(t, "price")) / 2
	wild := rapid.SampledFrom([]int{0, 1, 20, 300}).Draw(t, "ticks per minute")
	start := rapid.Int64Range(0, 2_000).Draw(t, "start") * minute
	all := make([]strategy.Candle, n)
	seed := rapid.Uint64().Draw(t, "seed")
	ticks := func(most int) float64 {
		seed = seed*6364136223846793005 + 1442695040888963407 // a plain congruential step: one draw instead of thousands
		return float64(int(seed>>33)%(most+1)) / 2
	}
	for i := range all {
		open := price
		price = max(open+ticks(2*wild)-float64(wild)/2, 100)
		all[i] = strategy.Candle{
			OpenTime: start + int64(i)*minute, Open: open, Close: price,
			High: max(open, price) + ticks(wild), Low: max(min(open, price)-ticks(wild), 50), Volume: ticks(1000),
		}
	}
	return all
}

// lively is n candles of a market that swings around a drifting price, the same each time.
func lively(n int) []strategy.Candle {
	all, price, seed := make([]strategy.Candle, n), 50_000.0, uint64(1)
	for i := range all {
		seed = seed*6364136223846793005 + 1442695040888963407
		open := price
		price += float64(int(seed>>33)%161-80) + (50_000-price)/200
		all[i] = strategy.Candle{OpenTime: int64(i) * minute, Open: open, High: max(open, price) + 10, Low: min(open, price) - 10, Close: price, Volume: 1}
	}
	return all
}

// contract is a linear one without fees.
func contract() trade.Spec {
	return trade.Spec{
		Instrument: "BTC_USDC-PERPETUAL", Kind: trade.Linear, Base: "BTC", Quote: "USDC", Settlement: "USDC", Active: true,
		TickSize: trade.MustDec("0.5"), AmountStep: trade.MustDec("0.0001"), MinAmount: trade.MustDec("0.0001"), MaxLeverage: trade.NewDec(50),
	}
}

// Input draws a market and an account for a plan, linear or inverse, rich or poor; the market has been
// watched by the strategy, and its quotes are near to the last close.
func Input(t *rapid.T, c strategy.Config) strategy.PlanInput {
	spec := contract()
	spec.MaxLeverage = trade.NewDec(rapid.Int64Range(3, 100).Draw(t, "instrument leverage"))
	spec.MakerFee, spec.TakerFee = decimal(t, "maker", -1, 5, 4), decimal(t, "taker", 0, 10, 4)
	equity := decimal(t, "equity", 0, 10_000_000, 2)
	if rapid.Bool().Draw(t, "inverse") {
		spec.Instrument, spec.Kind, spec.Quote, spec.Settlement = "BTC-PERPETUAL", trade.Inverse, "USD", "BTC"
		spec.AmountStep, spec.MinAmount = trade.NewDec(10), trade.NewDec(10)
		equity = decimal(t, "coins", 0, 10_000_000, 6)
	}
	bid := trade.NewDec(rapid.Int64Range(40_000, 400_000).Draw(t, "bid")).Mul(spec.TickSize)
	var analysis strategy.Analysis
	if e := c.NewEvaluator(); e != nil {
		for _, candle := range Candles(t, e.Need()+20) {
			analysis = e.Close(candle)
		}
		drift := rapid.Int64Range(-4, 4).Draw(t, "drift")
		bid = trade.NewDec(int64(analysis.Price/spec.TickSize.Float()) + drift).Mul(spec.TickSize)
	}
	side := rapid.SampledFrom([]trade.Side{trade.Buy, trade.Sell}).Draw(t, "side")
	return strategy.PlanInput{
		Side: side, Spec: spec, Analysis: analysis, Equity: equity, Available: equity.Percent(decimal(t, "free", 0, 100, 0)),
		Ticker: trade.Ticker{Instrument: spec.Instrument, Bid: bid, Ask: bid.Add(spec.TickSize)},
	}
}

// decimal draws a whole number from low to high and shifts it by so many decimals.
func decimal(t *rapid.T, name string, low, high int64, places int) trade.Dec {
	d := trade.NewDec(rapid.Int64Range(low, high).Draw(t, name))
	for range places {
		d = d.Div(trade.NewDec(10))
	}
	return d
}
