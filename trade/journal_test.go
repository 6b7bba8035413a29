package trade

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What is stored goes out in order; what needs no record goes at once.
func TestJournal(t *testing.T) {
	var j Journal[string]
	row := Change{Repairs: []Repair{{ID: "r"}}}
	exit, ask := SendOrder{Order{Role: Exit}}, AskAll{}

	first, urgent := j.Add(Outcome{Change: row, Effects: []Effect{exit, ask}}, "", testStart, "first")
	require.Equal(t, []Effect{ask}, urgent)
	require.Equal(t, []Effect{exit}, first.Effects)
	_, urgent = j.Add(Outcome{Effects: []Effect{exit}}, "", testStart)
	require.Equal(t, []Effect{exit}, urgent, "without a change there is nothing to wait for")
	require.Equal(t, 1, j.Pending(), "nothing is left to tell of it")
	second, urgent := j.Add(Outcome{Change: row, Effects: []Effect{SendOrder{Order{Role: Entry}}}}, "intent", testStart, "second")
	require.Len(t, urgent, 1, "the intent of an entry is stored before it is released")

	require.NotNil(t, j.Stored(second.Number))
	require.Nil(t, j.Next(), "not before the first")
	require.NotNil(t, j.Stored(first.Number))
	require.Equal(t, []string{"first"}, j.Next().Notes)
	got := j.Next()
	require.Equal(t, IntentID("intent"), got.Entry)
	require.Nil(t, j.Next())
	require.Nil(t, j.Stored(second.Number), "answered already")
}

// F41: while the database is away, exits and stops go without a record, once.
func TestF41_Journal_lets_protection_pass(t *testing.T) {
	var j Journal[string]
	exit := SendOrder{Order{Role: Exit}}
	r, _ := j.Add(Outcome{Change: Change{Repairs: []Repair{{ID: "r"}}}, Effects: []Effect{exit}}, "", testStart)
	require.False(t, j.Stuck(testStart.Add(journalStuck)))
	require.True(t, j.Stuck(testStart.Add(journalStuck+time.Millisecond)))
	require.Equal(t, []Effect{exit}, j.Protective())
	require.Empty(t, j.Protective())
	j.Stored(r.Number)
	require.Empty(t, j.Next().Effects, "it is not sent again")
	require.False(t, j.Stuck(testStart.Add(time.Hour)))
}
