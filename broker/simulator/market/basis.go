package market

import "github.com/tradebaas/tradebaas/broker/simulator/core"

// yearlyBasis is what a dated future is dearer than its index a year before its expiry, in
// billionths: 5 %. It shrinks with the time that is left, to 0 at the expiry.
const yearlyBasis = 50_000_000

const yearSeconds = 365 * 86_400

// remaining is how many seconds a future has to live; 0 once it is over.
func remaining(i *core.Instrument, second int64) int64 { return max(0, i.Expiry/1000-second) }

// basis is a future's premium over its index in a second, in billionths; 0 for a perpetual.
func basis(i *core.Instrument, second int64) int64 {
	if i.Perpetual() {
		return 0
	}
	return yearlyBasis * remaining(i, second) / yearSeconds
}

// withBasis adds a future's basis to a price in ten-thousandths.
func withBasis(i *core.Instrument, second, price int64) int64 {
	if b := basis(i, second); b != 0 {
		return price + price/1_000*b/1_000_000
	}
	return price
}
