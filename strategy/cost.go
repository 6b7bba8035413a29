package strategy

import "github.com/tradebaas/tradebaas/trade"

// Outcome is what a trade would bring at one exit price, in the settlement currency.
type Outcome struct {
	Price    trade.Dec `json:"price"`
	Gross    trade.Dec `json:"gross"`
	EntryFee trade.Dec `json:"entryFee"`
	ExitFee  trade.Dec `json:"exitFee"`
	Net      trade.Dec `json:"net"`
}

// outcome computes price result and fees of a round trip. The entry is a market order and so a
// taker; exitFee is the rate of the exit: maker at the target, taker at the stop.
func outcome(spec trade.Spec, side trade.Side, amount, entry, exit, exitFee trade.Dec) Outcome {
	o := Outcome{
		Price:    exit,
		Gross:    trade.PnL(spec.Kind, side, amount, entry, exit),
		EntryFee: trade.Fee(spec.Kind, amount, entry, spec.TakerFee),
		ExitFee:  trade.Fee(spec.Kind, amount, exit, exitFee),
	}
	o.Net = o.Gross.Sub(o.EntryFee).Sub(o.ExitFee)
	return o
}

// riskAt is the price loss at the stop in the quote currency, without fees.
func riskAt(spec trade.Spec, amount, entry, stop trade.Dec) trade.Dec {
	loss := amount.Mul(entry.Sub(stop).Abs())
	if spec.Kind == trade.Inverse {
		return loss.Div(entry)
	}
	return loss
}
