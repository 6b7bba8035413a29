package strategy

import (
	"slices"

	"github.com/tradebaas/tradebaas/trade"
)

var thorForm = &form{
	name: "Thor", version: "1",
	presets: []string{Original, Conservative},
	sizing: map[string]Sizing{
		Original:     {Percent, trade.NewDec(3)},
		Conservative: {Percent, trade.MustDec("0.5")},
	},
	params: slices.Concat(thorExit, riskParameters(each("5", "2")), thorLimits, thorEntry),
	orders: []order{{low: "minAtrPercent", high: "maxAtrPercent", equal: true}},
}

var thorExit = []parameter{
	{name: "stopLookback", title: "Stop lookback", unit: "candles", group: groupExit, kind: integer, min: "1", max: "100", market: true, preset: same("5"),
		help: "The stop lies beyond the lowest low, or the highest high, of so many candles."},
	{name: "stopOffsetPercent", title: "Stop offset", unit: "%", group: groupExit, kind: number, min: "0", max: "5", preset: same("0.02"),
		help: "How far beyond that low or high the stop lies, in percent of it."},
	{name: "minStopPercent", title: "Nearest stop", unit: "%", group: groupExit, kind: number, min: "0.01", max: "10", preset: each("0.05", "0.15"),
		help: "A stop that would be nearer to the price moves away to this distance."},
	{name: "minTargetPercent", title: "Nearest target", unit: "%", group: groupExit, kind: number, min: "0", max: "20", preset: each("0.05", "0.2"),
		help: "No entry while the average is nearer to the price than this."},
}

var thorLimits = []parameter{
	{name: "maxDailyTrades", title: "Trades per day", unit: "trades", group: groupLimits, kind: integer, min: "1", max: "1000", preset: each("40", "10"),
		help: "No new trade after so many on one UTC day."},
	{name: "cooldownCandles", title: "Cooldown", unit: "candles", group: groupLimits, kind: integer, min: "0", max: "1440", preset: each("5", "15"),
		help: "Pause of so many minutes after every trade, counted from its exit."},
}

var thorEntry = []parameter{
	{name: "rsiLong", title: "RSI for long", unit: "RSI", group: groupEntry, kind: number, min: "1", max: "49", market: true, preset: each("30", "20"),
		help: "At or below this RSI, and below the average, a fall counts as exhausted."},
	{name: "rsiShort", title: "RSI for short", unit: "RSI", group: groupEntry, kind: number, min: "51", max: "99", market: true, preset: each("70", "80"),
		help: "At or above this RSI, and above the average, a rise counts as exhausted."},
	{name: "rsiPeriod", title: "RSI period", unit: "candles", group: groupEntry, kind: integer, min: "2", max: "100", market: true, preset: same("4"),
		help: "Price changes in the relative strength index."},
	{name: "bbPeriod", title: "Average", unit: "candles", group: groupEntry, kind: integer, min: "5", max: "500", market: true, preset: same("20"),
		help: "Candles in the average that is the target, and in the bands around it."},
	{name: "bbStdDev", title: "Band width", unit: "deviations", group: groupEntry, kind: number, min: "0.5", max: "5", market: true, preset: same("2"),
		help: "Distance of the bands that are shown from the average, in population deviations."},
	{name: "minAtrPercent", title: "Minimum range", unit: "%", group: groupEntry, kind: number, min: "0", max: "100", market: true, preset: same("0.05"),
		help: "No signal while the average true range is smaller, in percent of the price."},
	{name: "maxAtrPercent", title: "Maximum range", unit: "%", group: groupEntry, kind: number, min: "0", max: "100", market: true, preset: same("0.8"),
		help: "No signal while the average true range is larger, in percent of the price."},
	{name: "atrPeriod", title: "ATR period", unit: "candles", group: groupEntry, kind: integer, min: "2", max: "500", market: true, preset: same("14"),
		help: "Candles in the average true range."},
	{name: "maxSpreadPercent", title: "Widest spread", unit: "%", group: groupEntry, kind: number, min: "0", max: "5", preset: each("0.05", "0.03"),
		help: "No entry while best bid and best ask are further apart, in percent of their middle."},
}
