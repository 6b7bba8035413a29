package trade

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// derive makes the UUID that belongs to a thing by its nature, such as the stop of an intent, so that
// the same events give the same ids in every run.
func derive(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	sum[6] = sum[6]&0x0f | 0x80 // version 8: made our own way
	sum[8] = sum[8]&0x3f | 0x80
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
