package trade

// sign is 1 for a long, -1 for a short.
func sign(side Side) Dec {
	if side == Sell {
		return NewDec(-1)
	}
	return NewDec(1)
}

// PnL is the profit of a closed amount without fees, in the settlement currency. A linear amount is
// in the base coin; an inverse one is in USD, and the profit in the coin. Prices must not be 0.
func PnL(kind ContractKind, side Side, amount, entry, exit Dec) Dec {
	if kind == Inverse {
		return amount.Div(entry).Sub(amount.Div(exit)).Mul(sign(side))
	}
	return exit.Sub(entry).Mul(amount).Mul(sign(side))
}

// Fee is what an amount costs at a rate, in the settlement currency. The price must not be 0.
func Fee(kind ContractKind, amount, price, rate Dec) Dec {
	return Value(kind, amount, price).Mul(rate)
}

// Value is what an amount is worth in the settlement currency: quote for linear contracts, coin for
// inverse ones. The price must not be 0.
func Value(kind ContractKind, amount, price Dec) Dec {
	if kind == Inverse {
		return amount.Div(price)
	}
	return amount.Mul(price)
}

// priced is an amount at a price.
type priced struct{ amount, price Dec }

// average is the average price of several amounts: weighted by amount for linear contracts, harmonic
// for inverse ones. It is 0 for nothing, and rounded to 12 decimals.
func average(kind ContractKind, parts []priced) Dec {
	total, value := Zero, Zero
	for _, p := range parts {
		total = total.Add(p.amount)
		if kind == Inverse {
			value = value.Add(p.amount.Div(p.price))
		} else {
			value = value.Add(p.amount.Mul(p.price))
		}
	}
	switch {
	case total.IsZero() || value.IsZero():
		return Zero
	case kind == Inverse:
		return total.Div(value).Round(12)
	}
	return value.Div(total).Round(12)
}

// sum adds up the amounts.
func sum(parts []priced) Dec {
	total := Zero
	for _, p := range parts {
		total = total.Add(p.amount)
	}
	return total
}

// InitialMargin is what an entry ties up at the instrument's own maximum leverage, in the settlement
// currency; the account's free margin must cover it and the fee.
func InitialMargin(spec Spec, amount, price Dec) Dec {
	value := Value(spec.Kind, amount, price)
	if spec.MaxLeverage.Sign() <= 0 {
		return value
	}
	return value.Div(spec.MaxLeverage)
}
