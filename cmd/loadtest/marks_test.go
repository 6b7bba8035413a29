package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMarks(t *testing.T) {
	const one, two = "11111111-2222-3333-4444-555555555555", "99999999-2222-3333-4444-555555555555"
	for name, c := range map[string]struct {
		second string // what user 2 is sent after user 1 was sent both ids and a label
		leaks  int
	}{
		"own address":      {`{"email":"load-r7-2-@load.invalid"}`, 0},
		"another's name":   {`{"fullName":"load-r7-1-"}`, 1},
		"number of nobody": {`load-r7-x`, 1},
		"longer number":    {`load-r7-21-`, 1},
		"another run's":    {`load-r8-1-`, 0},
		"a price":          {`{"last":"97000.5","time":"2026-11-25T12:00:00.000Z","instrument":"BTC_USDC-PERPETUAL"}`, 0},
		"another's id":     {`{"id":"` + one + `:Razor:BTC_USDC-PERPETUAL:deribit:paper"}`, 1},
		"two of another's": {one + " " + one, 2},
		"glued to dashes":  {`--` + one + `-`, 1},
		"own id":           {two, 0},
		"cut id":           {one[:35], 0},
		"upper case":       {"AAAAAAAA-2222-3333-4444-555555555555", 0},
		"another's label":  {`{"label":"tb-home-1-0af-e"}`, 1},
		"own label":        {`{"label":"tb-home-1-0ff-e"}`, 0},
		"at the end":       {`-`, 0},
		"nothing":          {``, 0},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMarks("r7")
			m.check(1, "first", []byte(`{"id":"`+one+`","label":"tb-home-1-0af-e"}`))
			m.check(2, "second", []byte(c.second))
			leaks, told := m.leaks()
			require.Equal(t, c.leaks, leaks, told)
			require.Len(t, told, c.leaks)
		})
	}
}

func TestMarks_tell_who_and_where(t *testing.T) {
	m := newMarks("r7")
	m.check(2, "GET /api/auth/me", []byte(m.email(1)))
	_, told := m.leaks()
	require.Equal(t, []string{"user 2 was sent load-r7-1 by GET /api/auth/me"}, told)
}
