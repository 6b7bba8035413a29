// Package indicator holds the streaming indicators of the strategies: one value in, one value out.
//
// Every product that feeds a sum is wrapped in float64(), which forbids a fused multiply-add, and
// windows are always summed from the oldest value to the newest. So a restarted server, another
// machine and a recomputation from scratch give the same bits.
package indicator

import "math"

// Round rounds to 9 decimals, half away from zero. Every value is rounded before it is compared
// with a threshold or shown. There is no negative zero.
func Round(x float64) float64 {
	r := math.Round(float64(x*1e9)) / 1e9
	if r == 0 {
		return 0
	}
	return r
}
