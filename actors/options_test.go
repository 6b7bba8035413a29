package actors

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

func TestNew_is_wired(t *testing.T) {
	bubble(t, func(t *testing.T) {
		storage, venue := newStorageFake(), newVenueFake(paperVenue)
		s := New(Options{Storage: storage, Venues: map[trade.Venue]broker.Venue{paperVenue: venue}})
		defer s.Stop(context.Background())
		require.NoError(t, s.Start())
		require.NoError(t, s.Alive(t.Context()))
		statuses, err := s.ConnectionStatuses(t.Context(), alice)
		require.NoError(t, err)
		require.Len(t, statuses, 1)
		names := map[string]bool{}
		for _, entry := range s.Catalogue() {
			names[entry.Name] = true
			require.NotEmpty(t, entry.Info)
		}
		require.True(t, names["Razor"] && names["Fast Test"])

	})
}
