package trade

import (
	"context"
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

// What waits while a transaction is under way goes together into the next; an entry, which storage may
// refuse, and what is stored on somebody's behalf go alone.
func TestJournal_Group(t *testing.T) {
	var j Journal[string]
	add := func(id string, entry IntentID) *Record[string] {
		r, _ := j.Add(Outcome{Change: Change{Repairs: []Repair{{ID: id}}}}, entry, testStart)
		return r
	}
	numbers := func(group []*Record[string], _ Change) (list []uint64) {
		for _, r := range group {
			list = append(list, r.Number)
		}
		return list
	}
	add("a", "")
	require.Equal(t, []uint64{1}, numbers(j.Group()))
	add("b", "")
	j.Add(Outcome{}, "", testStart, "nothing to store")
	add("c", "")
	add("d", "intent")
	add("e", "")
	add("f", "").With = func(ctx context.Context) context.Context { return ctx }
	require.Empty(t, numbers(j.Group()), "one is under way")
	j.Stored(1)
	group, change := j.Group()
	require.Equal(t, []uint64{2, 4}, numbers(group, change))
	require.Equal(t, []Repair{{ID: "b"}, {ID: "c"}}, change.Repairs)
	j.Stored(2)
	require.Empty(t, numbers(j.Group()), "half of an answer is none")
	for _, next := range []uint64{4, 5, 6, 7} {
		j.Stored(next)
		if next < 7 {
			require.Equal(t, []uint64{next + 1}, numbers(j.Group()))
		}
	}
	require.Empty(t, numbers(j.Group()))
}

// F47: a transaction whose answer was lost is told again. So it never holds two states of one order.
func TestF47_Journal_GroupHoldsOneStateOfAnOrder(t *testing.T) {
	var j Journal[string]
	for _, o := range []Order{{ID: "o", State: OrderOpen, Filled: NewDec(1)}, {ID: "o", State: OrderOpen, Filled: NewDec(2)}, {ID: "o", State: OrderFilled}, {ID: "p"}} {
		j.Add(Outcome{Change: Change{Orders: []Order{o}}}, "", testStart)
	}
	group, change := j.Group()
	require.Len(t, group, 2)
	require.Equal(t, []Order{{ID: "o", State: OrderOpen, Filled: NewDec(2)}}, change.Orders)
	for _, r := range group {
		j.Stored(r.Number)
	}
	_, change = j.Group()
	require.Equal(t, []Order{{ID: "o", State: OrderFilled}, {ID: "p"}}, change.Orders)
}

func TestChange_Then(t *testing.T) {
	first := Change{Trades: []Trade{{ID: "t", Status: TradeOpen}, {ID: "u"}}, Cursors: map[Instrument]Cursor{"a": {Seq: 1}, "b": {Seq: 1}}}
	second := Change{Fills: []Fill{{ID: "f"}}, Trades: []Trade{{ID: "t", Status: TradeClosed}}, Cursors: map[Instrument]Cursor{"a": {Seq: 2}}}
	got := first.Then(second)
	require.Equal(t, []Trade{{ID: "u"}, {ID: "t", Status: TradeClosed}}, got.Trades, "the last word counts")
	require.Equal(t, map[Instrument]Cursor{"a": {Seq: 2}, "b": {Seq: 1}}, got.Cursors)
	require.Equal(t, []Fill{{ID: "f"}}, got.Fills)
	require.Equal(t, Cursor{Seq: 1}, first.Cursors["a"], "the first is as it was")
}
