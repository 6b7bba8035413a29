package http

import (
	"context"
	"fmt"
	nethttp "net/http"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/trade"
)

func register(email, password string) map[string]any {
	return map[string]any{"email": email, "password": password, "disclaimerAccepted": true}
}

func login(email, password string) map[string]any {
	return map[string]any{"email": email, "password": password}
}

func TestAuth_register(t *testing.T) {
	w := newWorld(t)
	r := w.call("POST", "/api/auth/register", register(" Ann@Trade.test ", goodPassword))
	require.Equal(t, 201, r.StatusCode, r.text)
	require.Equal(t, true, r.body["success"])
	user := r.body["user"].(map[string]any)
	require.Equal(t, "ann@trade.test", user["email"])
	require.Equal(t, false, user["isAdmin"])
	require.Equal(t, "2026-11-24T12:00:00.123Z", user["createdAt"])
	require.NotContains(t, r.text, "assword")
	again := w.call("POST", "/api/auth/register", register("ANN@trade.test", goodPassword))
	require.Equal(t, 409, again.StatusCode)
	require.Equal(t, "email_taken", again.code())

	closed := newWorld(t, func(o *Options) { o.RegistrationOpen = false })
	require.Equal(t, "registration_closed", closed.call("POST", "/api/auth/register", register("a@trade.test", goodPassword)).code())
}

// Nothing is cut off: the last character of a long pass phrase counts.
func TestAuth_long_password(t *testing.T) {
	w := newWorld(t)
	phrase := strings.Repeat("0123456789", 12) + "é ✓ last"
	require.Equal(t, 201, w.call("POST", "/api/auth/register", register("a@trade.test", phrase)).StatusCode)
	require.Equal(t, 401, w.call("POST", "/api/auth/login", login("a@trade.test", phrase[:len(phrase)-1]+"T")).StatusCode)
	require.Equal(t, 200, w.call("POST", "/api/auth/login", login("A@trade.test", phrase)).StatusCode)
}

// Unknown, wrong and right-but-disabled look alike to whoever does not know the password.
func TestAuth_no_enumeration(t *testing.T) {
	w := newWorld(t)
	ann := w.join("ann@trade.test")
	unknown := w.call("POST", "/api/auth/login", login("nobody@trade.test", goodPassword+"x"))
	wrong := w.call("POST", "/api/auth/login", login("ann@trade.test", goodPassword+"x"))
	_, err := w.storage.SetUserActive(context.Background(), ann.id, false)
	require.NoError(t, err)
	disabled := w.call("POST", "/api/auth/login", login("ann@trade.test", goodPassword+"x"))
	for _, r := range []reply{unknown, wrong, disabled} {
		require.Equal(t, 401, r.StatusCode)
		delete(r.body, "requestId")
		require.Equal(t, unknown.body, r.body)
	}
	require.Equal(t, "user_disabled", w.call("POST", "/api/auth/login", login("ann@trade.test", goodPassword)).code())
}

// An unknown user costs one hash of the same price as a known one.
func TestAuth_unknown_user_costs_a_hash(t *testing.T) {
	p := newPasswords(PasswordCost{MemoryKiB: 64, Passes: 1, Threads: 1, Concurrent: 1})
	cost, salt, key, err := decodeHash(p.dummy)
	require.NoError(t, err)
	require.Equal(t, p.cost.MemoryKiB, cost.MemoryKiB)
	require.Equal(t, p.cost.Passes, cost.Passes)
	require.Len(t, salt, saltLength)
	require.Len(t, key, hashLength)
	p.slots <- struct{}{} // the only slot is taken: an unknown user waits for it too
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = p.matches(ctx, goodPassword, "")
	require.ErrorIs(t, err, trade.ErrUnavailable)
}

func TestAuth_wrong_passwords_are_slowed_per_account(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Limits.AccountFailures = 5 })
	w.join("ann@trade.test")
	refused := 0
	for i := range 1000 {
		r := w.call("POST", "/api/auth/login", login("ann@trade.test", fmt.Sprintf("guess number %d", i)))
		if r.StatusCode == 429 {
			refused++
			require.NotEmpty(t, r.Header.Get("Retry-After"))
		}
	}
	require.Equal(t, 995, refused)
	w.clock.advance(time.Minute + time.Second) // the ceiling: nobody is locked out for good
	require.Equal(t, 200, w.call("POST", "/api/auth/login", login("ann@trade.test", goodPassword)).StatusCode)
	require.Equal(t, 401, w.call("POST", "/api/auth/login", login("ann@trade.test", "another guess")).StatusCode, "a success clears the count")
}

func TestAuth_guesses_are_slowed_per_address(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Dev, o.Limits.SignInsPerMinute = false, 20 })
	refused := 0
	for i := range 1000 {
		r := w.call("POST", "/api/auth/login", login(fmt.Sprintf("user%d@trade.test", i), "the same guess"), header{"X-Forwarded-For": fmt.Sprintf("10.0.%d.%d", i/250, i%250)})
		if r.StatusCode == 429 {
			refused++
		}
	}
	require.Equal(t, 980, refused, "X-Forwarded-For of a stranger is not believed")
}

func TestAuth_registrations_are_slowed_per_address(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Dev, o.Limits.RegistrationsPerHour = false, 3 })
	for i := range 3 {
		require.Equal(t, 201, w.call("POST", "/api/auth/register", register(fmt.Sprintf("u%d@trade.test", i), goodPassword)).StatusCode)
	}
	r := w.call("POST", "/api/auth/register", register("u4@trade.test", goodPassword))
	require.Equal(t, 429, r.StatusCode)
	require.Equal(t, "too_many", r.code())
}

func TestAddress_behind_trusted_proxies(t *testing.T) {
	w := newWorld(t, func(o *Options) {
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/32"), netip.MustParsePrefix("10.0.0.0/8")}
	})
	for forwarded, want := range map[string]string{"": "0.0.0.0", "9.9.9.9": "9.9.9.9", "1.1.1.1, 9.9.9.9, 10.1.2.3": "9.9.9.9", "nonsense": "0.0.0.0", "6.6.6.6, nonsense, 10.0.0.1": "10.0.0.1"} {
		w.call("POST", "/api/auth/login", login("nobody@trade.test", goodPassword), header{"X-Forwarded-For": forwarded})
		entries := w.storage.audits
		require.Equal(t, want, entries[len(entries)-1].Address, forwarded)
		w.server.limits.accounts.forget("nobody@trade.test")
	}
}

// Some proxies add a line of their own below the one that the client made up.
func TestAddress_in_several_lines(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	body := `{"email":"nobody@trade.test","password":"not the pass phrase"}`
	answer := send(t, w.listen(), "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 9.9.9.9\r\n"+
		"Content-Type: application/json\r\nContent-Length: "+strconv.Itoa(len(body))+"\r\nConnection: close\r\n\r\n"+body)
	require.Contains(t, statusLine(answer), "401")
	require.Equal(t, "9.9.9.9", w.storage.audits[len(w.storage.audits)-1].Address)
}

func TestAuth_cookie(t *testing.T) {
	plain := newWorld(t)
	r := plain.call("POST", "/api/auth/register", register("ann@trade.test", goodPassword))
	require.Empty(t, r.Header.Get("Set-Cookie"))
	cookie := cookieOf(t, plain.call("POST", "/api/auth/login", login("ann@trade.test", goodPassword)))
	require.Equal(t, "tradebaas_refresh", cookie.Name)
	require.True(t, cookie.HttpOnly)
	require.False(t, cookie.Secure)
	require.Equal(t, nethttp.SameSiteStrictMode, cookie.SameSite)

	safe := newWorld(t, secured)
	safe.join("ann@trade.test")
	cookie = cookieOf(t, safe.call("POST", "/api/auth/login", login("ann@trade.test", goodPassword)))
	require.Equal(t, "__Host-tradebaas_refresh", cookie.Name)
	require.True(t, cookie.HttpOnly && cookie.Secure)
	require.Equal(t, "/", cookie.Path)
	require.Empty(t, cookie.Domain)
	require.Equal(t, 30*24*3600, cookie.MaxAge)
}

func cookieOf(t *testing.T, r reply) *nethttp.Cookie {
	t.Helper()
	require.Len(t, r.Cookies(), 1, r.text)
	return r.Cookies()[0]
}

func refreshed(r reply) header {
	pair, _, _ := strings.Cut(r.Header.Get("Set-Cookie"), ";")
	return header{"Cookie": pair}
}

func TestAuth_refresh_rotates(t *testing.T) {
	w := newWorld(t)
	ann := w.join("ann@trade.test")
	first := header{"Cookie": ann.cookie}
	r := w.call("POST", "/api/auth/refresh", "{}", first)
	require.Equal(t, 200, r.StatusCode, r.text)
	second := refreshed(r)
	require.NotEqual(t, first, second)
	require.Equal(t, 200, w.call("GET", "/api/auth/me", nil, header{"Authorization": "Bearer " + r.body["accessToken"].(string)}).StatusCode)
	for hash := range w.storage.tokens {
		require.NotContains(t, string(hash[:]), strings.TrimPrefix(ann.cookie, refreshCookie+"="), "only hashes are stored")
	}
	w.clock.advance(5 * time.Second)
	require.Equal(t, 200, w.call("POST", "/api/auth/refresh", "{}", first).StatusCode, "two tabs at once")
	require.Equal(t, 200, w.call("POST", "/api/auth/refresh", nil, second, header{"Content-Type": "application/json"}).StatusCode)
}

func TestAuth_refresh_reuse_ends_the_family(t *testing.T) {
	for name, attack := range map[string]func(*world) header{
		"after the grace period": func(w *world) header { w.clock.advance(11 * time.Second); return header{} },
		"from another client":    func(*world) header { return header{"User-Agent": "thief"} },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			ann := w.join("ann@trade.test")
			other := w.login("ann@trade.test", goodPassword)
			old := header{"Cookie": ann.cookie}
			r := w.call("POST", "/api/auth/refresh", "{}", old)
			newest := refreshed(r)
			access := header{"Authorization": "Bearer " + r.body["accessToken"].(string)}
			require.Equal(t, 200, w.call("GET", "/api/auth/me", nil, access).StatusCode)
			stolen := w.call("POST", "/api/auth/refresh", "{}", old, attack(w))
			require.Equal(t, 401, stolen.StatusCode)
			require.Equal(t, "session_ended", stolen.code())
			require.Empty(t, stolen.Cookies())
			require.Equal(t, 401, w.call("POST", "/api/auth/refresh", "{}", newest).StatusCode, "the whole family is dead")
			require.Equal(t, 401, w.call("GET", "/api/auth/me", nil, access).StatusCode, "at once")
			require.Equal(t, 200, w.call("GET", "/api/auth/me", nil, other.auth()).StatusCode, "other sign-ins live on")
			require.Contains(t, w.storage.actions(), "auth.refresh.reused")
			require.Equal(t, 1, w.trading.called("EndSessions "+string(ann.id)))
		})
	}
}

func TestAuth_refresh_refusals(t *testing.T) {
	w := newWorld(t)
	ann := w.join("ann@trade.test")
	for _, cookie := range []string{"", "tradebaas_refresh=", "tradebaas_refresh=nonsense", "tradebaas_refresh=" + ann.token, "other=1; ;;="} {
		r := w.call("POST", "/api/auth/refresh", "{}", header{"Cookie": cookie})
		require.Equal(t, 401, r.StatusCode, cookie)
		require.Equal(t, "session_ended", r.code())
	}
	w.clock.advance(31 * 24 * time.Hour)
	require.Equal(t, 401, w.call("POST", "/api/auth/refresh", "{}", header{"Cookie": ann.cookie}).StatusCode)
}

func TestAuth_other_websites(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Dev, o.AllowedOrigins = false, []string{"https://app.trade.test"} })
	ann := w.join("ann@trade.test")
	for name, c := range map[string]struct {
		set    header
		status int
	}{
		"evil origin":          {header{"Origin": "http://evil.test"}, 403},
		"null origin":          {header{"Origin": "null"}, 403},
		"subdomain":            {header{"Origin": "http://evil.trade.test"}, 403},
		"longer name":          {header{"Origin": "http://trade.test.evil.test"}, 403},
		"other scheme":         {header{"Origin": "https://trade.test"}, 403},
		"other port":           {header{"Origin": "http://trade.test:81"}, 403},
		"cross-site":           {header{"Sec-Fetch-Site": "cross-site"}, 403},
		"same-site":            {header{"Sec-Fetch-Site": "same-site", "Origin": "http://trade.test"}, 403},
		"form":                 {header{"Content-Type": "text/plain", "Origin": "http://evil.test"}, 415},
		"form of our own":      {header{"Content-Type": "application/x-www-form-urlencoded"}, 415},
		"no type":              {header{"Content-Type": ""}, 415},
		"own origin":           {header{"Origin": "http://trade.test", "Sec-Fetch-Site": "same-origin"}, 200},
		"own, other case":      {header{"Origin": "http://TRADE.test"}, 200},
		"allowed origin":       {header{"Origin": "https://app.trade.test"}, 200},
		"no browser":           {header{}, 200},
		"loopback only in dev": {header{"Origin": "http://localhost:8080", "Host": "localhost:8080"}, 403},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			for _, path := range []string{"/api/auth/refresh", "/api/auth/logout"} {
				before := len(w.storage.tokens)
				fresh := w.login("ann@trade.test", goodPassword)
				r := w.call("POST", path, "{}", header{"Cookie": fresh.cookie}, c.set)
				require.Equal(t, c.status, r.StatusCode, r.text)
				if c.status != 200 {
					require.Len(t, w.storage.tokens, before+1, "nothing was rotated")
				}
			}
		})
	}
	require.Equal(t, 200, w.call("GET", "/api/auth/me", nil, ann.auth()).StatusCode)
}

func TestAuth_developers_own_page(t *testing.T) {
	w := newWorld(t)
	for origin, status := range map[string]int{"http://localhost:8080": 200, "http://127.0.0.1:8080": 403, "http://evil.test:8080": 403, "https://localhost:8080": 403} {
		ann := "ann" + fmt.Sprint(len(w.storage.users)) + "@trade.test"
		p := w.join(ann)
		r := w.call("POST", "/api/auth/refresh", "{}", header{"Cookie": p.cookie, "Origin": origin, "Host": "localhost:8080"})
		require.Equal(t, status, r.StatusCode, origin)
	}
}

func TestCORS_is_a_fixed_list(t *testing.T) {
	closed := newWorld(t)
	for _, origin := range []string{"null", "http://evil.test", "http://trade.test", "*"} {
		r := closed.call("OPTIONS", "/api/auth/login", nil, header{"Origin": origin, "Access-Control-Request-Method": "POST"})
		require.Empty(t, r.Header.Get("Access-Control-Allow-Origin"), origin)
		require.NotEqual(t, 204, r.StatusCode)
	}
	w := newWorld(t, func(o *Options) { o.AllowedOrigins = []string{"https://app.trade.test"} })
	for _, origin := range []string{"null", "https://evil.test", "https://evil.app.trade.test", "https://app.trade.test.evil.test", "http://app.trade.test", "https://app.trade.tes"} {
		r := w.call("OPTIONS", "/api/auth/login", nil, header{"Origin": origin, "Access-Control-Request-Method": "POST"})
		require.Empty(t, r.Header.Get("Access-Control-Allow-Origin"), origin)
	}
	r := w.call("OPTIONS", "/api/auth/login", nil, header{"Origin": "https://app.trade.test", "Access-Control-Request-Method": "POST"})
	require.Equal(t, 204, r.StatusCode)
	require.Equal(t, "https://app.trade.test", r.Header.Get("Access-Control-Allow-Origin"))
	require.Empty(t, r.Header.Get("Access-Control-Allow-Credentials"))
	require.Equal(t, "Origin", r.Header.Get("Vary"))
}

func TestAuth_logout(t *testing.T) {
	w := newWorld(t)
	ann := w.join("ann@trade.test")
	other := w.login("ann@trade.test", goodPassword)
	require.Equal(t, 200, w.call("GET", "/api/auth/me", nil, ann.auth()).StatusCode)
	r := w.call("POST", "/api/auth/logout", "{}", header{"Cookie": ann.cookie})
	require.Equal(t, 200, r.StatusCode)
	require.Negative(t, cookieOf(t, r).MaxAge)
	require.Equal(t, 401, w.call("GET", "/api/auth/me", nil, ann.auth()).StatusCode)
	require.Equal(t, 401, w.call("POST", "/api/auth/refresh", "{}", header{"Cookie": ann.cookie}).StatusCode)
	require.Equal(t, 200, w.call("GET", "/api/auth/me", nil, other.auth()).StatusCode)
	require.Equal(t, 200, w.call("POST", "/api/auth/logout", "{}").StatusCode, "without a cookie there is nothing to end")
	require.Zero(t, w.trading.called("Disconnect")+w.trading.called("StopStrategy"), "logging out stops nothing")
}

func TestAuth_sessions(t *testing.T) {
	w := newWorld(t)
	ann := w.join("ann@trade.test")
	other := w.login("ann@trade.test", goodPassword)
	r := w.call("GET", "/api/auth/sessions", nil, ann.auth())
	sessions := r.body["sessions"].([]any)
	require.Len(t, sessions, 2)
	current := 0
	for _, s := range sessions {
		session := s.(map[string]any)
		if session["current"].(bool) {
			current++
			continue
		}
		require.Equal(t, 200, w.call("DELETE", "/api/auth/sessions/"+session["id"].(string), nil, ann.auth()).StatusCode)
		require.Equal(t, 404, w.call("DELETE", "/api/auth/sessions/"+session["id"].(string), nil, ann.auth()).StatusCode)
	}
	require.Equal(t, 1, current)
	require.Equal(t, 401, w.call("GET", "/api/auth/me", nil, other.auth()).StatusCode)
	require.Equal(t, 404, w.call("DELETE", "/api/auth/sessions/nonsense", nil, ann.auth()).StatusCode)
}

func TestAuth_password_change(t *testing.T) {
	w := newWorld(t)
	ann := w.join("ann@trade.test")
	other := w.login("ann@trade.test", goodPassword)
	wrong := w.call("POST", "/api/auth/password", map[string]any{"currentPassword": "not it, not at all", "newPassword": "a fresh pass phrase"}, ann.auth())
	require.Equal(t, 403, wrong.StatusCode)
	require.Equal(t, "wrong_password", wrong.code())
	r := w.call("POST", "/api/auth/password", map[string]any{"currentPassword": goodPassword, "newPassword": "a fresh pass phrase"}, ann.auth())
	require.Equal(t, 200, r.StatusCode, r.text)
	require.Equal(t, 200, w.call("GET", "/api/auth/me", nil, ann.auth()).StatusCode)
	require.Equal(t, 401, w.call("GET", "/api/auth/me", nil, other.auth()).StatusCode)
	require.Equal(t, 1, w.trading.called("EndSessions"))
	require.Equal(t, 401, w.call("POST", "/api/auth/login", login("ann@trade.test", goodPassword)).StatusCode)
}

func TestAuth_step_up(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.StepUpAge = 5 * time.Minute })
	ann := w.join("ann@trade.test")
	w.clock.advance(5*time.Minute + time.Second)
	key := map[string]any{"environment": "testnet", "apiKey": "key-1234", "apiSecret": "secret"}
	stolen := w.call("POST", "/api/user/credentials", key, ann.auth())
	require.Equal(t, 403, stolen.StatusCode)
	require.Equal(t, "step_up_required", stolen.code())
	require.Equal(t, 403, w.call("DELETE", "/api/user/credentials?environment=testnet", nil, ann.auth()).StatusCode)
	require.Equal(t, "wrong_password", w.call("POST", "/api/auth/step-up", map[string]any{"password": "not the password"}, ann.auth()).code())
	r := w.call("POST", "/api/auth/step-up", map[string]any{"password": goodPassword}, ann.auth())
	require.Equal(t, 200, r.StatusCode, r.text)
	fresh := header{"Authorization": "Bearer " + r.body["accessToken"].(string)}
	require.Equal(t, 201, w.call("POST", "/api/user/credentials", key, fresh).StatusCode)
	require.Equal(t, 403, w.call("POST", "/api/user/credentials", key, ann.auth()).StatusCode, "the old token gained nothing")
	again := w.call("POST", "/api/auth/refresh", "{}", header{"Cookie": ann.cookie})
	require.Equal(t, 403, w.call("POST", "/api/user/credentials", key, header{"Authorization": "Bearer " + again.body["accessToken"].(string)}).StatusCode,
		"a refresh is no password")
}

func TestSetup_owner(t *testing.T) {
	created := 0
	w := newWorld(t, func(o *Options) { o.OwnerCreated = func() { created++ } })
	body := register("owner@trade.test", goodPassword)
	for _, token := range []string{"", "wrong", "owner-toke", "owner-token2"} {
		body["token"] = token
		r := w.call("POST", "/api/setup/owner", body)
		require.Equal(t, 403, r.StatusCode, token)
		require.Equal(t, "setup_token_refused", r.code())
	}
	body["token"] = "owner-token"
	r := w.call("POST", "/api/setup/owner", body)
	require.Equal(t, 201, r.StatusCode, r.text)
	require.Equal(t, true, r.body["user"].(map[string]any)["isAdmin"])
	body["email"] = "second@trade.test"
	require.Equal(t, "setup_done", w.call("POST", "/api/setup/owner", body).code())
	require.Equal(t, 1, created)

	none := newWorld(t, func(o *Options) { o.OwnerToken = "" })
	body["token"] = ""
	require.Equal(t, 403, none.call("POST", "/api/setup/owner", body).StatusCode)
}

// A request that overlaps a revocation does not keep the sign-in alive in the cache.
func TestSignIn_cache(t *testing.T) {
	w := newWorld(t)
	ann := w.join("ann@trade.test")
	reads := w.storage.reads
	for range 10 {
		require.Equal(t, 200, w.call("GET", "/api/auth/me", nil, ann.auth()).StatusCode)
	}
	require.Equal(t, reads+1, w.storage.reads, "one read serves them all")
	w.clock.advance(signInFresh)
	w.call("GET", "/api/auth/me", nil, ann.auth())
	require.Equal(t, reads+2, w.storage.reads)

	c := w.server.signIns
	c.mu.Lock()
	round := c.round
	c.mu.Unlock()
	c.forgetUser(ann.id)
	c.keep(round, "late", signInEntry{})
	require.NotContains(t, c.entries, trade.SignInID("late"))
}
