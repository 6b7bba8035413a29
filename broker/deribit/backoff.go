package deribit

import (
	"math/rand/v2"
	"time"
)

// backoff paces reconnects: full jitter below a ceiling that doubles up to a maximum, so that many
// sessions that lost the exchange together do not come back together.
type backoff struct {
	first, maximum time.Duration
	failures       int
}

// minimumPause keeps even the luckiest draw from hammering.
const minimumPause = 20 * time.Millisecond

func (b *backoff) next() time.Duration {
	ceiling := b.maximum
	if b.failures < 16 && b.first<<b.failures < b.maximum {
		ceiling = b.first << b.failures
	}
	b.failures++
	return max(minimumPause, rand.N(ceiling))
}

func (b *backoff) reset() { b.failures = 0 }
