package main_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/store/storetest"
)

// buildFaulty is the program whose actors can be made to fail.
var buildFaulty = sync.OnceValues(func() (string, error) { return build("-tags", "actorfaults") })

// newOwner makes the owner's account with the one-time link.
func newOwner(t *testing.T, s *server) *person {
	t.Helper()
	link, err := os.ReadFile(filepath.Join(s.dir, "owner-link"))
	require.NoError(t, err)
	parsed, err := url.Parse(strings.TrimSpace(string(link)))
	require.NoError(t, err)
	owner := visitor(t, s, "owner@example.com")
	owner.must(http.StatusCreated, "POST", "/api/setup/owner", object{"token": parsed.Query().Get("token"),
		"email": owner.email, "password": owner.secret, "disclaimerAccepted": true})
	owner.login()
	return owner
}

// kind gives one row of the overview, or an empty one.
func (p *person) kind(name string) object {
	p.tb.Helper()
	for _, one := range p.must(http.StatusOK, "GET", "/api/admin/actors", nil)["kinds"].([]any) {
		if one.(object)["kind"] == name {
			return one.(object)
		}
	}
	return object{}
}

// An operator sees actors fail and come back, live, and finds the user whom it concerns.
func TestActors_fail_in_sight(t *testing.T) {
	x := startExchange(t)
	faults := freePort(t)
	s := newServer(t, storetest.MustURL(t), x, "ACTORFAULTS="+faults)
	s.program = func(tb testing.TB) string {
		bin, err := buildFaulty()
		require.NoError(tb, err)
		return bin
	}
	s.start(t)
	owner := newOwner(t, s)
	ann, bob := newPerson(t, s, "ann@example.com"), newPerson(t, s, "bob@example.com")
	ann.connectPaper()
	bob.connectPaper()
	require.EqualValues(t, 2, owner.kind("connection")["states"].(object)["connected"])

	resp, err := http.Post("http://"+faults+"/fail?kind=connection&part="+ann.id, "", nil)
	require.NoError(t, err)
	resp.Body.Close()
	owner.eventually("the failure and the restart are seen", func() bool {
		row := owner.kind("connection")
		return row["panics"] == 1.0 && row["restarts"] == 1.0
	})
	failed := owner.must(http.StatusOK, "GET", "/api/admin/actors", nil)["failures"].([]any)[0].(object)
	require.Equal(t, "an injected failure", failed["reason"])
	require.Contains(t, failed["id"], ann.id)
	require.Contains(t, failed["stack"], "actorFault")

	tree := func(user string) object {
		return owner.must(http.StatusOK, "GET", "/api/admin/actors/tree?user="+url.QueryEscape(user), nil)["tree"].(object)["children"].([]any)[0].(object)
	}
	owner.eventually("ann's connection is back in its second life", func() bool {
		link := tree("ann@example.com")
		return link["incarnation"] == 2.0 && link["state"] == "connected"
	})
	require.Equal(t, 1.0, tree(bob.id)["incarnation"], "nobody else noticed")
	require.Equal(t, true, bob.connection()["isConnected"])
}

// The program that people run takes no orders to fail, whatever its environment says.
func TestActors_of_an_ordinary_build_cannot_be_made_to_fail(t *testing.T) {
	x := startExchange(t)
	faults := freePort(t)
	s := newServer(t, storetest.MustURL(t), x, "ACTORFAULTS="+faults)
	s.start(t)
	_, err := http.Post("http://"+faults+"/fail?kind=venue", "", nil)
	require.ErrorContains(t, err, "refused")
}
