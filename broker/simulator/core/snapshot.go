package core

import (
	"encoding/json"
	"fmt"
)

// Snapshot writes the whole state. The same state always gives the same bytes.
func (x *Exchange) Snapshot() ([]byte, error) { return json.Marshal(&x.State) }

// Restore makes an exchange of a snapshot and the source it ran on.
func Restore(source Source, snapshot []byte) (*Exchange, error) {
	x := &Exchange{source: source}
	if err := json.Unmarshal(snapshot, &x.State); err != nil {
		return nil, fmt.Errorf("read the snapshot: %w", err)
	}
	if err := x.adoptKeys(snapshot); err != nil {
		return nil, err
	}
	if err := x.adoptInstruments(); err != nil {
		return nil, err
	}
	taken := make([][2][]int64, len(x.Markets))
	for n, m := range x.Markets {
		taken[n] = m.Taken
	}
	x.wire()
	for n, m := range x.Markets {
		m.Taken, m.laddered = taken[n], false
	}
	return x, nil
}

// adoptInstruments completes a snapshot of a version in which the instruments were the program's.
func (x *Exchange) adoptInstruments() error {
	known := Perpetuals()
	for n, m := range x.Markets {
		if m.Instrument == nil && n < len(known) {
			m.Instrument = known[n]
		}
		if m.Instrument == nil {
			return fmt.Errorf("read the snapshot: market %d has no instrument", n)
		}
	}
	if len(x.Markets) < len(known) {
		return fmt.Errorf("read the snapshot: it holds %d markets, at least %d were expected", len(x.Markets), len(known))
	}
	return nil
}

// adoptKeys reads a snapshot of a version in which an account had one key, in its own fields.
func (x *Exchange) adoptKeys(snapshot []byte) error {
	var old struct {
		Accounts []struct{ Key, Secret, Scope string }
	}
	if err := json.Unmarshal(snapshot, &old); err != nil {
		return fmt.Errorf("read the snapshot's keys: %w", err)
	}
	for n, k := range old.Accounts {
		if a := x.Accounts[n]; k.Key != "" {
			a.KeySeq = 1
			a.Keys = []*Key{{ID: 1, Client: k.Key, Secret: k.Secret, Scope: k.Scope, Name: a.Name, Created: a.Created, Account: a.ID}}
		}
	}
	return nil
}
