package http

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAdmin_views_a_user_without_secrets(t *testing.T) {
	w := newWorld(t)
	owner, ann := w.owner(), w.join("ann@trade.test")
	require.Equal(t, 201, w.call("POST", "/api/user/credentials", map[string]any{"environment": "paper", "apiKey": "public-half-wxyz", "apiSecret": "canary-secret"}, ann.auth()).StatusCode)
	require.Equal(t, 201, w.call("POST", "/api/strategy/start", startBody, ann.auth()).StatusCode)
	path := "/api/admin/users/" + string(ann.id)

	r := w.call("GET", path, nil, owner.auth())
	require.Equal(t, 200, r.StatusCode, r.text)
	require.Equal(t, "ann@trade.test", r.at("user", "email"))
	require.EqualValues(t, 1, r.at("signIns"))
	require.Equal(t, "tradebaas/users/"+string(ann.id), r.at("actorPath"))
	require.Equal(t, "connected", r.at("connections", "0", "state"))
	require.Equal(t, true, r.at("connections", "0", "hasKey"))
	require.EqualValues(t, 1, r.at("connections", "0", "positions"))
	require.Equal(t, "Fast Test", r.at("strategies", "0", "strategyName"))
	require.Equal(t, "active", r.at("strategies", "0", "status"))
	require.NotEmpty(t, r.body["limits"])

	require.Contains(t, w.storage.actions(), "admin.user.viewed")
	for _, secret := range []string{"canary-secret", "public-half-wxyz", "wxyz", "argon2id", ann.token, ann.cookie} {
		require.NotContains(t, r.text, secret)
	}
	for _, field := range []string{"lastFour", "config", "averagePrice", "unrealizedPnl", "balance", "equity", "entryPrice", "amount", "counters"} {
		require.NotContains(t, r.text, `"`+field+`"`)
	}
	raw, err := json.Marshal(r.at("connections", "0"))
	require.NoError(t, err)
	require.NotContains(t, string(raw), `"100"`, "the fake's position has this average price")

	for _, id := range []string{stranger, "nonsense"} {
		require.Equal(t, "user_not_found", w.call("GET", "/api/admin/users/"+id, nil, owner.auth()).code())
	}
	require.Equal(t, 200, w.call("GET", "/api/admin/users/"+string(owner.id), nil, owner.auth()).StatusCode, "one's own is no secret")
}
