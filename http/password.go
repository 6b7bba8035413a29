package http

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/tradebaas/tradebaas/trade"
)

const (
	passwordShortest = 12
	passwordLongest  = 128
	saltLength       = 16
	hashLength       = 32
)

//go:embed common_passwords.txt
var commonList string

// common holds the passwords that guessers try first, among those long enough to be accepted.
var common = func() map[string]bool {
	set := map[string]bool{}
	for line := range strings.Lines(commonList) {
		set[strings.ToLower(strings.TrimRight(line, "\r\n"))] = true
	}
	return set
}()

// PasswordCost is the cost of one argon2id hash and how many may run at a time.
type PasswordCost struct {
	MemoryKiB  uint32
	Passes     uint32
	Threads    uint8
	Concurrent int
}

// passwords hashes and checks, never more at a time than the machine bears.
type passwords struct {
	cost  PasswordCost
	slots chan struct{}
	dummy string // what a sign-in without a user is compared with, so that it takes as long
}

func newPasswords(cost PasswordCost) *passwords {
	p := &passwords{cost: cost, slots: make(chan struct{}, max(1, cost.Concurrent))}
	p.dummy = p.encode(make([]byte, saltLength), make([]byte, hashLength))
	return p
}

// check applies the rules for a new password: length and not a well-known one. There is no rule
// about kinds of characters and nothing is cut off.
func (p *passwords) check(field, password, email string) error {
	length := utf8.RuneCountInString(password)
	switch lower := strings.ToLower(password); {
	case length < passwordShortest:
		return invalid(field, "must have at least %d characters", passwordShortest)
	case length > passwordLongest || len(password) > 4*passwordLongest:
		return invalid(field, "must have at most %d characters", passwordLongest)
	case common[lower]:
		return invalid(field, "is among the passwords that everybody tries first; choose another")
	case email != "" && lower == strings.ToLower(email):
		return invalid(field, "must not be the e-mail address")
	}
	return nil
}

// hash gives a PHC string.
func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltLength)
	_, _ = rand.Read(salt) // never fails: the runtime ends the process instead
	key, err := p.derive(ctx, password, salt, p.cost, hashLength)
	if err != nil {
		return "", err
	}
	return p.encode(salt, key), nil
}

// matches compares in constant time. An empty hash stands for an unknown user: it costs the same
// and never matches.
func (p *passwords) matches(ctx context.Context, password, hash string) (bool, error) {
	known := hash != ""
	if !known {
		hash = p.dummy
	}
	cost, salt, want, err := decodeHash(hash)
	if err != nil {
		return false, err
	}
	got, err := p.derive(ctx, password, salt, cost, uint32(len(want)))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1 && known, nil
}

func (p *passwords) derive(ctx context.Context, password string, salt []byte, cost PasswordCost, length uint32) ([]byte, error) {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return nil, trade.ErrUnavailable
	}
	return argon2.IDKey([]byte(password), salt, cost.Passes, cost.MemoryKiB, cost.Threads, length), nil
}

func (p *passwords) encode(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.cost.MemoryKiB, p.cost.Passes, p.cost.Threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

var errHashFormat = errors.New("stored password hash is not argon2id")

func decodeHash(hash string) (cost PasswordCost, salt, key []byte, err error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return cost, nil, nil, errHashFormat
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &cost.MemoryKiB, &cost.Passes, &cost.Threads); err != nil {
		return cost, nil, nil, errHashFormat
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return cost, nil, nil, errHashFormat
	}
	if key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil || len(key) == 0 {
		return cost, nil, nil, errHashFormat
	}
	return cost, salt, key, nil
}

// HashPassword makes the hash that the routes compare with, for the command line's own accounts,
// after the same check. The error is a *trade.Error when the password is not good enough.
func HashPassword(ctx context.Context, cost PasswordCost, email, password string) (string, error) {
	p := newPasswords(cost)
	if err := p.check("password", password, email); err != nil {
		return "", err
	}
	return p.hash(ctx, password)
}

func invalid(field, format string, args ...any) error {
	sentence := fmt.Sprintf(format, args...)
	return trade.InvalidFields("invalid_input", protocolErrors[422].sentence, trade.FieldError{Field: field, Error: sentence})
}
