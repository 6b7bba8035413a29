package strategy

import (
	"slices"

	"github.com/tradebaas/tradebaas/trade"
)

var razorForm = &form{
	name: "Razor", version: "1",
	presets: []string{Original, Conservative},
	sizing: map[string]Sizing{
		Original:     {Notional, trade.NewDec(100)},
		Conservative: {Percent, trade.MustDec("0.5")},
	},
	params: slices.Concat(razorExit, riskParameters(same("5")), razorLimits, razorEntry),
	orders: []order{
		{low: "emaFast", high: "emaSlow"},
		{low: "minVolatility", high: "maxVolatility", equal: true},
		{low: "rsiOversold", high: "rsiOverbought"},
	},
}

var razorExit = []parameter{
	{name: "stopLossPercent", title: "Stop loss", unit: "%", group: groupExit, kind: number, min: "0.05", max: "10", preset: same("0.5"),
		help: "Distance of the stop from the average fill price."},
	{name: "takeProfitPercent", title: "Take profit", unit: "%", group: groupExit, kind: number, min: "0.05", max: "20", preset: each("0.65", "1"),
		help: "Distance of the target from the average fill price."},
	{name: "adaptiveStops", title: "Adaptive stops", group: groupExit, kind: boolean, preset: same("false"),
		help: "Pull the stop closer in a quiet market and widen the target in a lively or trending one."},
	{name: "breakEvenEnabled", title: "Break-even", group: groupExit, kind: boolean, preset: same("true"),
		help: "Move the stop to the entry once the price is well on its way to the target."},
	{name: "breakEvenTrigger", title: "Break-even trigger", unit: "of the way", group: groupExit, kind: number, min: "0.05", max: "0.95", preset: same("0.5"),
		help: "Share of the way to the target after which the stop moves."},
	{name: "breakEvenOffsetTicks", title: "Break-even offset", unit: "ticks", group: groupExit, kind: integer, min: "0", max: "100", preset: same("1"),
		help: "How far beyond the entry, in the trade's favour, the stop moves."},
	{name: "breakEvenCoversFees", title: "Break-even covers fees", group: groupExit, kind: boolean, preset: each("false", "true"),
		help: "Put the break-even stop where it also pays the fees of the round trip."},
}

var razorLimits = []parameter{
	{name: "maxDailyTrades", title: "Trades per day", unit: "trades", group: groupLimits, kind: integer, min: "1", max: "1000", preset: each("150", "10"),
		help: "No new trade after so many on one UTC day."},
	{name: "cooldownMinutes", title: "Cooldown", unit: "minutes", group: groupLimits, kind: integer, min: "0", max: "1440", preset: each("1", "15"),
		help: "Pause after every trade, counted from its exit."},
}

var razorEntry = []parameter{
	{name: "minScore", title: "Minimum score", unit: "points", group: groupEntry, kind: number, min: "0", max: "120", market: true, preset: each("58", "64"),
		help: "The score that a side must reach to be entered."},
	{name: "minVolatility", title: "Minimum volatility", unit: "%", group: groupEntry, kind: number, min: "0", max: "100", market: true, preset: each("0.01", "0.08"),
		help: "No signal in a market that moved less over its last 20 candles."},
	{name: "maxVolatility", title: "Maximum volatility", unit: "%", group: groupEntry, kind: number, min: "0", max: "100", market: true, preset: each("5", "2"),
		help: "No signal in a market that moved more over its last 20 candles."},
	{name: "rsiOversold", title: "RSI oversold", unit: "RSI", group: groupEntry, kind: number, min: "1", max: "50", market: true, preset: each("40", "30"),
		help: "Below this RSI a fall counts as exhausted."},
	{name: "rsiOverbought", title: "RSI overbought", unit: "RSI", group: groupEntry, kind: number, min: "50", max: "99", market: true, preset: each("60", "70"),
		help: "Above this RSI a rise counts as exhausted."},
	{name: "rsiPeriod", title: "RSI period", unit: "candles", group: groupEntry, kind: integer, min: "2", max: "500", market: true, preset: same("14"),
		help: "Price changes in the relative strength index."},
	{name: "emaFast", title: "Fast average", unit: "candles", group: groupEntry, kind: integer, min: "2", max: "199", market: true, preset: same("8"),
		help: "Candles in the fast exponential average."},
	{name: "emaSlow", title: "Slow average", unit: "candles", group: groupEntry, kind: integer, min: "2", max: "200", market: true, preset: same("21"),
		help: "Candles in the slow exponential average."},
	{name: "atrPeriod", title: "ATR period", unit: "candles", group: groupEntry, kind: integer, min: "2", max: "500", market: true, preset: same("14"),
		help: "Candles in the average true range."},
	{name: "pullback", title: "Pullback", unit: "of the move", group: groupEntry, kind: number, min: "0", max: "1", market: true, preset: same("0.15"),
		help: "Share of the last ten candles' move that must have been given back."},
	{name: "requirePullback", title: "Require a pullback", group: groupEntry, kind: boolean, market: true, preset: same("false"),
		help: "Take points away from both sides while there is no pullback."},
	{name: "multiTimeframe", title: "Several timeframes", group: groupEntry, kind: boolean, market: true, preset: same("false"),
		help: "Add points when the trends of 1, 5 and 15 minutes agree."},
}
