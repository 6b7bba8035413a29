package simulator

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"github.com/rs/zerolog"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/broker/simulator/market"
)

// open rebuilds the exchange from a directory, or starts it at now, and runs the time that was missed.
func open(opt Options, now int64, log zerolog.Logger) (*core.Exchange, *journal, error) {
	if opt.DataDir == "" {
		source, err := market.Open(opt.Market, opt.Seed, now/60_000)
		if err != nil {
			return nil, nil, err
		}
		return core.New(source, now), nil, nil
	}
	if err := os.MkdirAll(opt.DataDir, 0o700); err != nil {
		return nil, nil, fmt.Errorf("exchange data: %w", err)
	}
	from, err := readOrigin(opt, now)
	if err != nil {
		return nil, nil, err
	}
	source, err := market.Open(opt.Market, opt.Seed, from.Started/60_000)
	if err != nil {
		return nil, nil, err
	}
	j := &journal{dir: opt.DataDir}
	x, err := j.rebuild(source, from, log)
	if err != nil {
		return nil, nil, err
	}
	return x, j, j.resume(x, now)
}

func readOrigin(opt Options, now int64) (origin, error) {
	path := filepath.Join(opt.DataDir, originFile)
	want := origin{opt.Market, opt.Seed, now}
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		b, _ = json.Marshal(want)
		return want, writeDurably(path, b)
	}
	var got origin
	if err == nil {
		err = json.Unmarshal(b, &got)
	}
	if err != nil {
		return got, fmt.Errorf("exchange data: %w", err)
	}
	if got.Market != want.Market || got.Seed != want.Seed {
		return got, fmt.Errorf("exchange data in %s belong to market %s with seed %d; use another directory for %s with seed %d",
			opt.DataDir, got.Market, got.Seed, want.Market, want.Seed)
	}
	return got, nil
}

func (j *journal) rebuild(source core.Source, from origin, log zerolog.Logger) (*core.Exchange, error) {
	x := core.New(source, from.Started)
	b, err := os.ReadFile(filepath.Join(j.dir, snapshotFile))
	switch {
	case err == nil:
		var s sealed
		if err := json.Unmarshal(b, &s); err != nil {
			return nil, fmt.Errorf("exchange snapshot: %w", err)
		}
		if x, err = core.Restore(source, s.State); err != nil {
			return nil, err
		}
		j.seq = s.Seq
	case !errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("exchange snapshot: %w", err)
	}
	j.snapped = x.Now
	x.Quiet(true)
	defer x.Quiet(false)
	return x, j.replay(x, log)
}

func (j *journal) replay(x *core.Exchange, log zerolog.Logger) error {
	files, err := j.files()
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := j.replayFile(x, filepath.Join(j.dir, f), log); err != nil {
			return err
		}
	}
	return nil
}

// files lists the journal's files, oldest first.
func (j *journal) files() ([]string, error) {
	entries, err := os.ReadDir(j.dir)
	if err != nil {
		return nil, fmt.Errorf("exchange journal: %w", err)
	}
	var names []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "journal-") && strings.HasSuffix(e.Name(), ".log") {
			names = append(names, e.Name())
		}
	}
	sort.Slice(names, func(a, b int) bool { return firstOf(names[a]) < firstOf(names[b]) })
	return names, nil
}

func firstOf(name string) int64 {
	n, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimPrefix(name, "journal-"), ".log"), 10, 64)
	return n
}

func (j *journal) replayFile(x *core.Exchange, path string, log zerolog.Logger) error {
	f, err := os.OpenFile(path, os.O_RDWR, filePermissions)
	if err != nil {
		return fmt.Errorf("exchange journal: %w", err)
	}
	defer f.Close()
	whole := int64(0)
	lines := bufio.NewReaderSize(f, 1<<16)
	for {
		line, err := lines.ReadBytes('\n')
		r, ok := parseRecord(line)
		if err != nil || !ok {
			if len(line) > 0 {
				log.Warn().Str("file", filepath.Base(path)).Int64("at", whole).Msg("exchange.journal.cut")
			}
			if err != nil && err != io.EOF {
				return fmt.Errorf("exchange journal: %w", err)
			}
			return f.Truncate(whole)
		}
		whole += int64(len(line))
		j.redo(x, r, log)
	}
}

func (j *journal) redo(x *core.Exchange, r record, log zerolog.Logger) {
	if r.Seq <= j.seq {
		return
	}
	j.seq = r.Seq
	j.since++
	result, err := x.Apply(r.At, r.Command)
	if err != nil {
		log.Error().Int64("record", r.Seq).Err(err).Msg("exchange.journal.diverged")
	} else if got := digest(result); got != r.Result {
		log.Error().Int64("record", r.Seq).Str("was", r.Result).Str("is", got).Msg("exchange.journal.diverged")
	}
}

// resume runs the time since the last record, a day at most, and opens a new file.
func (j *journal) resume(x *core.Exchange, now int64) error {
	var b []byte
	apply := func(c core.Command) {
		if r, err := x.Apply(x.Now, c); err == nil {
			b = j.record(b, x.Now, c, r)
		}
	}
	if !x.Dated { // data of a version that had no dated futures
		apply(core.Command{ListFutures: &core.ListFutures{}})
	}
	if from := now - catchUpMillis; x.Now < from {
		apply(core.Command{Skip: &core.Skip{To: from}})
	}
	x.Quiet(true)
	x.Advance(now)
	x.Quiet(false)
	snapshot, err := x.Snapshot()
	if err != nil {
		return err
	}
	return j.write([]commit{{records: b, snapshot: j.seal(snapshot, now)}})
}

func parseRecord(line []byte) (r record, ok bool) {
	if len(line) < 10 || line[len(line)-1] != '\n' {
		return r, false
	}
	sum, err := strconv.ParseUint(string(line[:8]), 16, 32)
	body := line[9 : len(line)-1]
	if err != nil || uint32(sum) != crc32.ChecksumIEEE(body) {
		return r, false
	}
	return r, json.Unmarshal(body, &r) == nil
}

// digest is a result in short: enough to see that a replay did the same.
func digest(r core.Result) string {
	var b strings.Builder
	if r.Account != 0 {
		fmt.Fprintf(&b, "account %d ", r.Account)
	}
	if o := r.Order; o != nil {
		fmt.Fprintf(&b, "order %s %s %d/%d ", o.ID, o.State, o.Filled, o.Amount)
	}
	for _, t := range r.Trades {
		fmt.Fprintf(&b, "trade %d %d@%d ", t.ID, t.Amount, t.Price)
	}
	for _, o := range r.Orders {
		fmt.Fprintf(&b, "cancelled %s ", o.ID)
	}
	return strings.TrimSpace(b.String())
}
