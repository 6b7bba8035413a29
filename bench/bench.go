// Package bench measures something beside its floor: the least that the same work can cost. Blocks of
// both take turns, so that both see the same machine, and what is reported is the median of the pairs'
// ratios with the interval that holds it with 90 % certainty.
package bench

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

const (
	warmUps  = 2
	draws    = 2000 // of the bootstrap
	canaries = 200_000
	moved    = 0.25 // a pair counts while the canary is this near to its median
)

// Block is some of the work, done n times.
type Block func(n int) Cost

// Cost is what a block took: in all, and what its tail was when the block knows.
type Cost struct {
	Took time.Duration
	P99  time.Duration
}

// Timed makes a block of work that has no latency of its own to tell.
func Timed(work func(n int)) Block {
	return func(n int) Cost {
		began := time.Now()
		work(n)
		return Cost{Took: time.Since(began)}
	}
}

// pair is one block of each.
type pair struct {
	floor, ours Cost
	canary      time.Duration
}

// Compare runs pairs of blocks of n each for as long as the benchmark lasts. It reports floor_ns and
// ours_ns for one, ratio (floor over ours: 1 is as fast as the floor) with ratio_low and ratio_high,
// and with a tail p99_ratio (ours over floor).
func Compare(b *testing.B, n int, floor, ours Block) {
	b.Helper()
	for range warmUps {
		floor(n)
		ours(n)
	}
	var pairs []pair
	for b.Loop() {
		pairs = append(pairs, pair{canary: canary(), floor: floor(n), ours: ours(n)})
	}
	pairs = steady(pairs)
	ratios := each(pairs, func(p pair) float64 { return float64(p.floor.Took) / float64(p.ours.Took) })
	low, high := interval(ratios)
	b.ReportMetric(median(each(pairs, func(p pair) float64 { return float64(p.floor.Took) / float64(n) })), "floor_ns")
	b.ReportMetric(median(each(pairs, func(p pair) float64 { return float64(p.ours.Took) / float64(n) })), "ours_ns")
	b.ReportMetric(median(ratios), "ratio")
	b.ReportMetric(low, "ratio_low")
	b.ReportMetric(high, "ratio_high")
	if pairs[0].floor.P99 > 0 {
		b.ReportMetric(median(each(pairs, func(p pair) float64 { return float64(p.ours.P99) / float64(p.floor.P99) })), "p99_ratio")
	}
}

// canary is a loop that takes the same time whenever the machine is the same.
func canary() time.Duration {
	began, sum := time.Now(), uint64(1)
	for range canaries {
		sum = sum*6364136223846793005 + 1
	}
	sink = sum
	return time.Since(began)
}

var sink uint64

// steady leaves out the pairs during which the machine was busy with something else.
func steady(pairs []pair) []pair {
	usual := median(each(pairs, func(p pair) float64 { return float64(p.canary) }))
	kept := slices.DeleteFunc(slices.Clone(pairs), func(p pair) bool {
		return float64(p.canary) > usual*(1+moved) || float64(p.canary) < usual*(1-moved)
	})
	if len(kept) == 0 {
		return pairs
	}
	return kept
}

func each(pairs []pair, of func(pair) float64) []float64 {
	list := make([]float64, len(pairs))
	for i, p := range pairs {
		list[i] = of(p)
	}
	return list
}

func median(list []float64) float64 { return Quantile(list, 0.5) }

// Quantile is the value below which the share q of the list lies.
func Quantile[T ~int64 | ~float64](list []T, q float64) T {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[int(q*float64(len(sorted)-1))]
}

// interval draws the list anew many times and gives the middle 90 % of the medians.
func interval(list []float64) (low, high float64) {
	random := rand.New(rand.NewPCG(1, 1))
	medians, drawn := make([]float64, draws), make([]float64, len(list))
	for i := range medians {
		for j := range drawn {
			drawn[j] = list[random.IntN(len(list))]
		}
		medians[i] = median(drawn)
	}
	return Quantile(medians, 0.05), Quantile(medians, 0.95)
}
