package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// The journal of an exchange, in its data directory: origin.json says on which market it runs,
// snapshot.json holds the state after so many records, and journal-N.log holds records from N on,
// one a line with a checksum. What follows a torn line was never answered and is cut off.
const (
	originFile      = "origin.json"
	snapshotFile    = "snapshot.json"
	recordsPerFile  = 20_000
	snapshotMillis  = 10 * 60_000
	catchUpMillis   = 24 * 3_600_000
	filePermissions = 0o600
)

type origin struct {
	Market  string `json:"market"`
	Seed    uint64 `json:"seed"`
	Started int64  `json:"started"` // milliseconds since 1970
}

// record is one accepted command with its time and its result in short.
type record struct {
	Seq     int64        `json:"n"`
	At      int64        `json:"t"`
	Command core.Command `json:"c"`
	Result  string       `json:"r"`
}

type sealed struct {
	Seq   int64           `json:"n"`
	State json.RawMessage `json:"state"`
}

type journal struct {
	dir     string
	file    *os.File
	seq     int64 // of the last record
	since   int64 // records since the last snapshot
	snapped int64 // milliseconds of the last snapshot
}

// record adds a command to a buffer of lines.
func (j *journal) record(b []byte, at int64, c core.Command, r core.Result) []byte {
	j.seq++
	j.since++
	line, _ := json.Marshal(record{j.seq, at, c, digest(r)})
	b = fmt.Appendf(b, "%08x ", crc32.ChecksumIEEE(line))
	return append(append(b, line...), '\n')
}

// due tells whether it is time for a snapshot.
func (j *journal) due(now int64) bool {
	return j.since >= recordsPerFile || now-j.snapped >= snapshotMillis
}

func (j *journal) seal(state []byte, now int64) []byte {
	b, _ := json.Marshal(sealed{j.seq, state})
	j.since, j.snapped = 0, now
	return b
}

// write makes a group of commits durable: records in one write and one sync, then a snapshot.
func (j *journal) write(group []commit) error {
	var b []byte
	for _, c := range group {
		b = append(b, c.records...)
		if c.snapshot == nil {
			continue
		}
		if err := j.append(b); err != nil {
			return err
		}
		b = nil
		if err := j.rotate(c.snapshot); err != nil {
			return err
		}
	}
	return j.append(b)
}

func (j *journal) append(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	if j.file == nil {
		if err := j.openFile(firstRecord(b)); err != nil {
			return err
		}
	}
	if _, err := j.file.Write(b); err != nil {
		return fmt.Errorf("exchange journal: %w", err)
	}
	if err := j.file.Sync(); err != nil {
		return fmt.Errorf("exchange journal: %w", err)
	}
	return nil
}

func firstRecord(b []byte) int64 {
	r, _ := parseRecord(b[:bytes.IndexByte(b, '\n')+1])
	return r.Seq
}

func (j *journal) openFile(first int64) (err error) {
	name := filepath.Join(j.dir, fmt.Sprintf("journal-%d.log", first))
	j.file, err = os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, filePermissions)
	if err != nil {
		return fmt.Errorf("exchange journal: %w", err)
	}
	return syncDir(j.dir)
}

// rotate puts a snapshot in place and drops the files that it makes needless.
func (j *journal) rotate(snapshot []byte) error {
	if err := writeDurably(filepath.Join(j.dir, snapshotFile), snapshot); err != nil {
		return err
	}
	if j.file != nil {
		j.file.Close()
		j.file = nil
	}
	names, err := j.files()
	if err != nil {
		return err
	}
	for _, n := range names {
		if err := os.Remove(filepath.Join(j.dir, n)); err != nil {
			return fmt.Errorf("exchange journal: %w", err)
		}
	}
	return nil
}

func (j *journal) close() {
	if j != nil && j.file != nil {
		j.file.Close()
		j.file = nil
	}
}

// writeDurably replaces a file so that a crash leaves the old one or the new one.
func writeDurably(path string, b []byte) error {
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, filePermissions)
	if err != nil {
		return fmt.Errorf("exchange data: %w", err)
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		return fmt.Errorf("exchange data: %w", err)
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("exchange data: %w", err)
	}
	defer d.Close()
	return d.Sync()
}
