package deribit_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tradebaas/tradebaas/broker/brokertest"
	"github.com/tradebaas/tradebaas/broker/deribit"
	"github.com/tradebaas/tradebaas/broker/simulator"
	"github.com/tradebaas/tradebaas/trade"
)

// The client against the simulated exchange, over real sockets and with the real exchange's bound
// of connections per address: with a socket for each session, and with sockets that are shared.
func TestContract(t *testing.T) {
	for _, sessions := range []int{1, 50} {
		t.Run(fmt.Sprint(sessions, " sessions a connection"), func(t *testing.T) { contract(t, sessions) })
	}
}

func contract(t *testing.T, sessions int) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	exchange, err := simulator.New(simulator.Options{Seed: 1, ConnectionsPerAddress: 32, Log: zerolog.Nop()})
	require.NoError(t, err)
	require.NoError(t, exchange.Start(t.Context()))
	defer exchange.Close()

	brokertest.Run(t, func(t testing.TB) brokertest.Harness { return harness(t, exchange, sessions) })
}

// harness puts a wire and a client before an exchange.
func harness(t testing.TB, exchange *simulator.Exchange, sessions int) brokertest.Harness {
	address := strings.TrimSuffix(strings.TrimPrefix(exchange.URL(), "ws://"), "/ws/api/v2")
	wire := brokertest.NewWire(t, address)
	return brokertest.Harness{
		Venue: deribit.New(deribit.Options{
			Venue:        trade.Venue{Broker: trade.Deribit, Environment: trade.Paper},
			URL:          "ws://" + wire.Address() + "/ws/api/v2",
			Logger:       zerolog.Nop(),
			Connections:  32,
			ReconnectMin: 50 * time.Millisecond,
			ReconnectMax: time.Second,
			RefusedPause: time.Second,
			Linger:       50 * time.Millisecond,

			SessionsPerConnection: sessions,
		}),
		Wire:       wire,
		Instrument: "BTC_USDC-PERPETUAL",
		Other:      "ETH_USDC-PERPETUAL",
		NewKey:     func(t testing.TB) trade.Key { return account(t, exchange, "") },
		WithdrawKey: func(t testing.TB) trade.Key {
			return account(t, exchange, "account:read trade:read_write wallet:read_write")
		},
	}
}

// account makes a fresh account; an empty scope is that of a key as it should be.
func account(t testing.TB, exchange *simulator.Exchange, scope string) trade.Key {
	made, err := exchange.Admin().Account(t.Context(), map[string]string{"USDC": "10000", "BTC": "0.1"}, scope)
	require.NoError(t, err)
	return trade.Key{ID: made.Key, Secret: made.Secret}
}
