package simulator_test

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator"
)

// testdata/three-perpetuals is the directory of an exchange of the first version, killed after one
// more order: its snapshot knows no instruments, and its journal holds the sale of half of 0.02 BTC.
func TestData_of_the_first_version_load(t *testing.T) {
	dir, log := t.TempDir(), &bytes.Buffer{}
	require.NoError(t, os.CopyFS(dir, os.DirFS("testdata/three-perpetuals")))
	s := newStage(t, func(o *simulator.Options) {
		o.DataDir, o.Log, o.Clock = dir, zerolog.New(log), simulator.NewManualClock(noon.Add(10*time.Second))
	})
	require.NotContains(t, log.String(), "diverged")
	c := s.login(alice)
	require.Len(t, c.call("public/get_instruments", nil), 7, "the futures are listed from now on")
	p := c.call("private/get_position", object{"instrument_name": "BTC_USDC-PERPETUAL"}).(object)
	amount(t, "0.01", p["size"])
	amount(t, "106104.9", p["average_price"])
	orders := c.call("private/get_open_orders_by_currency", object{"currency": "USDC"}).([]any)
	require.Len(t, orders, 1)
	require.Equal(t, "stop", orders[0].(object)["label"])
	trades := c.call("private/get_user_trades_by_instrument", object{"instrument_name": "BTC_USDC-PERPETUAL"}).(object)["trades"].([]any)
	require.Len(t, trades, 2)
	short := s.login(bob).call("private/get_position", object{"instrument_name": "BTC-PERPETUAL"}).(object)
	amount(t, "-200", short["size"])
}
