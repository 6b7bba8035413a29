package deribit

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

func TestSignature_published_vector(t *testing.T) {
	require.Equal(t, "56590594f97921b09b18f166befe0d1319b198bbcdad7ca73382de2f88fe9aa1",
		signature("AMANDASECRECT", 1576074319000, "1iqt2wls", ""))
}

func TestGrant_check(t *testing.T) {
	for scope, code := range map[string]string{
		healthyScope: "",
		"trade:read_write account:read wallet:read":            "",
		"trade:read_write account:read wallet:read_write":      "key_can_withdraw",
		"trade:read_write account:read_write wallet:none":      "key_can_edit_account",
		"trade:read account:read wallet:none":                  "key_cannot_trade",
		"trade:read_write account:read block_trade:read_write": "key_can_do_more",
		"trade:read_write account:none wallet:none connection": "key_cannot_read_account",
	} {
		err := parseGrant(scope).check()
		if code == "" {
			require.NoError(t, err, scope)
			continue
		}
		require.Equal(t, code, trade.CodeOf(err), scope)
		require.True(t, broker.As(err).Auth)
		require.ErrorContains(t, err, "wallet: none", "the sentence says how to make a right key")
	}
}

func TestCheckKey(t *testing.T) {
	t.Run("asks for no scope and tells all that the key may do", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := newPeer(t)
			p.scope = "account:read_write trade:read_write wallet:read_write mainaccount"
			grant, err := p.venue().CheckKey(t.Context(), testKey)
			require.NoError(t, err)
			require.True(t, grant.CanTrade)
			require.True(t, grant.CanWithdraw)
			require.True(t, grant.CanEditAccount)
			require.Equal(t, "4711", grant.ExchangeAccount)
			login := p.requests("public/auth")[0].Params
			require.NotContains(t, login, "scope")
			require.NotContains(t, login, "client_secret", "the secret never leaves")
			require.Equal(t, "client_signature", login["grant_type"])
		})
	})
	t.Run("refused", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := newPeer(t)
			p.on("public/auth", func(asked) string { return `!{"code":13004,"message":"invalid_credentials"}` })
			_, err := p.venue().CheckKey(t.Context(), testKey)
			require.ErrorIs(t, err, trade.ErrKeyRefused)
			require.Equal(t, broker.Refused, broker.OutcomeOf(err))
			require.True(t, broker.As(err).Auth)
			require.NotContains(t, err.Error(), testKey.Secret)
		})
	})
	t.Run("unreachable", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := newPeer(t)
			p.refuse = true
			_, err := p.venue().CheckKey(t.Context(), testKey)
			require.Equal(t, broker.NotSent, broker.OutcomeOf(err))
			require.False(t, broker.As(err).Auth)
		})
	})
	t.Run("shows no key to an exchange of the other kind", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := newPeer(t)
			p.real = true
			_, err := p.venue().CheckKey(t.Context(), testKey)
			require.ErrorContains(t, err, "wrong_exchange")
			require.Zero(t, p.count("public/auth"))
		})
	})
}

func TestSession_renews_its_token(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		p.expires = 1000
		_, j := p.open(p.venue())
		time.Sleep(799 * time.Second)
		synctest.Wait()
		require.Equal(t, 2, p.count("public/auth"), "one that looks at the key, and one to trade with")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		logins := p.requests("public/auth")
		require.Len(t, logins, 3)
		require.Equal(t, "refresh_token", logins[2].Params["grant_type"])
		require.Equal(t, "r2", logins[2].Params["refresh_token"])
		time.Sleep(1000 * time.Second)
		synctest.Wait()
		require.Equal(t, 4, p.count("public/auth"))
		require.Empty(t, of[broker.SessionDown](j))
	})
}

func TestSession_refuses_a_renewed_token_that_may_do_more(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		p.expires = 100
		_, j := p.open(p.venue())
		require.Len(t, of[broker.SessionUp](j), 1)
		p.set(func() { p.scope = "trade:read_write account:read wallet:read_write" })
		time.Sleep(81 * time.Second)
		refused := of[broker.KeyRefused](j)
		require.Len(t, refused, 1)
		require.Equal(t, "key_can_withdraw", trade.CodeOf(refused[0].Err))
	})
}

func TestSession_knocks_seldom_with_a_refused_key(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		p.on("public/auth", func(asked) string { return `!{"code":13004,"message":"invalid_credentials"}` })
		_, j := p.open(p.venue())
		time.Sleep(time.Hour)
		require.Len(t, of[broker.KeyRefused](j), p.count("public/auth"))
		require.LessOrEqual(t, p.count("public/auth"), 12)
		require.GreaterOrEqual(t, p.count("public/auth"), 10)
		p.on("public/auth", p.signIn)
		time.Sleep(6 * time.Minute)
		require.Len(t, of[broker.SessionUp](j), 1, "a key that works again is taken again")
	})
}

func TestSession_unauthorized(t *testing.T) {
	const unauthorized = `!{"code":13009,"message":"unauthorized","data":{"reason":"invalid_token"}}`
	once := func(then string) answer {
		first := true
		return func(asked) string {
			if first {
				first = false
				return unauthorized
			}
			return then
		}
	}
	t.Run("a read is repeated after one renewal", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := newPeer(t)
			s, _ := p.open(p.venue())
			p.on("private/get_positions", once(`[]`))
			_, err := s.Positions(t.Context())
			require.NoError(t, err)
			require.Equal(t, 3, p.count("public/auth"))
			require.Equal(t, 2, p.count("private/get_positions"))
		})
	})
	t.Run("an order is never repeated", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := newPeer(t)
			s, _ := p.open(p.venue())
			p.on("private/buy", once(`{"order":{"order_id":"1"}}`))
			_, err := s.PlaceBracket(t.Context(), bracket())
			require.Equal(t, broker.NotSent, broker.OutcomeOf(err))
			require.False(t, broker.As(err).Auth, "the key is well")
			require.Equal(t, 1, p.count("private/buy"))
			require.Equal(t, 3, p.count("public/auth"), "the next one finds a fresh token")
		})
	})
	t.Run("a revoked key ends the session", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := newPeer(t)
			s, j := p.open(p.venue())
			p.on("private/get_positions", func(asked) string { return unauthorized })
			p.on("public/auth", func(asked) string { return `!{"code":13004,"message":"invalid_credentials"}` })
			_, err := s.Positions(t.Context())
			require.True(t, broker.As(err).Auth)
			require.Len(t, of[broker.KeyRefused](j), 1)
			down := of[broker.SessionDown](j)
			require.Len(t, down, 1)
			require.GreaterOrEqual(t, time.Until(down[0].Next), 5*time.Minute)
		})
	})
}
