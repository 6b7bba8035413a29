package strategy

// defaultLeverage is a trade's notional over the equity of its settlement currency, at most.
const defaultLeverage = 5

// riskParameters are the settings that every strategy with a size of its own has.
func riskParameters(leverage map[string]string) []parameter {
	return []parameter{
		{name: "maxLeverage", title: "Maximum leverage", unit: "x", group: groupRisk, kind: number, min: "1", max: "50", warn: "10", preset: leverage,
			help: "A trade's notional is at most so many times the equity of its settlement currency."},
		{name: "maxDailyLoss", title: "Maximum daily loss", unit: "settlement", group: groupRisk, kind: money, min: "0", max: "1000000000", preset: same(`"0"`),
			help: "No new trades on a UTC day after this much was lost; 0 switches it off."},
	}
}

func (s settings) risk() risk {
	return risk{sizing: s.sizing, maxLeverage: s.dec("maxLeverage")}
}
