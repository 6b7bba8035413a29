package http

import (
	"net/url"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// at walks into the answer: names into objects, numbers into lists; nil where there is nothing.
func (r reply) at(path ...string) any {
	var here any = r.body
	for _, step := range path {
		switch inner := here.(type) {
		case map[string]any:
			here = inner[step]
		case []any:
			n, err := strconv.Atoi(step)
			if err != nil || n >= len(inner) {
				return nil
			}
			here = inner[n]
		default:
			return nil
		}
	}
	return here
}

func TestActors_overview(t *testing.T) {
	w := newWorld(t)
	owner := w.owner()
	r := w.call("GET", "/api/admin/actors", nil, owner.auth())
	require.Equal(t, 200, r.StatusCode, r.text)
	require.Equal(t, "", r.at("tree", "path"))
	require.Equal(t, "actors.(*market).tick", r.at("failures", "0", "stack"))

	r = w.call("GET", "/api/admin/actors?path=tradebaas&stacks=false", nil, owner.auth())
	require.Equal(t, 200, r.StatusCode, r.text)
	require.Equal(t, "supervisor", r.at("tree", "actor", "kind"))
	require.Equal(t, "boom", r.at("failures", "0", "reason"))
	require.Nil(t, r.at("failures", "0", "stack"))

	r = w.call("GET", "/api/admin/actors?path=nowhere", nil, owner.auth())
	require.Equal(t, 404, r.StatusCode)
	require.Equal(t, "actor_not_found", r.code())
}

func TestActors_tree_of_a_user(t *testing.T) {
	w := newWorld(t)
	owner, ann := w.owner(), w.join("ann@trade.test")
	for _, name := range []string{"ann@trade.test", " Ann@Trade.Test ", string(ann.id)} {
		r := w.call("GET", "/api/admin/actors/tree?user="+url.QueryEscape(name), nil, owner.auth())
		require.Equal(t, 200, r.StatusCode, r.text)
		require.Equal(t, "ann@trade.test", r.at("user", "email"))
		require.Equal(t, "tradebaas/users/"+string(ann.id), r.at("tree", "path"))
		require.Nil(t, r.at("tree", "actor"), "who has nothing to do has no actor")
	}
	for _, name := range []string{"nobody@trade.test", stranger} {
		r := w.call("GET", "/api/admin/actors/tree?user="+name, nil, owner.auth())
		require.Equal(t, 404, r.StatusCode, r.text)
	}
}

func TestActors_failure(t *testing.T) {
	w := newWorld(t)
	owner := w.owner()
	r := w.call("GET", "/api/admin/actors/failures/7", nil, owner.auth())
	require.Equal(t, 200, r.StatusCode, r.text)
	require.Equal(t, "actors.(*market).tick", r.at("failure", "stack"))
	require.Equal(t, "failure_not_found", w.call("GET", "/api/admin/actors/failures/8", nil, owner.auth()).code())
}
