package simulator_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator"
)

// The terms of an instrument change under a client, which is told and is refused by the new ones.
func TestAdmin_changes_an_instrument(t *testing.T) {
	dir := t.TempDir()
	s := newStage(t, func(o *simulator.Options) { o.DataDir = dir })
	c := s.login(alice)
	c.call("public/subscribe", object{"channels": []string{"instrument.state.future.USDC", "instrument.state.any.BTC"}})
	s.admin("/instruments/"+btc, object{"tick_size": "0.5", "min_trade_amount": "0.001"})
	told := c.next("instrument.state.future.USDC")
	require.Equal(t, btc, field(told, "instrument_name"))
	require.Equal(t, "started", field(told, "state"))
	i := c.call("public/get_instrument", object{"instrument_name": btc})
	amount(t, "0.5", field(i, "tick_size"))
	amount(t, "0.001", field(i, "min_trade_amount"))
	c.refused(-32602, "private/buy", object{"instrument_name": btc, "amount": "0.001", "price": "90000.1"})
	c.refused(10002, "private/buy", object{"instrument_name": btc, "amount": "0.0001", "price": "90000"})

	s.admin("/instruments/"+btc, object{"state": "locked"})
	require.Equal(t, "deactivated", field(c.next("instrument.state.future.USDC"), "state"))
	require.Equal(t, "locked", field(c.call("public/ticker", object{"instrument_name": btc}), "state"))
	c.refused(10019, "private/buy", object{"instrument_name": btc, "amount": "0.001", "price": "90000"})

	for path, body := range map[string]object{"/instruments/" + btc: {"tick_size": "0.00001"}, "/settlement": {"seconds": 900}} {
		status, _ := s.adminTry("admin-token", path, body)
		require.Equal(t, http.StatusBadRequest, status, path)
	}
	status, _ := s.adminTry("admin-token", "/instruments/XRP-PERPETUAL", object{})
	require.Equal(t, http.StatusNotFound, status)

	s.Close() // the change is in the journal
	again := newStage(t, func(o *simulator.Options) { o.DataDir = dir })
	i = again.login(alice).call("public/get_instrument", object{"instrument_name": btc})
	amount(t, "0.5", field(i, "tick_size"))
	require.Equal(t, "locked", field(i, "state"))
}

func TestAdmin_pauses_the_settlement(t *testing.T) {
	clock := simulator.NewManualClock(time.Date(2025, 3, 28, 7, 59, 50, 0, time.UTC))
	s := newStage(t, func(o *simulator.Options) { o.Clock = clock })
	s.clock = clock
	s.admin("/settlement", object{"seconds": 5})
	c := s.login(alice)
	order := object{"instrument_name": btc, "amount": "0.001", "price": "50000"}
	s.pass(10 * time.Second)
	c.refused(10041, "private/buy", order)
	require.Len(t, c.call("public/get_instruments", object{"currency": "BTC", "expired": true}), 1)
	c.refused(10012, "private/buy", object{"instrument_name": "BTC-28MAR25", "amount": "10", "price": "50000"})
	s.pass(4 * time.Second)
	require.Equal(t, "settlement", field(c.call("public/ticker", object{"instrument_name": btc}), "state"), "08:00:04")
	s.pass(time.Second)
	require.Equal(t, "open", field(c.call("public/ticker", object{"instrument_name": btc}), "state"))
}
