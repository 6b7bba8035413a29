package market

// mix hashes numbers into one; it is the finaliser of splitmix64, chained.
func mix(values ...uint64) uint64 {
	h := uint64(0x9e3779b97f4a7c15)
	for _, v := range values {
		h ^= v
		h += 0x9e3779b97f4a7c15
		h ^= h >> 30
		h *= 0xbf58476d1ce4e5b9
		h ^= h >> 27
		h *= 0x94d049bb133111eb
		h ^= h >> 31
	}
	return h
}

// normal turns a hash into a nearly normal deviate: eight 16-bit uniforms added, so the tails end
// at 4.9 and the kurtosis is 2.85. It is exact integer arithmetic until the last product.
func normal(h uint64) float64 {
	g := mix(h, 0x6a09e667f3bcc909)
	sum := int64(h&0xffff) + int64(h>>16&0xffff) + int64(h>>32&0xffff) + int64(h>>48) +
		int64(g&0xffff) + int64(g>>16&0xffff) + int64(g>>32&0xffff) + int64(g>>48)
	return float64(sum-4*65_535) * normalScale
}

// coarse is normal from four uniforms: for the small steps inside a minute.
func coarse(h uint64) float64 {
	sum := int64(h&0xffff) + int64(h>>16&0xffff) + int64(h>>32&0xffff) + int64(h>>48)
	return float64(sum-2*65_535) * coarseScale
}

// A sum of n uniforms on 0..65535 has the variance n x (65536^2 - 1) / 12.
const (
	normalScale = 1 / 53_509.92
	coarseScale = 1 / 37_837.22
)

// exp is e to the x for |x| < 30, by halving and a series; unlike math.Exp it gives the same bits
// on every processor.
func exp(x float64) float64 {
	halvings := 0
	for x > 0.25 || x < -0.25 {
		x *= 0.5
		halvings++
	}
	sum, term := 1.0, 1.0
	for n := 1.0; n < 14; n++ {
		term = float64(term*x) / n
		sum += term
	}
	for ; halvings > 0; halvings-- {
		sum = float64(sum * sum)
	}
	return sum
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
