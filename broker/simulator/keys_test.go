package simulator_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator"
)

// manager gives alice a key that may manage keys, and the exchange a second factor.
func manager(o *simulator.Options) {
	wide := alice
	wide.Scope = "account:read_write block_trade:none trade:read_write wallet:none"
	o.Accounts, o.SecondFactor = []simulator.AccountSpec{wide, bob}, "246810"
}

// managed is a call about keys with the second factor.
func (c *socket) managed(method string, p object) any {
	c.t.Helper()
	p["authorization_data"] = "246810"
	return c.call(method, p)
}

func keyLogin(key any) object {
	return object{"grant_type": "client_credentials", "client_id": field(key, "client_id"), "client_secret": field(key, "client_secret")}
}

func TestKeys_are_made_and_listed(t *testing.T) {
	s := newStage(t, manager)
	c := s.login(alice)
	made := c.managed("private/create_api_key", object{"max_scope": []string{"trade:read_write", "account:read"}, "name": "desk_1",
		"enabled_features": []string{"restricted_block_trades"}})
	require.Equal(t, "account:read block_trade:none trade:read_write wallet:none", field(made, "max_scope"))
	require.Equal(t, "desk_1", field(made, "name"))
	require.Equal(t, true, field(made, "enabled"))
	require.Equal(t, false, field(made, "default"))
	require.Equal(t, []any{"restricted_block_trades"}, field(made, "enabled_features"))
	listed := c.managed("private/list_api_keys", object{}).([]any)
	require.Len(t, listed, 2)
	require.Equal(t, made, listed[1])
	login := s.dial().call("public/auth", keyLogin(made))
	require.Equal(t, "account:read block_trade:none connection mainaccount name:desk_1 trade:read_write wallet:none", field(login, "scope"))
	require.Equal(t, []any{"restricted_block_trades"}, field(login, "enabled_features"))

	for n := range 6 {
		c.managed("private/create_api_key", object{"max_scope": "trade:read", "name": "k" + strconv.Itoa(n)})
	}
	require.Equal(t, "other_reject max_api_keys", c.refused(11030, "private/create_api_key", object{"max_scope": "trade:read", "authorization_data": "246810"})["message"])
}

func TestKeys_need_scope_and_second_factor(t *testing.T) {
	s := newStage(t, manager)
	c, b := s.login(alice), s.login(bob)
	for _, method := range []string{"list_api_keys", "create_api_key", "edit_api_key", "change_scope_in_api_key", "disable_api_key"} {
		c.refused(13668, "private/"+method, object{"id": 1, "max_scope": "trade:read"})
		c.refused(13668, "private/"+method, object{"id": 1, "max_scope": "trade:read", "authorization_data": "000000"})
	}
	for _, method := range []string{"create_api_key", "edit_api_key", "change_scope_in_api_key", "change_api_key_name", "enable_api_key",
		"disable_api_key", "reset_api_key", "remove_api_key"} {
		b.refused(13403, "private/"+method, object{"id": 1, "max_scope": "trade:read", "authorization_data": "246810"})
	}
	require.Len(t, b.managed("private/list_api_keys", object{}), 1)
	for name, p := range map[string]object{
		"no scope":         {},
		"an unknown kind":  {"max_scope": "soul:read"},
		"an unknown level": {"max_scope": "trade:write"},
		"a long name":      {"max_scope": "trade:read", "name": "seventeen_letters"},
		"a wrong letter":   {"max_scope": "trade:read", "name": "a-b"},
		"a wrong feature":  {"max_scope": "trade:read", "enabled_features": []string{"flight"}},
	} {
		t.Run(name, func(t *testing.T) {
			c.t, p["authorization_data"] = t, "246810"
			c.refused(-32602, "private/create_api_key", p)
		})
	}
	c.t = t
	c.refused(13403, "private/create_api_key", object{"max_scope": "wallet:read_write", "authorization_data": "246810"})
	plain := newStage(t)
	plain.login(alice).refused(13668, "private/list_api_keys", object{"authorization_data": ""})
}

func TestKeys_change_while_in_use(t *testing.T) {
	s := newStage(t, manager)
	c := s.login(alice)
	made := c.managed("private/create_api_key", object{"max_scope": "trade:read_write account:read"})
	id := field(made, "id")
	live := s.dial()
	login := live.call("public/auth", keyLogin(made))
	live.call("private/get_positions", nil)

	narrowed := c.managed("private/change_scope_in_api_key", object{"id": id, "max_scope": "account:read"})
	require.Equal(t, "account:read block_trade:none trade:none wallet:none", field(narrowed, "max_scope"))
	live.refused(13021, "private/get_positions", nil)
	c.managed("private/edit_api_key", object{"id": id, "max_scope": "trade:read", "name": "renamed", "ip_whitelist": []string{"127.0.0.0/8"}})
	live.call("private/get_positions", nil)

	require.Equal(t, false, field(c.managed("private/disable_api_key", object{"id": id}), "enabled"))
	require.Equal(t, "invalid_token", field(live.refused(13009, "private/get_positions", nil), "data", "reason"))
	s.dial().token(13009, login)
	live.refused(13004, "public/auth", keyLogin(made))
	require.Equal(t, true, field(c.call("private/enable_api_key", object{"id": id}), "enabled"))
	live.call("private/get_positions", nil)

	edited := c.managed("private/edit_api_key", object{"id": id, "max_scope": "trade:read", "ip_whitelist": []string{"10.9.8.7"}})
	require.Equal(t, []any{"10.9.8.7"}, field(edited, "ip_whitelist"))
	require.Equal(t, "renamed", field(edited, "name"))
	live.refused(13009, "private/get_positions", nil)
	live.refused(13004, "public/auth", keyLogin(made))
	c.managed("private/edit_api_key", object{"id": id, "max_scope": "trade:read", "enabled": true, "ip_whitelist": []string{}, "enabled_features": []string{}})
	live.call("private/get_positions", nil)

	reset := c.call("private/reset_api_key", object{"id": id})
	require.NotEqual(t, field(made, "client_secret"), field(reset, "client_secret"))
	live.refused(13009, "private/get_positions", nil)
	live.refused(13004, "public/auth", keyLogin(made))
	live.call("public/auth", keyLogin(reset))
	require.Equal(t, "other", field(c.call("private/change_api_key_name", object{"id": id, "name": "other"}), "name"))

	require.Equal(t, "ok", c.call("private/remove_api_key", object{"id": id}))
	live.refused(13009, "private/get_positions", nil)
	live.refused(13004, "public/auth", keyLogin(reset))
	c.refused(13020, "private/remove_api_key", object{"id": id})
	c.refused(-32602, "private/remove_api_key", object{})
	c.refused(-32602, "private/change_api_key_name", object{"id": 1})
	c.refused(-32602, "private/edit_api_key", object{"id": 1, "max_scope": "trade:read", "ip_whitelist": []string{"nowhere"}, "authorization_data": "246810"})

	logged := []any{}
	for _, row := range field(c.call("private/get_access_log", object{"count": 100}), "data").([]any) {
		if field(row, "data") == field(made, "client_id") {
			logged = append(logged, field(row, "log"))
		}
	}
	require.Equal(t, []any{"removed_api_key", "reset_api_key", "changed_whitelist", "changed_whitelist", "enabled_api_key", "disabled_api_key",
		"changed_whitelist", "changed_scope", "new_api_key"}, logged)
}

func TestKeys_outlive_the_exchange(t *testing.T) {
	dir := t.TempDir()
	durable := func(o *simulator.Options) { manager(o); o.DataDir = dir }
	s := newStage(t, durable)
	made := s.login(alice).managed("private/create_api_key", object{"max_scope": "trade:read", "name": "kept"})
	s.Close()
	s = newStage(t, durable)
	require.Contains(t, field(s.dial().call("public/auth", keyLogin(made)), "scope"), "name:kept")
}

// The admin listener needs no second factor.
func TestKeys_of_the_admin_listener(t *testing.T) {
	s := newStage(t)
	made := s.admin("/accounts/70001/keys", object{"scope": "trade:read", "name": "made", "ip_whitelist": []string{"127.0.0.1"}})
	require.Equal(t, "made", made["name"])
	c := s.dial()
	c.call("public/auth", keyLogin(made))
	c.call("private/get_positions", nil)
	path := "/accounts/70001/keys/2"
	s.admin(path, object{"enabled": false})
	c.refused(13009, "private/get_positions", nil)
	s.admin(path, object{"enabled": true, "scope": "account:read"})
	c.refused(13021, "private/get_positions", nil)
	s.admin(path, object{"scope": "trade:read", "ip_whitelist": []string{"10.0.0.0/8"}})
	c.refused(13009, "private/get_positions", nil)
	s.admin(path, object{"ip_whitelist": []string{}})
	c.call("private/get_positions", nil)
	s.admin(path, object{"remove": true})
	c.refused(13009, "private/get_positions", nil)
	for path, body := range map[string]any{path: object{"name": "x"}, "/accounts/70001/keys/x": object{}, "/accounts/7/keys": object{}, "/accounts/70001/keys": 5,
		"/accounts/70002/keys": object{"ip_whitelist": []string{"here"}}, "/accounts/70003/keys": object{"public_key": "none"}} {
		status, _ := s.adminTry("admin-token", path, body)
		require.GreaterOrEqual(t, status, 400, path)
	}
	require.Equal(t, "account:read block_trade:none trade:read_write wallet:none", s.admin("/accounts/70002/keys", object{})["max_scope"])
}
