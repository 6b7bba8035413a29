package store

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/trade"
)

func testKey(t *testing.T, fill byte) masterKey {
	t.Helper()
	key, err := newMasterKey(bytes.Repeat([]byte{fill}, 32))
	require.NoError(t, err)
	return key
}

func account(user trade.UserID, environment trade.Environment) trade.AccountID {
	return trade.AccountID{User: user, Venue: trade.Venue{Broker: trade.Deribit, Environment: environment}}
}

func TestEnvelope_opens_only_where_it_belongs(t *testing.T) {
	data, _, err := testKey(t, 1).newDataKey("a")
	require.NoError(t, err)
	home := account("a", trade.Paper)
	sealed := data.seal(home, purposeSecret, "canary")
	text, err := data.open(home, purposeSecret, sealed)
	require.NoError(t, err)
	require.Equal(t, "canary", text)

	for name, place := range map[string]struct {
		account trade.AccountID
		purpose string
	}{
		"another user":        {account("b", trade.Paper), purposeSecret},
		"another environment": {account("a", trade.Live), purposeSecret},
		"another broker":      {trade.AccountID{User: "a", Venue: trade.Venue{Broker: "x", Environment: trade.Paper}}, purposeSecret},
		"another column":      {home, purposeKeyID},
	} {
		_, err := data.open(place.account, place.purpose, sealed)
		require.ErrorIs(t, err, errEnvelope, name)
	}
}

func TestEnvelope_any_flipped_bit_is_noticed(t *testing.T) {
	data, _, err := testKey(t, 1).newDataKey("a")
	require.NoError(t, err)
	home := account("a", trade.Paper)
	sealed := data.seal(home, purposeSecret, "canary")
	for i := range len(sealed) * 8 {
		flipped := bytes.Clone(sealed)
		flipped[i/8] ^= 1 << (i % 8)
		_, err := data.open(home, purposeSecret, flipped)
		require.Error(t, err, "bit %d", i)
	}
	for n := range sealed {
		_, err := data.open(home, purposeSecret, sealed[:n])
		require.Error(t, err, "cut to %d", n)
	}
}

func TestEnvelope_is_never_the_same_twice(t *testing.T) {
	data, _, err := testKey(t, 1).newDataKey("a")
	require.NoError(t, err)
	home := account("a", trade.Paper)
	require.NotEqual(t, data.seal(home, purposeSecret, "canary"), data.seal(home, purposeSecret, "canary"))
}

func TestMasterKey_unwraps_only_its_own(t *testing.T) {
	master := testKey(t, 1)
	_, wrapped, err := master.newDataKey("a")
	require.NoError(t, err)
	_, err = master.unwrap("a", wrapped)
	require.NoError(t, err)
	_, err = master.unwrap("b", wrapped)
	require.ErrorIs(t, err, errEnvelope, "another user's data key")
	_, err = testKey(t, 2).unwrap("a", wrapped)
	require.ErrorIs(t, err, errEnvelope, "another installation's master key")
	wrapped[0] = 9
	_, err = master.unwrap("a", wrapped)
	require.ErrorIs(t, err, errEnvelopeVersion)
	_, err = newMasterKey(make([]byte, 31))
	require.Error(t, err)
}

func TestBelonging_parts_cannot_be_moved(t *testing.T) {
	one := belonging(trade.AccountID{User: "ab", Venue: trade.Venue{Broker: "c"}}, "", 1)
	two := belonging(trade.AccountID{User: "a", Venue: trade.Venue{Broker: "bc"}}, "", 1)
	require.NotEqual(t, one, two)
}
