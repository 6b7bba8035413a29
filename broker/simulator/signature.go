package simulator

import (
	"crypto"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"strconv"
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// signatureMillis is how far a signed time may be from the exchange's.
const signatureMillis = 60_000

// fresh tells whether a signed time is recent and its signature new. A nonce counts once for the same
// content: clients that take the millisecond as their nonce send two requests under one when the link is
// as short as here.
func (e *engine) fresh(key, at, nonce, signature string) bool {
	ms, err := strconv.ParseInt(at, 10, 64)
	if now := e.told(); err != nil || ms < now-signatureMillis || ms > now+signatureMillis {
		return false
	}
	if nonce == "" {
		return true
	}
	id := key + " " + signature
	if _, used := e.signatures[id]; used {
		return false
	}
	e.signatures[id] = e.now() + 2*signatureMillis
	return true
}

// signedBy tells whether a text was signed with a key's secret, or with the private half of its
// public key.
func signedBy(k *core.Key, text, signature string) bool {
	if k.PublicKey == "" {
		return same(sign(k.Secret, text), strings.ToLower(signature))
	}
	sig := signatureBytes(signature)
	switch public := parsePublicKey(k.PublicKey).(type) {
	case ed25519.PublicKey:
		return ed25519.Verify(public, []byte(text), sig)
	case *rsa.PublicKey:
		digest := sha256.Sum256([]byte(text))
		return rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], sig) == nil
	}
	return false
}

// signatureBytes reads base64 in either alphabet, padded or not.
func signatureBytes(s string) []byte {
	s = strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(s), "=")
	b, _ := base64.RawStdEncoding.DecodeString(s)
	return b
}

// parsePublicKey reads an Ed25519 or RSA key from PEM; nil when it is neither.
func parsePublicKey(text string) any {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil
	}
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil
	}
	switch public.(type) {
	case ed25519.PublicKey, *rsa.PublicKey:
		return public
	}
	return nil
}

func sign(secret, text string) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(text))
	return hex.EncodeToString(m.Sum(nil))
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
