package core

import "sort"

// What a settlement can be, in the exchange's words; the log calls a bankruptcy a correction.
const (
	SettledDaily    = "settlement"
	SettledDelivery = "delivery"
	SettledBankrupt = "bankruptcy"
)

// Kind is the row's kind of settlement; "" when it is none.
func (r *LogRow) Kind() string {
	switch r.Type {
	case SettledDaily, SettledDelivery:
		return r.Type
	case "correction":
		return SettledBankrupt
	}
	return ""
}

// SettlementsOf lists the rows of an account's log that are settlements, of a kind or of all, up to
// a time in milliseconds, newest first. A row's funding is its Change less its CashFlow. A
// bankruptcy has no market, only a currency.
func (x *Exchange) SettlementsOf(a *Account, f Filter, kind string, until int64) []LogRow {
	out := []LogRow{}
	for n := len(a.Log) - 1; n >= 0; n-- {
		r := a.Log[n]
		if r.Kind() == "" || (kind != "" && r.Kind() != kind) || r.Time > until {
			continue
		}
		if f.Currency != "" && f.Currency != r.Currency {
			continue
		}
		if f.Instrument != "" && (r.Instrument == nil || r.Instrument.Name != f.Instrument) {
			continue
		}
		out = append(out, r)
	}
	return out
}

// MarketSettlement is a settlement and the market that it was of.
type MarketSettlement struct {
	Market *Market
	Settlement
}

// Kind is the kind of settlement.
func (s Settlement) Kind() string {
	if s.Delivery {
		return SettledDelivery
	}
	return SettledDaily
}

// LastSettlements lists the settlements of the markets that pass a filter, of a kind or of all, up
// to a time in milliseconds, newest first.
func (x *Exchange) LastSettlements(f Filter, kind string, until int64) []MarketSettlement {
	out := []MarketSettlement{}
	for _, m := range x.Markets {
		i := m.Instrument
		if (f.Instrument != "" && f.Instrument != i.Name) || (f.Currency != "" && f.Currency != i.Settlement) {
			continue
		}
		for n := len(m.Settlements) - 1; n >= 0; n-- {
			if s := m.Settlements[n]; s.Time <= until && (kind == "" || kind == s.Kind()) {
				out = append(out, MarketSettlement{m, s})
			}
		}
	}
	sort.SliceStable(out, func(a, b int) bool { return out[a].Time > out[b].Time })
	return out
}

// DeliveryPrices lists the daily settlements of an index, newest first: their price is what a
// future on it would be delivered at. They are those of the index's perpetual.
func (x *Exchange) DeliveryPrices(index string) []Settlement {
	out := []Settlement{}
	for _, m := range x.Markets {
		if m.Instrument.PriceIndex != index || !m.Instrument.Perpetual() {
			continue
		}
		for n := len(m.Settlements) - 1; n >= 0; n-- {
			out = append(out, m.Settlements[n])
		}
	}
	return out
}
