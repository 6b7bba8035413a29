package simulator_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator"
)

const changes = "user.changes.any.any.raw"

// tokenOf signs an account in over a connection that others use too.
func tokenOf(c *socket, a simulator.AccountSpec) string {
	got := c.call("public/auth", object{"grant_type": "client_credentials", "client_id": a.Key, "client_secret": a.Secret})
	return field(got, "access_token").(string)
}

// nextLabel gives the label of the next notification of a channel.
func (c *socket) nextLabel(channel string) any {
	c.t.Helper()
	for {
		for n, news := range c.news {
			if p := news["params"].(object); p["channel"] == channel {
				c.news = append(c.news[:n], c.news[n+1:]...)
				return p["label"]
			}
		}
		c.news = append(c.news, c.read())
	}
}

func TestSharedConnection_tells_accounts_apart(t *testing.T) {
	s := newStage(t)
	c := s.dial()
	hers, his := tokenOf(c, alice), tokenOf(c, bob)
	for token, label := range map[string]string{hers: "a", his: "b"} {
		require.Equal(t, []any{changes}, c.call("private/subscribe",
			object{"channels": []string{changes}, "access_token": token, "label": label}))
	}
	buy := func(token string) {
		c.call("private/buy", object{"instrument_name": "BTC_USDC-PERPETUAL", "amount": 0.01, "type": "market", "access_token": token})
	}
	buy(hers)
	require.Equal(t, "a", c.nextLabel(changes))
	buy(his)
	require.Equal(t, "b", c.nextLabel(changes))

	again := tokenOf(c, alice)
	buy(hers)
	require.Equal(t, "a", c.nextLabel(changes), "a second login disturbs nobody")

	require.Equal(t, []any{changes}, c.call("private/unsubscribe", object{"channels": []string{changes}, "access_token": again}))
	require.Equal(t, []any{}, c.call("private/unsubscribe", object{"channels": []string{changes}, "access_token": again}))
	buy(hers)
	buy(his)
	require.Equal(t, "b", c.nextLabel(changes), "only hers is gone")

	c.call("private/subscribe", object{"channels": []string{changes}, "access_token": hers, "label": "a"})
	c.call("private/unsubscribe_all", object{"access_token": his})
	buy(his)
	buy(hers)
	require.Equal(t, "a", c.nextLabel(changes), "only his are gone")
	c.call("private/unsubscribe_all", object{})
	buy(hers)
	s.pass(time.Second)
	c.call("public/test", object{})
	require.Empty(t, c.news, "nothing is left")
}
