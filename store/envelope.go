package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/tradebaas/tradebaas/trade"
)

// Sealed fields look like this, for ever or until the version byte says else:
//
//	version (1 byte) | nonce (12) | AES-256-GCM ciphertext and tag
//
// A user's data key, made once, seals that user's fields; the master key seals the
// data keys. What a field belongs to is authenticated with it, so a ciphertext
// moved to another user, exchange, environment or column does not open.
const envelopeVersion = 1

const (
	purposeDataKey = "data_key"
	purposeKeyID   = "api_key"
	purposeSecret  = "api_secret"
)

var (
	errEnvelopeVersion = errors.New("sealed by an unknown version")
	errEnvelope        = errors.New("does not open")
)

// masterKey wraps data keys. It is derived from the configured key, so that the
// same bytes used elsewhere would not open anything here.
type masterKey struct{ aead cipher.AEAD }

func newMasterKey(key []byte) (masterKey, error) {
	if len(key) < 32 {
		return masterKey{}, fmt.Errorf("the master key has %d bytes, it needs 32", len(key))
	}
	derived, err := hkdf.Key(sha256.New, key, nil, "tradebaas data key wrapping 1", 32)
	if err != nil {
		return masterKey{}, fmt.Errorf("derive the wrapping key: %w", err)
	}
	aead, err := newAEAD(derived)
	return masterKey{aead}, err
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("cipher: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("cipher: %w", err)
	}
	return aead, nil
}

// newDataKey makes a data key and returns it wrapped.
func (m masterKey) newDataKey(user trade.UserID) (dataKey, []byte, error) {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw)
	aead, err := newAEAD(raw)
	if err != nil {
		return dataKey{}, nil, err
	}
	return dataKey{aead}, seal(m.aead, raw, trade.AccountID{User: user}, purposeDataKey), nil
}

func (m masterKey) unwrap(user trade.UserID, wrapped []byte) (dataKey, error) {
	raw, err := open(m.aead, wrapped, trade.AccountID{User: user}, purposeDataKey)
	if err != nil {
		return dataKey{}, fmt.Errorf("data key of %s: %w", user, err)
	}
	aead, err := newAEAD(raw)
	return dataKey{aead}, err
}

// dataKey seals one user's fields.
type dataKey struct{ aead cipher.AEAD }

func (k dataKey) seal(account trade.AccountID, purpose, text string) []byte {
	return seal(k.aead, []byte(text), account, purpose)
}

func (k dataKey) open(account trade.AccountID, purpose string, sealed []byte) (string, error) {
	text, err := open(k.aead, sealed, account, purpose)
	return string(text), err
}

func seal(aead cipher.AEAD, plain []byte, account trade.AccountID, purpose string) []byte {
	return aead.Seal([]byte{envelopeVersion}, nil, plain, belonging(account, purpose, envelopeVersion))
}

func open(aead cipher.AEAD, sealed []byte, account trade.AccountID, purpose string) ([]byte, error) {
	if len(sealed) == 0 {
		return nil, errEnvelope
	}
	if sealed[0] != envelopeVersion {
		return nil, errEnvelopeVersion
	}
	plain, err := aead.Open(nil, nil, sealed[1:], belonging(account, purpose, sealed[0]))
	if err != nil {
		return nil, errEnvelope
	}
	return plain, nil
}

// belonging is the authenticated context: each part with its length before it, so
// that no two contexts read the same.
func belonging(account trade.AccountID, purpose string, version byte) []byte {
	parts := []string{string(account.User), string(account.Broker), string(account.Environment), purpose, string([]byte{version})}
	var context []byte
	for _, part := range parts {
		context = binary.AppendUvarint(context, uint64(len(part)))
		context = append(context, part...)
	}
	return context
}
