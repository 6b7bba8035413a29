package core

import (
	"encoding/json"
	"fmt"

	"github.com/tradebaas/tradebaas/trade"
)

// Snapshot writes the whole state. The same state always gives the same bytes.
func (x *Exchange) Snapshot() ([]byte, error) { return json.Marshal(&x.State) }

// Restore makes an exchange of a snapshot and the source it ran on.
func Restore(source Source, snapshot []byte) (*Exchange, error) {
	x := &Exchange{}
	x.source = shocked{source, &x.Shocks}
	if err := json.Unmarshal(snapshot, &x.State); err != nil {
		return nil, fmt.Errorf("read the snapshot: %w", err)
	}
	for _, adopt := range []func([]byte) error{x.adoptKeys, x.adoptInstruments, x.adoptSessions} {
		if err := adopt(snapshot); err != nil {
			return nil, err
		}
	}
	taken := make([][2][]int64, len(x.Markets))
	for n, m := range x.Markets {
		taken[n] = m.Taken
	}
	x.wire()
	for n, m := range x.Markets {
		m.Taken, m.laddered = taken[n], false
	}
	return x, x.adoptBases(snapshot)
}

// adoptBases starts the price bands of a version in which they were around the mark price.
func (x *Exchange) adoptBases(snapshot []byte) error {
	var old struct{ Markets []struct{ Basis *int64 } }
	if err := json.Unmarshal(snapshot, &old); err != nil {
		return fmt.Errorf("read the snapshot's markets: %w", err)
	}
	for n, was := range old.Markets {
		if was.Basis == nil {
			x.Markets[n].rebase()
		}
	}
	return nil
}

// adoptInstruments completes a snapshot of a version in which the instruments were the program's.
func (x *Exchange) adoptInstruments([]byte) error {
	known := Perpetuals()
	for n, m := range x.Markets {
		if m.Instrument == nil && n < len(known) {
			m.Instrument = known[n]
		}
		if m.Instrument == nil {
			return fmt.Errorf("read the snapshot: market %d has no instrument", n)
		}
		m.Instrument.ready()
		if m.State == "" {
			m.State = BookOpen
		}
	}
	if len(x.Markets) < len(known) {
		return fmt.Errorf("read the snapshot: it holds %d markets, at least %d were expected", len(x.Markets), len(known))
	}
	return nil
}

// adoptSessions reads a snapshot of a version in which a position kept what it had cost at the last
// settlement, in place of what settlements had paid.
func (x *Exchange) adoptSessions(snapshot []byte) error {
	var old struct {
		Accounts []struct {
			Positions []struct{ SessionCost *trade.Dec }
		}
	}
	if err := json.Unmarshal(snapshot, &old); err != nil {
		return fmt.Errorf("read the snapshot's positions: %w", err)
	}
	for n, a := range old.Accounts {
		for market, was := range a.Positions {
			if p := x.Accounts[n].Positions[market]; was.SessionCost != nil && p.Size != 0 {
				p.Booked = profit(x.Markets[market].Instrument, p.Size > 0, p.Cost, *was.SessionCost)
			}
		}
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
