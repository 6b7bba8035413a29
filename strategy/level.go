package strategy

import "github.com/tradebaas/tradebaas/trade"

// levels gives stop and target at fractions of a price, on the tick grid: the stop is rounded away
// from the price, so that it is never nearer than asked, and the target towards it.
func levels(side trade.Side, price, stopDistance, targetDistance, tick trade.Dec) (stop, target trade.Dec) {
	return stopAt(side, price, stopDistance, tick), targetAt(side, price, targetDistance, tick)
}

func stopAt(side trade.Side, price, distance, tick trade.Dec) trade.Dec {
	if side == trade.Sell {
		return price.Add(price.Mul(distance)).CeilTo(tick)
	}
	return price.Sub(price.Mul(distance)).FloorTo(tick)
}

func targetAt(side trade.Side, price, distance, tick trade.Dec) trade.Dec {
	if side == trade.Sell {
		return price.Sub(price.Mul(distance)).CeilTo(tick)
	}
	return price.Add(price.Mul(distance)).FloorTo(tick)
}

// farther is the stop that gives a trade of this side more room.
func farther(side trade.Side, a, b trade.Dec) trade.Dec {
	if side == trade.Sell {
		return trade.MaxDec(a, b)
	}
	return trade.MinDec(a, b)
}

// fraction turns percent of price into a fraction of it.
func fraction(percent trade.Dec) trade.Dec { return percent.Div(trade.NewDec(100)) }
