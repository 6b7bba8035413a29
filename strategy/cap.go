package strategy

import (
	"fmt"
	"strings"

	"github.com/tradebaas/tradebaas/trade"
)

// SizingDetail tells how an amount came about, step by step.
type SizingDetail struct {
	Mode       string       `json:"mode"`
	Value      trade.Dec    `json:"value"`
	Equity     trade.Dec    `json:"equity"`
	Available  trade.Dec    `json:"available"`
	Steps      []SizingStep `json:"steps"`
	Amount     trade.Dec    `json:"amount"`
	RiskAsked  *trade.Dec   `json:"riskAsked,omitempty"` // quote currency
	RiskAtStop trade.Dec    `json:"riskAtStop"`          // quote currency, without fees
	Difference string       `json:"difference,omitempty"`
}

// SizingStep is one step from the wanted amount to the one that is sent.
type SizingStep struct {
	Step   string    `json:"step"` // wanted, maxLeverage, freeMargin or amountStep
	Amount trade.Dec `json:"amount"`
	Why    string    `json:"why"`
}

// size goes from what the sizing asks for, through the caps, down to the amount step.
func (r risk) size(in PlanInput, entry, stop trade.Dec) (trade.Dec, SizingDetail, error) {
	d := SizingDetail{Mode: r.sizing.Mode, Value: r.sizing.Value, Equity: in.Equity, Available: in.Available}
	if in.Equity.Sign() <= 0 {
		return trade.Dec{}, d, trade.Errorf(trade.Refused, "no_equity", "There is no %s in this account to trade with.", in.Spec.Settlement)
	}
	wanted, asked, how := r.sizing.wanted(in, entry, stop)
	d.add("wanted", wanted, how)
	capped := r.cap(&d, in, entry, wanted)
	amount := capped.FloorTo(in.Spec.AmountStep)
	if !amount.Equal(capped) {
		d.add("amountStep", amount, fmt.Sprintf("rounded down to a multiple of %s", in.Spec.AmountStep))
	}
	d.Amount, d.RiskAtStop = amount, riskAt(in.Spec, amount, entry, stop)
	if asked.Sign() > 0 {
		d.compare(asked)
	}
	if amount.Less(in.Spec.MinAmount) {
		return trade.Dec{}, d, tooSmall(in.Spec, wanted, amount)
	}
	return amount, d, nil
}

func (d *SizingDetail) add(step string, amount trade.Dec, why string) {
	d.Steps = append(d.Steps, SizingStep{step, amount, why})
}

// compare says which steps made the risk differ from what was asked.
func (d *SizingDetail) compare(asked trade.Dec) {
	d.RiskAsked = &asked
	var names []string
	for _, s := range d.Steps[1:] { // the first is what was wanted
		names = append(names, s.Step)
	}
	if len(names) > 0 {
		d.Difference = fmt.Sprintf("%s instead of %s at risk: %s", d.RiskAtStop, asked, strings.Join(names, ", "))
	}
}

// cap holds the amount within maxLeverage and within what the free margin carries, the taker fee
// of the entry included. A limit that does not bind leaves no step behind.
func (r risk) cap(d *SizingDetail, in PlanInput, entry, amount trade.Dec) trade.Dec {
	leverage := r.leverage(in.Spec)
	if limit := perNotional(in.Spec, in.Equity.Mul(leverage), entry, trade.NewDec(1)); limit.Less(amount) {
		amount = limit
		d.add("maxLeverage", amount, fmt.Sprintf("at most %s times the equity of %s %s", leverage, in.Equity, in.Spec.Settlement))
	}
	margin := leverage
	if in.Spec.MaxLeverage.Sign() > 0 {
		margin = in.Spec.MaxLeverage
	}
	// notional / margin + notional * fee <= available, with one division at the end.
	share := trade.NewDec(1).Add(in.Spec.TakerFee.Mul(margin))
	free := trade.MaxDec(in.Available, trade.Zero)
	if limit := perNotional(in.Spec, free.Mul(margin), entry, share); limit.Less(amount) {
		amount = limit
		d.add("freeMargin", amount, fmt.Sprintf("free margin is %s %s", free, in.Spec.Settlement))
	}
	return amount
}

// leverage is the user's limit, never above the instrument's own.
func (r risk) leverage(spec trade.Spec) trade.Dec {
	if spec.MaxLeverage.Sign() > 0 {
		return trade.MinDec(r.maxLeverage, spec.MaxLeverage)
	}
	return r.maxLeverage
}

// perNotional is the amount whose notional in the settlement currency is value / share.
func perNotional(spec trade.Spec, value, entry, share trade.Dec) trade.Dec {
	if spec.Kind == trade.Inverse {
		return value.Mul(entry).Div(share)
	}
	return value.Div(entry.Mul(share))
}

// tooSmall tells whether the wish itself or a cap made the amount too small.
func tooSmall(spec trade.Spec, wanted, amount trade.Dec) error {
	if wanted.Less(spec.MinAmount) {
		return trade.Errorf(trade.Refused, "amount_below_minimum", "The size comes to %s, below the minimum of %s on %s. Choose a larger size.",
			wanted, spec.MinAmount, spec.Instrument)
	}
	return trade.Errorf(trade.Refused, "insufficient_margin", "Equity and free margin carry only %s, below the minimum of %s on %s.",
		amount, spec.MinAmount, spec.Instrument)
}
