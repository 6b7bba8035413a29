package trade

// ClosePreview is what closing a position at market would bring right now, in the settlement currency.
// Entry fees and funding are paid already and not in it.
type ClosePreview struct {
	Instrument Instrument `json:"instrument"`
	Side       Side       `json:"side"` // of the closing order
	Amount     Dec        `json:"amount"`
	EntryPrice Dec        `json:"entryPrice"`
	BestPrice  Dec        `json:"bestPrice"` // what the first part would be closed at
	Price      Dec        `json:"price"`     // the average of all of it
	Gross      Dec        `json:"gross"`     // profit if all of it were closed at the best price
	Slippage   Dec        `json:"slippage"`  // what is lost because the best price is not offered for all of it
	Fees       Dec        `json:"fees"`      // as taker
	Net        Dec        `json:"net"`       // gross - slippage - fees
	Complete   bool       `json:"complete"`  // the book that is seen holds enough; else the rest is counted at its last price
	Currency   Currency   `json:"currency"`
}

// PreviewClose walks the side of the book that a closing order would take.
func PreviewClose(spec Spec, p VenuePosition, book Book) (ClosePreview, error) {
	if p.Size.IsZero() {
		return ClosePreview{}, Errorf(NotFound, "position_not_found", "There is no position in %s.", p.Instrument)
	}
	v := ClosePreview{Instrument: p.Instrument, Side: Sell, Amount: p.Size.Abs(), EntryPrice: p.AveragePrice, Currency: spec.Settlement}
	held, levels := Buy, book.Bids
	if p.Size.Sign() < 0 {
		v.Side, held, levels = Buy, Sell, book.Asks
	}
	if len(levels) == 0 || p.AveragePrice.Sign() <= 0 {
		return ClosePreview{}, Errorf(Unavailable, "no_quote", "Nobody offers a price for %s right now.", p.Instrument)
	}
	v.BestPrice = levels[0].Price
	v.Price, v.Complete = walk(spec.Kind, levels, v.Amount)
	atBest := PnL(spec.Kind, held, v.Amount, v.EntryPrice, v.BestPrice)
	atAverage := PnL(spec.Kind, held, v.Amount, v.EntryPrice, v.Price)
	v.Gross = atBest.Round(8)
	v.Slippage = atBest.Sub(atAverage).Round(8)
	v.Fees = Fee(spec.Kind, v.Amount, v.Price, spec.TakerFee).Round(8)
	v.Net = v.Gross.Sub(v.Slippage).Sub(v.Fees)
	return v, nil
}

// walk is the average price of an amount taken from levels, and whether they hold so much.
func walk(kind ContractKind, levels []Level, amount Dec) (price Dec, complete bool) {
	var parts []priced
	left := amount
	for _, l := range levels {
		part := MinDec(left, l.Amount)
		if part.Sign() > 0 {
			parts = append(parts, priced{part, l.Price})
		}
		if left = left.Sub(part); left.IsZero() {
			return average(kind, parts), true
		}
	}
	return average(kind, append(parts, priced{left, levels[len(levels)-1].Price})), false
}
