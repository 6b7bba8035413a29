package strategy

import "github.com/tradebaas/tradebaas/trade"

// levels gives stop and target at fractions of a price, on the tick grid: the stop is rounded away
// from the price, so that it is never nearer than asked, and the target towards it.
func levels(side trade.Side, price, stopDistance, targetDistance, tick trade.Dec) (stop, target trade.Dec) {
	down, up := price.Mul(stopDistance), price.Mul(targetDistance)
	if side == trade.Sell {
		return price.Add(down).CeilTo(tick), price.Sub(up).CeilTo(tick)
	}
	return price.Sub(down).FloorTo(tick), price.Add(up).FloorTo(tick)
}

// fraction turns percent of price into a fraction of it.
func fraction(percent trade.Dec) trade.Dec { return percent.Div(trade.NewDec(100)) }
