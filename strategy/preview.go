package strategy

import (
	"encoding/json"
	"errors"

	"github.com/tradebaas/tradebaas/trade"
)

// previewHistory is how many candles a preview looks at, where the strategy needs no more.
const previewHistory = 500

// PreviewHistory is how many one-minute candles Preview wants in its analysis; 0 for none.
func PreviewHistory(c Config) int {
	if c.SignalKey() == "" {
		return 0
	}
	return max(previewHistory, c.NewEvaluator().Need())
}

// Analyse gives the analysis after candles, oldest first.
func Analyse(c Config, candles []Candle) (a Analysis) {
	evaluator := c.NewEvaluator()
	for _, candle := range candles {
		a = evaluator.Close(candle)
	}
	return a
}

// Preview runs the plans that the strategy would make on both sides if its signal came now; a
// strategy that enters at start has only that one. The side of in is of no account.
func Preview(c Config, in PlanInput) []trade.EntryPreview {
	sides := []trade.Side{trade.Buy, trade.Sell}
	if c.Rules().EnterAtStart {
		sides = sides[:1]
	}
	all := make([]trade.EntryPreview, 0, len(sides))
	for _, side := range sides {
		in.Side = side
		all = append(all, previewEntry(c, in))
	}
	return all
}

func previewEntry(c Config, in PlanInput) trade.EntryPreview {
	plan, err := c.Plan(in)
	v := trade.EntryPreview{Side: in.Side, Detail: json.RawMessage("{}")}
	v.Amount, v.Entry, v.Stop, v.Target = plan.Amount, plan.Entry, plan.Stop, plan.Target
	if len(plan.Detail) > 0 {
		v.Detail = plan.Detail
		var d Detail
		if json.Unmarshal(plan.Detail, &d) == nil { // a strategy may explain itself in words of its own
			v.AtStop, v.AtTarget = exitPreview(d.AtStop), exitPreview(d.AtTarget)
		}
	}
	if v.Entry.Sign() > 0 {
		v.Notional = notional(in.Spec, v.Amount, v.Entry).Round(8)
	}
	if v.Entry.Sign() > 0 && in.Equity.Sign() > 0 {
		v.Leverage = trade.Value(in.Spec.Kind, v.Amount, v.Entry).Div(in.Equity).Round(4)
	}
	var refused *trade.Error
	if errors.As(err, &refused) {
		v.Code, v.Reason = refused.Code, refused.Message
	}
	return v
}

// notional is the value of an amount in the quote currency.
func notional(spec trade.Spec, amount, price trade.Dec) trade.Dec {
	if spec.Kind == trade.Inverse {
		return amount
	}
	return amount.Mul(price)
}

func exitPreview(o *Outcome) *trade.ExitPreview {
	if o == nil {
		return nil
	}
	return &trade.ExitPreview{Price: o.Price, Gross: o.Gross.Round(8), EntryFee: o.EntryFee.Round(8), ExitFee: o.ExitFee.Round(8), Net: o.Net.Round(8)}
}
