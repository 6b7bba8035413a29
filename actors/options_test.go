package actors

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker"
)

func TestNewSystem_is_wired(t *testing.T) {
	bubble(t, func(t *testing.T) {
		storage, venue := newStorageFake(), newVenueFake(paperVenue)
		s := NewSystem(Options{Storage: storage, Venues: []broker.Venue{venue}})
		defer s.Stop(context.Background())
		require.NoError(t, s.Start())
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
