package actors

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// frame is what a page reads.
type pageFrame struct {
	Type  string          `json:"type"`
	Topic string          `json:"topic"`
	Seq   int             `json:"seq"`
	Time  string          `json:"time"`
	Code  string          `json:"code"`
	Error string          `json:"error"`
	Data  json.RawMessage `json:"data"`
}

func (f pageFrame) String() string {
	return fmt.Sprintf("%s %s %d %s%s", f.Type, f.Topic, f.Seq, f.Code, f.Data)
}

func readFrame(t *testing.T, raw []byte) pageFrame {
	t.Helper()
	var f pageFrame
	require.NoError(t, json.Unmarshal(raw, &f), string(raw))
	_, err := time.Parse(time.RFC3339, f.Time)
	require.NoError(t, err)
	return f
}

// all takes everything that waits.
func (o *outlet) all(t *testing.T) (list []string) {
	t.Helper()
	for {
		raw, ok := o.take(at(0))
		if !ok {
			return list
		}
		list = append(list, readFrame(t, raw).String())
	}
}

func updateOf(topic, key string, n int) waitingFrame {
	return waitingFrame{kind: "update", topic: topic, key: key, data: json.RawMessage(fmt.Sprint(n))}
}

func snapshotOf(topic string, n int) waitingFrame {
	return waitingFrame{kind: "snapshot", topic: topic, data: json.RawMessage(fmt.Sprint(n))}
}

func TestOutlet_numbers_per_topic_without_gaps(t *testing.T) {
	o := newOutlet(newFigures(nil, nil))
	o.put(snapshotOf("orders", 0), at(0))
	o.put(snapshotOf("ticker:x", 0), at(0))
	for i := range 3 {
		o.put(updateOf("ticker:x", "newest", i), at(0))
		o.put(updateOf("orders", "", i), at(0))
	}
	require.Equal(t, []string{"snapshot orders 1 0", "snapshot ticker:x 1 0", "update ticker:x 2 2",
		"update orders 2 0", "update orders 3 1", "update orders 4 2"}, o.all(t), "prices are conflated, orders never")
	o.put(updateOf("ticker:x", "newest", 9), at(0))
	require.Equal(t, []string{"update ticker:x 3 9"}, o.all(t))
}

func TestOutlet_overflow_gives_one_resync(t *testing.T) {
	o := newOutlet(newFigures(nil, nil))
	o.put(snapshotOf("orders", 0), at(0))
	o.put(updateOf("trades", "", 7), at(0))
	for i := range 2 * eventsMost {
		o.put(updateOf("orders", "", i), at(0))
	}
	require.Equal(t, []string{"update trades 1 7", "resync orders 0 "}, o.all(t))
	o.put(updateOf("orders", "", 1), at(0))
	require.Empty(t, o.all(t), "nothing comes of a topic until it is asked for again")
	o.put(snapshotOf("orders", 5), at(0))
	o.put(updateOf("orders", "", 6), at(0))
	require.Equal(t, []string{"snapshot orders 1 5", "update orders 2 6"}, o.all(t))
}

func TestOutlet_a_snapshot_replaces_what_waits(t *testing.T) {
	o := newOutlet(newFigures(nil, nil))
	o.put(updateOf("orders", "", 1), at(0))
	o.put(updateOf("orders", "k", 2), at(0))
	o.put(snapshotOf("orders", 3), at(0))
	o.put(updateOf("orders", "k", 4), at(0))
	require.Equal(t, []string{"snapshot orders 1 3", "update orders 2 4"}, o.all(t))
	require.Zero(t, o.events)
	require.Zero(t, o.bytes)
}

func TestOutlet_bounds_bytes_and_errors(t *testing.T) {
	o := newOutlet(newFigures(nil, nil))
	big := json.RawMessage(`"` + string(make([]byte, bytesMost/3)) + `"`)
	for i := range 10 {
		o.put(waitingFrame{kind: "update", topic: "candles:x", key: fmt.Sprint(i), data: big}, at(0))
	}
	require.LessOrEqual(t, o.bytes, bytesMost)
	o = newOutlet(newFigures(nil, nil))
	for i := range 10 * errorsMost {
		o.put(waitingFrame{kind: "error", topic: fmt.Sprint("nonsense ", i), key: "e", code: "unknown_topic"}, at(0))
	}
	require.Len(t, o.queue, errorsMost)
}

func TestOutlet_stuck(t *testing.T) {
	o := newOutlet(newFigures(nil, nil))
	require.False(t, o.stuck(at(100)), "an empty outlet is never stuck")
	o.put(updateOf("orders", "", 1), at(100))
	o.put(updateOf("orders", "", 2), at(105))
	require.False(t, o.stuck(at(110)))
	require.True(t, o.stuck(at(111)))
	o.take(at(111))
	require.False(t, o.stuck(at(112)))
}

func TestOutlet_close(t *testing.T) {
	o := newOutlet(newFigures(nil, nil))
	o.put(updateOf("orders", "", 1), at(0))
	o.close(closePolicy, "signed out")
	o.close(closeNormal, "")
	o.put(updateOf("orders", "", 2), at(0))
	_, ok := o.next()
	require.False(t, ok)
	require.Equal(t, closePolicy, o.code)
}

// Whoever wants to know of the end is told once, whichever comes first.
func TestOutlet_tells_of_its_end(t *testing.T) {
	for name, first := range map[string]bool{"asked before": true, "asked after": false} {
		t.Run(name, func(t *testing.T) {
			told := make(chan int, 2)
			o := newOutlet(newFigures(nil, nil))
			ask := func() { o.whenClosed(func(code int, _ string) { told <- code }) }
			if first {
				ask()
			}
			o.close(closeSlow, "too slow")
			o.close(closeNormal, "")
			if !first {
				ask()
			}
			require.Equal(t, closeSlow, <-told)
			require.Empty(t, told)
		})
	}
}

func TestAppendText(t *testing.T) {
	for _, text := range []string{"", "orders", "ticker:deribit:paper:BTC_USDC-PERPETUAL", `a"b`, `a\b`, "a\nb", "ä", "<&>", "\x7f", "\xff"} {
		require.Equal(t, string(encode(text)), string(appendText(nil, text)), "%q", text)
	}
}
