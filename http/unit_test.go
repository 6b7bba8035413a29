package http

import (
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/trade"
)

func TestThrottle_delays_grow_and_end(t *testing.T) {
	c := &clock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	throttle := newThrottle(3, time.Hour, time.Minute, c.Now)
	for range 3 {
		require.Zero(t, throttle.take("k"))
	}
	for _, want := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60} {
		wait := throttle.take("k")
		require.Equal(t, want*time.Second, wait)
		require.Equal(t, wait, throttle.take("k"), "being refused costs nothing more")
		require.Zero(t, throttle.take("other"))
		throttle.forget("other")
		c.advance(wait)
		require.Zero(t, throttle.take("k"))
	}
	c.advance(2 * time.Hour)
	for range 3 {
		require.Zero(t, throttle.take("k"), "old failures are forgotten")
	}
}

func TestThrottle_memory_is_bounded(t *testing.T) {
	c := &clock{}
	throttle, allowance := newThrottle(3, time.Hour, time.Minute, c.Now), newAllowance(10, c.Now)
	for i := range remembered + 1000 {
		key := netip.AddrFrom4([4]byte{byte(i >> 24), byte(i >> 16), byte(i >> 8), byte(i)}).String()
		throttle.take(key)
		allowance.take(key)
	}
	require.LessOrEqual(t, len(throttle.attempts), remembered)
	require.LessOrEqual(t, len(allowance.buckets), remembered)
}

func TestAddressKey(t *testing.T) {
	require.Equal(t, "9.9.9.9", addressKey(netip.MustParseAddr("9.9.9.9")))
	require.Equal(t, addressKey(netip.MustParseAddr("2001:db8::1")), addressKey(netip.MustParseAddr("2001:db8::ffff")))
	require.NotEqual(t, addressKey(netip.MustParseAddr("2001:db8::1")), addressKey(netip.MustParseAddr("2001:db8:0:1::1")))
}

func TestStampTimes(t *testing.T) {
	for in, want := range map[string]string{
		`{"a":"2026-01-02T03:04:05Z"}`:                             `{"a":"2026-01-02T03:04:05.000Z"}`,
		`{"a":"2026-01-02T03:04:05.123456789Z","b":1}`:             `{"a":"2026-01-02T03:04:05.123Z","b":1}`,
		`["2026-01-02T03:04:05+02:00","2026-01-02T03:04:05.9Z"]`:   `["2026-01-02T01:04:05.000Z","2026-01-02T03:04:05.900Z"]`,
		`{"a":"at 2026-01-02T03:04:05Z"}`:                          `{"a":"at 2026-01-02T03:04:05Z"}`,
		`{"a":"2026-01-02 03:04:05","b":"\"2026-01-02T03:04:05Z"}`: `{"a":"2026-01-02 03:04:05","b":"\"2026-01-02T03:04:05Z"}`,
		`{"a":"2026-99-99T03:04:05Z"}`:                             `{"a":"2026-99-99T03:04:05Z"}`,
		`"`:                                                        `"`,
		`"\`:                                                       `"\`,
		``:                                                         ``,
	} {
		require.Equal(t, want, string(stampTimes([]byte(in))))
	}
}

func TestDepth(t *testing.T) {
	require.Equal(t, 0, depth([]byte(`"[[["`)))
	require.Equal(t, 3, depth([]byte(`{"a":[{"b":"]]\"[["}],"c":[]}`)))
	require.Equal(t, 1000, depth([]byte(strings.Repeat("[", 1000))))
}

func TestCommonPasswords(t *testing.T) {
	p := newPasswords(PasswordCost{MemoryKiB: 64, Passes: 1, Threads: 1, Concurrent: 1})
	require.Greater(t, len(common), 1000)
	for _, bad := range []string{"Password123!", "123456789012", "QWERTYuiopqw", "aaaaaaaaaaaa", "wachtwoord123"} {
		require.Error(t, p.check("password", bad, ""), bad)
	}
	require.NoError(t, p.check("password", "пароль длинный", ""))
	for password := range common {
		require.GreaterOrEqual(t, len([]rune(password)), passwordShortest, "%q is refused by its length already", password)
	}
}

func TestHashes(t *testing.T) {
	ctx, cancel := contextWithTimeout()
	defer cancel()
	cost := PasswordCost{MemoryKiB: 64, Passes: 1, Threads: 1, Concurrent: 1}
	hash, err := HashPassword(ctx, cost, "a@trade.test", goodPassword)
	require.NoError(t, err)
	require.Regexp(t, `^\$argon2id\$v=19\$m=64,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`, hash)
	dearer := newPasswords(PasswordCost{MemoryKiB: 128, Passes: 2, Threads: 1, Concurrent: 1})
	for password, want := range map[string]bool{goodPassword: true, goodPassword + "x": false, "": false} {
		got, err := dearer.matches(ctx, password, hash)
		require.NoError(t, err, "a hash keeps its own cost")
		require.Equal(t, want, got)
	}
	for _, broken := range []string{"x", "$argon2i$v=19$m=64,t=1,p=1$AAAA$AAAA", "$argon2id$v=18$m=64,t=1,p=1$AAAA$AAAA", "$argon2id$v=19$m=a$AAAA$AAAA", "$argon2id$v=19$m=64,t=1,p=1$!$AAAA", "$argon2id$v=19$m=64,t=1,p=1$AAAA$"} {
		_, err := dearer.matches(ctx, goodPassword, broken)
		require.ErrorIs(t, err, errHashFormat, broken)
	}
	_, err = HashPassword(ctx, cost, "", "short")
	require.Error(t, err)
}

// The document's pattern and the vocabulary agree on what an instrument's name is.
func TestInstrumentPattern(t *testing.T) {
	request := newWorld(t).server.api.OpenAPI().Components.Schemas.Map()["StartRequest"]
	pattern := regexp.MustCompile(request.Properties["instrument"].Pattern)
	for _, name := range []string{"BTC_USDC-PERPETUAL", "BTC-PERPETUAL", "ETH-27JUN25", "btc-perpetual", "BTC", "", "BTC-", "-X", "A-B", "BTC_USDC_X-P", "BTC-P;DROP", "BTC-P\n"} {
		_, err := trade.ParseInstrument(name)
		require.Equal(t, err == nil, pattern.MatchString(name), name)
	}
}
