package configs

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

const mask = "***"

// Secret is a text that never shows itself: printed, logged or marshalled it is
// *** (or empty when unset). The text is behind a pointer because fmt prints the
// unexported fields of a foreign struct without asking for their String method.
type Secret struct{ text *string }

// NewSecret wraps a text.
func NewSecret(text string) Secret { return Secret{text: &text} }

// Reveal is the text itself, for the one place that uses it.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsZero says whether no text, or an empty one, is held.
func (s Secret) IsZero() bool { return s.Reveal() == "" }

// Key decodes a key of at least 32 bytes, written in base64 or hexadecimal.
func (s Secret) Key() ([]byte, error) {
	text := strings.TrimSpace(s.Reveal())
	decoders := []func(string) ([]byte, error){
		hex.DecodeString,
		base64.StdEncoding.DecodeString,
		base64.RawStdEncoding.DecodeString,
		base64.URLEncoding.DecodeString,
		base64.RawURLEncoding.DecodeString,
	}
	for _, decode := range decoders {
		if key, err := decode(text); err == nil && len(key) >= 32 {
			return key, nil
		}
	}
	return nil, fmt.Errorf("is not 32 bytes or more in base64 or hexadecimal")
}

// String is *** for a set secret and empty for an unset one.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return mask
}

// Format keeps every verb, %d and %#v included, from showing the text.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText masks the secret in JSON and in zerolog's Interface.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalYAML masks the secret in YAML.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

// LogValue masks the secret in slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// UnmarshalText takes the text as it is.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = NewSecret(string(text))
	return nil
}
