package core

import "slices"

// keysMax is how many keys an account may have.
const keysMax = 8

// Key is one API key of an account: what a client signs in with.
type Key struct {
	ID        int64  // counted from 1 in each account
	Client    string // client_id, unique at the exchange
	Secret    string
	PublicKey string   `json:",omitempty"` // PEM; a key that has one is used by signature only
	Name      string   `json:",omitempty"`
	Scope     string   // max_scope: the most that a login with the key may do
	Disabled  bool     `json:",omitempty"`
	Features  []string `json:",omitempty"`
	Allowed   []string `json:",omitempty"` // ip_whitelist; none means every address
	Created   int64
	Account   int64
}

// MakeKey adds a key to an account; nine are one too many (ErrTooManyKeys).
type MakeKey struct {
	Account   int64
	Client    string
	Secret    string
	PublicKey string   `json:",omitempty"`
	Name      string   `json:",omitempty"`
	Scope     string   `json:",omitempty"`
	Features  []string `json:",omitempty"`
	Allowed   []string `json:",omitempty"`
}

// SetKey changes one key of an account. Nil fields stay; key 0 is the account's first.
type SetKey struct {
	Account  int64
	Key      int64
	Secret   *string   `json:",omitempty"`
	Name     *string   `json:",omitempty"`
	Scope    *string   `json:",omitempty"`
	Disabled *bool     `json:",omitempty"`
	Features *[]string `json:",omitempty"`
	Allowed  *[]string `json:",omitempty"`
	Remove   bool      `json:",omitempty"`
}

func (x *Exchange) makeKey(c *MakeKey) (Result, *Error) {
	a := x.account(c.Account)
	switch {
	case a == nil:
		return Result{}, ErrUnknownAccount
	case x.byClient[c.Client] != nil:
		return Result{}, Invalid("key", "already in use")
	case len(a.Keys) >= keysMax:
		return Result{}, ErrTooManyKeys
	}
	a.KeySeq++
	k := &Key{ID: a.KeySeq, Client: c.Client, Secret: c.Secret, PublicKey: c.PublicKey, Name: c.Name, Scope: c.Scope,
		Features: c.Features, Allowed: c.Allowed, Created: x.Now, Account: a.ID}
	a.Keys = append(a.Keys, k)
	x.byClient[k.Client] = k
	return Result{Account: a.ID, Key: k.copied()}, nil
}

func (x *Exchange) setKey(c *SetKey) (Result, *Error) {
	k := x.KeyOf(c.Account, c.Key)
	if k == nil {
		return Result{}, ErrUnknownKey
	}
	replace(&k.Secret, c.Secret)
	replace(&k.Name, c.Name)
	replace(&k.Scope, c.Scope)
	replace(&k.Disabled, c.Disabled)
	replace(&k.Features, c.Features)
	replace(&k.Allowed, c.Allowed)
	if c.Remove {
		a := x.account(c.Account)
		a.Keys = slices.DeleteFunc(a.Keys, func(other *Key) bool { return other == k })
		delete(x.byClient, k.Client)
	}
	return Result{Account: k.Account, Key: k.copied()}, nil
}

func replace[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

func (k *Key) copied() *Key {
	c := *k
	return &c
}

// KeyOf finds a key of an account by its number, 0 being the first; nil when there is none.
func (x *Exchange) KeyOf(account, id int64) *Key {
	a := x.account(account)
	if a == nil {
		return nil
	}
	for _, k := range a.Keys {
		if id == 0 || k.ID == id {
			return k
		}
	}
	return nil
}

// KeyByClient finds a key by its client id; nil when there is none.
func (x *Exchange) KeyByClient(client string) *Key { return x.byClient[client] }
