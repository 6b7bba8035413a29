// Package candlefile reads recorded one-minute candles from CSV, plain or gzipped, one at a time.
package candlefile

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tradebaas/tradebaas/strategy"
)

const minute = 60_000

// columns are the fields of a candle in their usual order, and other names by which they go; of
// several in one file the first one here counts.
var columns = [][]string{
	{"timestamp_ms", "timestamp", "time", "open_time", "opentime", "ts", "unix", "date", "datetime"},
	{"open", "o"}, {"high", "h"}, {"low", "l"}, {"close", "c"},
	{"volume", "vol", "v"},
}

const (
	opened = iota
	open
	high
	low
	last
	volume
)

// Reader gives the candles of a file in their order.
type Reader struct {
	csv     *csv.Reader
	at      [6]int   // where each field stands, -1 for none
	pending []string // the first row of a file without a header
	before  int64    // open time of the candle before
	begun   bool
}

// Error says which line and column is wrong, and what would be right.
type Error struct {
	Line   int
	Column string // "" for the whole line
	Reason string
}

func (e *Error) Error() string {
	if e.Column == "" {
		return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
	}
	return fmt.Sprintf("line %d, column %s: %s", e.Line, e.Column, e.Reason)
}

// NewReader begins to read. With a header the columns may stand in any order, others are passed
// over, and the volume may be missing; without one they are timestamp_ms,open,high,low,close,volume.
func NewReader(file io.Reader) (*Reader, error) {
	plain, err := unzipped(bufio.NewReaderSize(file, 64<<10))
	if err != nil {
		return nil, err
	}
	r := &Reader{csv: csv.NewReader(plain), at: [6]int{0, 1, 2, 3, 4, 5}}
	r.csv.ReuseRecord, r.csv.TrimLeadingSpace, r.csv.FieldsPerRecord = true, true, -1
	row, err := r.row()
	if errors.Is(err, io.EOF) {
		return nil, &Error{1, "", "the file is empty; its first line must be timestamp_ms,open,high,low,close,volume"}
	}
	if err != nil {
		return nil, err
	}
	if _, err := strconv.ParseInt(strings.TrimSpace(row[0]), 10, 64); err == nil {
		r.pending = row
		if len(row) < 6 {
			r.at[volume] = -1
		}
		return r, nil
	}
	return r, r.header(row)
}

// unzipped looks at the first bytes, not at the name, and drops a byte order mark.
func unzipped(file *bufio.Reader) (*bufio.Reader, error) {
	if start, _ := file.Peek(2); string(start) == "\x1f\x8b" {
		zipped, err := gzip.NewReader(file)
		if err != nil {
			return nil, fmt.Errorf("gzip: %w", err)
		}
		file = bufio.NewReaderSize(zipped, 64<<10)
	}
	if start, _ := file.Peek(3); string(start) == "\xef\xbb\xbf" {
		_, err := file.Discard(3)
		return file, err
	}
	return file, nil
}

func (r *Reader) header(row []string) error {
	names := make([]string, len(row))
	for i, name := range row {
		names[i] = strings.ToLower(strings.TrimSpace(name))
	}
	for field, known := range columns {
		r.at[field] = -1
		for _, name := range known {
			if r.at[field] = slices.Index(names, name); r.at[field] >= 0 {
				break
			}
		}
		switch at := r.at[field]; {
		case at >= 0 && slices.Contains(names[at+1:], names[at]):
			return &Error{1, names[at], "is there twice; remove one of them"}
		case at < 0 && field != volume:
			return &Error{1, known[0], fmt.Sprintf("is missing; the header names %s", strings.Join(names, ","))}
		}
	}
	return nil
}

func (r *Reader) row() ([]string, error) {
	row, err := r.csv.Read()
	var wrong *csv.ParseError
	if errors.As(err, &wrong) {
		return nil, &Error{wrong.Line, "", "is no CSV: " + wrong.Err.Error()}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read candles: %w", err)
	}
	return row, err
}

// Next gives the next candle; io.EOF after the last one. Candles must rise by whole minutes, and
// minutes may be missing.
func (r *Reader) Next() (c strategy.Candle, err error) {
	row := r.pending
	if r.pending = nil; row == nil {
		if row, err = r.row(); err != nil {
			return c, err
		}
	}
	if c.OpenTime, err = r.time(row); err != nil {
		return c, err
	}
	for field, to := range []*float64{open: &c.Open, high: &c.High, low: &c.Low, last: &c.Close, volume: &c.Volume} {
		if to == nil || r.at[field] < 0 { // the time, or a volume that is not there
			continue
		}
		if *to, err = r.number(row, field); err != nil {
			return c, err
		}
	}
	if err = r.check(c); err == nil {
		r.before, r.begun = c.OpenTime, true
	}
	return c, err
}

func (r *Reader) fault(field int, reason string, args ...any) error {
	line, _ := r.csv.FieldPos(0)
	return &Error{line, columns[field][0], fmt.Sprintf(reason, args...)}
}

func (r *Reader) text(row []string, field int) (string, error) {
	if r.at[field] >= len(row) {
		return "", r.fault(field, "is missing; the line has %d fields", len(row))
	}
	return strings.TrimSpace(row[r.at[field]]), nil
}

// time reads milliseconds, or a date and time in UTC.
func (r *Reader) time(row []string) (int64, error) {
	text, err := r.text(row, opened)
	if err != nil {
		return 0, err
	}
	at, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		if at, err = written(text); err != nil {
			return 0, r.fault(opened, "%q is no time; write the candle's open time as milliseconds since 1970 or as 2022-01-31T23:59:00Z", text)
		}
	}
	switch {
	case at < 0 || at%minute != 0:
		return 0, r.fault(opened, "%s is not the start of a minute; write its open time in milliseconds, not in seconds, a multiple of %d", text, minute)
	case r.begun && at == r.before:
		return 0, r.fault(opened, "%s is there twice; keep one of the two lines", text)
	case r.begun && at < r.before:
		return 0, r.fault(opened, "%s comes after a later candle; sort the file by time", text)
	}
	return at, nil
}

func written(text string) (int64, error) {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t, err = time.Parse(time.DateTime, text)
	}
	return t.UnixMilli(), err
}

func (r *Reader) number(row []string, field int) (float64, error) {
	text, err := r.text(row, field)
	if err != nil {
		return 0, err
	}
	x, err := strconv.ParseFloat(text, 64)
	switch {
	case field == volume && (err != nil || !(x >= 0) || x > 1e18):
		return 0, r.fault(field, "%q is no volume; write a number of 0 or more", text)
	case field != volume && (err != nil || !(x > 0) || x > 1e15):
		return 0, r.fault(field, "%q is no price; write a number above 0", text)
	}
	return x, nil
}

func (r *Reader) check(c strategy.Candle) error {
	switch {
	case c.High < max(c.Open, c.Close, c.Low):
		return r.fault(high, "%v is below another price of the candle; it must be its highest", c.High)
	case c.Low > min(c.Open, c.Close):
		return r.fault(low, "%v is above another price of the candle; it must be its lowest", c.Low)
	}
	return nil
}
