package strategy

import (
	"encoding/json"
	"fmt"

	"github.com/tradebaas/tradebaas/trade"
)

// leverageWarning is the maxLeverage above which the user is warned.
const leverageWarning = 10

// risk is the part of a config that decides size: the same model for every strategy.
type risk struct {
	sizing      Sizing
	maxLeverage trade.Dec
}

// Detail explains a plan, or the refusal of one, in the decision record.
type Detail struct {
	CandleTime int64       `json:"candleTime,omitempty"`
	Inputs     []Indicator `json:"inputs,omitempty"`
	ScoreLong  float64     `json:"scoreLong"`
	ScoreShort float64     `json:"scoreShort"`
	Signal     *Signal     `json:"signal,omitempty"`
	Bid        trade.Dec   `json:"bid"`
	Ask        trade.Dec   `json:"ask"`
	// SpreadPercent is the distance of bid and ask in percent of their middle, where a strategy limits it.
	SpreadPercent *trade.Dec    `json:"spreadPercent,omitempty"`
	Levels        []LevelStep   `json:"levels,omitempty"` // how stop and target came about, where they are no plain distances
	Entry         trade.Dec     `json:"entry"`
	Stop          trade.Dec     `json:"stop"`
	Target        trade.Dec     `json:"target"`
	Sizing        *SizingDetail `json:"sizing,omitempty"`
	AtTarget      *Outcome      `json:"atTarget,omitempty"`
	AtStop        *Outcome      `json:"atStop,omitempty"`
	Warnings      []string      `json:"warnings,omitempty"`
}

// LevelStep is one step towards a stop or a target.
type LevelStep struct {
	Step  string    `json:"step"` // stop, minStopPercent or target
	Price trade.Dec `json:"price"`
	Why   string    `json:"why"`
}

func (d *Detail) place(step string, price trade.Dec, why string) {
	d.Levels = append(d.Levels, LevelStep{step, price, why})
}

func (d Detail) raw() json.RawMessage {
	body, err := json.Marshal(d)
	if err != nil {
		panic(fmt.Errorf("detail of a decision: %w", err))
	}
	return body
}

// follow plans an entry whose levels are fractions of the fill price. A refused plan still carries
// its Detail, so that the decision record can explain the refusal.
func (r risk) follow(in PlanInput, stopDistance, targetDistance trade.Dec) (Plan, error) {
	d := explain(in)
	p := Plan{Side: in.Side, StopDistance: stopDistance, TargetDistance: targetDistance}
	err := r.fill(&p, &d, in)
	p.Detail = d.raw()
	return p, err
}

func explain(in PlanInput) Detail {
	d := Detail{Bid: in.Ticker.Bid, Ask: in.Ticker.Ask}
	if in.Analysis.Have > 0 {
		a := in.Analysis
		d.CandleTime, d.Inputs, d.ScoreLong, d.ScoreShort, d.Signal = a.CandleTime, a.Indicators, a.ScoreLong, a.ScoreShort, &a.Signal
	}
	return d
}

func (r risk) fill(p *Plan, d *Detail, in PlanInput) error {
	if err := usable(in); err != nil {
		return err
	}
	p.Stop, p.Target = levels(in.Side, quote(in), p.StopDistance, p.TargetDistance, in.Spec.TickSize)
	return r.sized(p, d, in)
}

// sized decides the amount of a plan that has its stop and target, entered at the quote.
func (r risk) sized(p *Plan, d *Detail, in PlanInput) error {
	p.Entry = quote(in)
	d.Entry, d.Stop, d.Target = p.Entry, p.Stop, p.Target
	if p.Stop.Sign() <= 0 || p.Target.Sign() <= 0 {
		return trade.Errorf(trade.Refused, "levels_off_grid", "The price step %s of %s is too coarse for this stop and target.", in.Spec.TickSize, in.Spec.Instrument)
	}
	amount, sized, err := r.size(in, p.Entry, p.Stop)
	d.Sizing, d.Warnings = &sized, r.warnings()
	if err != nil {
		return err
	}
	p.Amount = amount
	return cost(p, d, in.Spec)
}

// usable refuses market data that nothing can be computed from.
func usable(in PlanInput) error {
	s := in.Spec
	if s.TickSize.Sign() <= 0 || s.AmountStep.Sign() <= 0 || s.MinAmount.Sign() <= 0 {
		return trade.Errorf(trade.Unavailable, "instrument_incomplete", "The exchange has not told the price and amount steps of %s yet.", s.Instrument)
	}
	if quote(in).Sign() <= 0 {
		return trade.Errorf(trade.Refused, "no_quote", "Nobody offers the other side of %s right now.", s.Instrument)
	}
	return nil
}

// quote is the best price on the other side of the book, where a market entry begins to fill.
func quote(in PlanInput) trade.Dec {
	if in.Side == trade.Sell {
		return in.Ticker.Bid
	}
	return in.Ticker.Ask
}

func (r risk) warnings() []string {
	if trade.NewDec(leverageWarning).Less(r.maxLeverage) {
		return []string{fmt.Sprintf("maxLeverage %s is above %d", r.maxLeverage, leverageWarning)}
	}
	return nil
}

// cost refuses a target that does not pay its own fees, entering as taker and leaving as maker.
func cost(p *Plan, d *Detail, spec trade.Spec) error {
	target := outcome(spec, p.Side, p.Amount, p.Entry, p.Target, spec.MakerFee)
	stop := outcome(spec, p.Side, p.Amount, p.Entry, p.Stop, spec.TakerFee)
	d.AtTarget, d.AtStop = &target, &stop
	if target.Net.Sign() <= 0 {
		return trade.Errorf(trade.Refused, "target_below_costs", "The target %s would bring %s %s after fees of %s. Choose a wider target.",
			p.Target, target.Net, spec.Settlement, target.EntryFee.Add(target.ExitFee))
	}
	return nil
}
