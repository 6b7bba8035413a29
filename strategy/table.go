package strategy

// Column is one column of a table of signals: its name, and its value in a ready analysis.
type Column struct {
	Name  string
	Value func(Analysis) float64
}

// Columns are the indicators of a strategy's table of signals; nil for a strategy that has none.
func Columns(d Definition) []Column {
	if tabular, ok := d.(interface{ columns() []Column }); ok {
		return tabular.columns()
	}
	return nil
}

func column(name, indicator string) Column {
	return Column{name, func(a Analysis) float64 {
		value, _ := a.Value(indicator)
		return value
	}}
}

func (razor) columns() []Column {
	return []Column{
		column("ema_fast", "emaFast"), column("ema_slow", "emaSlow"), column("rsi", "rsi"), column("volatility", "volatility"),
		column("atr_percent", "atrPercent"), column("momentum", "momentum"),
		{"compression", func(a Analysis) float64 {
			ratio, _ := a.Value("compression")
			return flag(ratio < compressionEdge)
		}},
		column("pullback_ready", "pullbackReady"), column("trend_score", "trendScore"),
	}
}

func (thor) columns() []Column {
	return []Column{column("rsi", "rsi"), column("atr_percent", "atrPercent"), column("sma", "sma"), column("target_percent", "targetPercent")}
}

// flag is 1 for yes and 0 for no.
func flag(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
