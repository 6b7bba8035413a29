package simulator_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator"
)

func credentials(a simulator.AccountSpec) object {
	return object{"grant_type": "client_credentials", "client_id": a.Key, "client_secret": a.Secret}
}

func TestFault_key_revoked(t *testing.T) {
	s := newStage(t)
	a, b := s.login(alice), s.login(bob)
	s.fault("revoke", simulator.Trouble{Account: 70001})
	require.Equal(t, "invalid_token", field(a.refused(13009, "private/get_positions", nil), "data", "reason"))
	s.dial().refused(13004, "public/auth", credentials(alice))
	b.call("private/get_positions", nil)
	s.clear("revoke")
	s.login(alice).call("private/get_positions", nil)
}

func TestFault_address_refused(t *testing.T) {
	s := newStage(t)
	a := s.login(alice)
	s.fault("address", simulator.Trouble{Account: 70001})
	require.Equal(t, "ip_not_allowed", field(a.refused(13009, "private/get_positions", nil), "data", "reason"))
	fresh := s.dial()
	require.Equal(t, "ip_not_allowed", field(fresh.refused(13009, "public/auth", credentials(alice)), "data", "reason"))
	a.call("public/ticker", object{"instrument_name": btc})
	s.login(bob)
	s.clear()
	a.call("private/get_positions", nil)
	s.fault("address", simulator.Trouble{Account: 70001, Code: 13004, Message: "invalid_credentials"})
	fresh.refused(13004, "public/auth", credentials(alice))
}

func TestFault_scope_grown_and_reduced(t *testing.T) {
	const wide = "account:read_write block_trade:none trade:read_write wallet:read_write"
	s := newStage(t)
	c := s.login(alice)
	s.fault("scope", simulator.Trouble{Account: 70001, Scope: "account:read trade:read"})
	c.refused(13021, "private/buy", market(""))
	c.call("private/get_positions", nil)
	s.clear("scope")
	c.call("private/buy", market(""))

	s.fault("scope", simulator.Trouble{Account: 70001, Scope: wide})
	c.refused(13021, "private/enable_cancel_on_disconnect", nil)
	granted := s.dial().call("public/auth", credentials(alice))
	require.Contains(t, field(granted, "scope"), "wallet:read_write")
	s.clear("scope")
	s.fault("scope", simulator.Trouble{Account: 70001, Scope: wide, Kind: "live"})
	c.call("private/enable_cancel_on_disconnect", nil)
}
