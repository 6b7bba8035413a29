package strategy

import (
	"fmt"
	"strconv"

	"github.com/tradebaas/tradebaas/strategy/indicator"
	"github.com/tradebaas/tradebaas/trade"
)

// Plan measures stop and target from the candle's close and the size from the quote that the entry
// will meet. A refused plan still explains itself.
func (c thorConfig) Plan(in PlanInput) (Plan, error) {
	d := explain(in)
	p := Plan{Side: in.Side}
	err := c.fill(&p, &d, in)
	p.Detail = d.raw()
	return p, err
}

func (c thorConfig) fill(p *Plan, d *Detail, in PlanInput) error {
	for _, step := range []func(*Plan, *Detail, PlanInput) error{c.checkMarket, c.checkSpread, c.placeStop, c.placeTarget} {
		if err := step(p, d, in); err != nil {
			return err
		}
	}
	return c.risk().sized(p, d, in)
}

func (c thorConfig) checkMarket(_ *Plan, _ *Detail, in PlanInput) error {
	if a := in.Analysis; a.Need == 0 || !a.Ready() {
		return trade.Errorf(trade.Refused, "collecting", "There are %d of the %d candles that a plan needs.", a.Have, a.Need)
	}
	return usable(in)
}

// checkSpread wants a book whose two sides are close together, in percent of the middle.
func (c thorConfig) checkSpread(_ *Plan, d *Detail, in PlanInput) error {
	t := in.Ticker
	if t.Bid.Sign() <= 0 || t.Ask.Sign() <= 0 {
		return trade.Errorf(trade.Refused, "no_quote", "One side of the book of %s is empty right now.", in.Spec.Instrument)
	}
	spread := t.Ask.Sub(t.Bid).Mul(trade.NewDec(200)).Div(t.Ask.Add(t.Bid)).Round(9)
	d.SpreadPercent = &spread
	if most := c.dec("maxSpreadPercent"); most.Less(spread) {
		return trade.Errorf(trade.Refused, "spread_too_wide", "The spread of %s %% is above the limit of %s %%.", spread.Round(4), most)
	}
	return nil
}

// placeStop puts the stop beyond the extreme of the last candles, and at least minStopPercent from
// the close and from the quote.
func (c thorConfig) placeStop(p *Plan, d *Detail, in PlanInput) error {
	name, word := "lowestLow", "lowest low"
	if in.Side == trade.Sell {
		name, word = "highestHigh", "highest high"
	}
	value, _ := in.Analysis.Value(name)
	extreme, tick := price(value), in.Spec.TickSize
	p.StopLevel = stopAt(in.Side, extreme, fraction(c.dec("stopOffsetPercent")), tick)
	d.place("stop", p.StopLevel, fmt.Sprintf("%s %% beyond the %s of %s of the last %d candles",
		c.dec("stopOffsetPercent"), word, extreme, c.integer("stopLookback")))
	for _, from := range []struct {
		name  string
		price trade.Dec
		level *trade.Dec
	}{{"close", price(in.Analysis.Price), &p.StopLevel}, {"quote", quote(in), &p.Stop}} {
		*from.level = c.stop(*p, from.price, tick)
		if last := d.Levels[len(d.Levels)-1].Price; !last.Equal(*from.level) {
			d.place("minStopPercent", *from.level, fmt.Sprintf("at least %s %% from the %s of %s", c.dec("minStopPercent"), from.name, from.price))
		}
	}
	return nil
}

// placeTarget puts the target at the mean, when that is far enough on the profit side of the close.
func (c thorConfig) placeTarget(p *Plan, d *Detail, in PlanInput) error {
	mean, _ := in.Analysis.Value("sma")
	away, _ := in.Analysis.Value("targetPercent")
	p.Target = targetAt(in.Side, price(mean), trade.Zero, in.Spec.TickSize)
	d.place("target", p.Target, fmt.Sprintf("the mean of the last %d closes, %s %% from the close", c.integer("bbPeriod"), plain(away)))
	profit := mean > in.Analysis.Price
	if in.Side == trade.Sell {
		profit = mean < in.Analysis.Price
	}
	switch entry := quote(in); {
	case !profit:
		return trade.Errorf(trade.Refused, "target_too_close", "The mean of %s is not on the profit side of the close of %s.", price(mean), price(in.Analysis.Price))
	case away < c.float("minTargetPercent"):
		return trade.Errorf(trade.Refused, "target_too_close", "The mean of %s is %s %% away, less than the %s %% that is asked for.",
			price(mean), plain(away), c.dec("minTargetPercent"))
	case in.Side == trade.Buy && !entry.Less(p.Target), in.Side == trade.Sell && !p.Target.Less(entry):
		return trade.Errorf(trade.Refused, "target_too_close", "The price of %s has reached the target of %s already.", entry, p.Target)
	}
	return nil
}

// price is a price that was a float among indicators, exact to the 9 decimals of those.
func price(x float64) trade.Dec {
	return trade.MustDec(strconv.FormatFloat(indicator.Round(x), 'f', -1, 64))
}
