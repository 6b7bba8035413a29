package simulator_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator"
)

const eth = "ETH_USDC-PERPETUAL"

func TestFault_frozen_feed_says_nothing(t *testing.T) {
	s := newStage(t)
	c := s.dial()
	channels := []string{"ticker." + btc + ".100ms", "ticker." + eth + ".100ms"}
	c.call("public/subscribe", object{"channels": channels})
	c.next(channels[0])
	c.next(channels[1])
	s.fault("freeze", simulator.Trouble{})
	s.pass(5 * time.Second)
	c.call("public/test", nil)
	require.Empty(t, c.news)
	s.clear("freeze")
	s.fault("freeze", simulator.Trouble{Instrument: btc})
	s.pass(time.Second)
	c.call("public/test", nil)
	require.Len(t, c.news, 1)
	c.next(channels[1])
	s.clear("freeze")
	s.pass(time.Second)
	c.next(channels[0])
}

// links gives what each book message says it follows, and its own number.
func (c *socket) links(channel string, n int) (links [][2]string) {
	c.t.Helper()
	for range n {
		data := c.next(channel)
		before, _ := field(data, "prev_change_id").(json.Number)
		links = append(links, [2]string{string(before), string(field(data, "change_id").(json.Number))})
	}
	return links
}

func TestFault_gap_in_a_book(t *testing.T) {
	for kind, fits := range map[string]bool{"gap": true, "lost": false} {
		t.Run(kind, func(t *testing.T) {
			s := newStage(t)
			c := s.dial()
			channel := "book." + btc + ".100ms"
			c.call("public/subscribe", object{"channels": []string{channel}})
			s.pass(time.Second)
			before := c.links(channel, 2)
			require.Equal(t, before[0][1], before[1][0], "a change follows the snapshot")
			s.fault("book-gap", simulator.Trouble{Instrument: btc, Kind: kind, Count: 1})
			s.pass(2 * time.Second)
			want := 2
			if kind == "lost" {
				want = 1
			}
			after := c.links(channel, want)
			require.NotEqual(t, before[1][1], after[0][0], "the change does not follow the last one")
			if fits {
				require.Equal(t, after[0][1], after[1][0], "and then the chain goes on")
			}
			require.EqualValues(t, 1, s.faults().Struck["book-gap"])
		})
	}
}
