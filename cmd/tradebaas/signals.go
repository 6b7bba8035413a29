package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/strategy/candlefile"
	"github.com/tradebaas/tradebaas/strategy/indicator"
)

// SignalsCmd writes what a strategy sees in recorded candles and what it would signal, before any
// limit, cooldown or plan.
type SignalsCmd struct {
	Strategy string `required:"" help:"Name of the strategy: razor or thor."`
	Candles  string `required:"" placeholder:"FILE.csv" help:"One-minute candles, timestamp_ms,open,high,low,close,volume, plain or gzipped; - reads standard input."`
	Out      string `required:"" placeholder:"D.csv" help:"Where the table goes; - writes to standard output."`
	Preset   string `default:"original" help:"Preset of the strategy: original or conservative."`
	Config   string `placeholder:"JSON" help:"Settings over those of the preset, such as {\"multiTimeframe\":true}."`
}

// Run writes the whole table or, when the candles are faulty, none.
func (c *SignalsCmd) Run() error {
	table, err := newSignalTable(c.Strategy, c.Preset, c.Config)
	if err != nil {
		return err
	}
	in := os.Stdin
	if c.Candles != "-" {
		if in, err = os.Open(c.Candles); err != nil {
			return err
		}
		defer in.Close()
	}
	write := func(out io.Writer) error {
		if err := table.write(in, out); err != nil {
			return fmt.Errorf("%s: %w", c.Candles, err)
		}
		return nil
	}
	if c.Out == "-" {
		return write(os.Stdout)
	}
	return replaceFile(c.Out, write)
}

// replaceFile puts a file in place once it is whole.
func replaceFile(path string, write func(io.Writer) error) error {
	out, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(out.Name()) // nothing to remove once it has its name
	err = errors.Join(write(out), out.Chmod(0o644), out.Close())
	if err != nil {
		return err
	}
	return os.Rename(out.Name(), path)
}

// signalTable is a strategy's market-only half as rows.
type signalTable struct {
	evaluator strategy.Evaluator
	columns   []strategy.Column
}

func newSignalTable(name, preset, config string) (*signalTable, error) {
	definition, err := strategy.Find(name)
	if err != nil {
		return nil, fmt.Errorf("strategy %s: there is no such strategy; choose razor or thor", name)
	}
	columns := strategy.Columns(definition)
	if columns == nil {
		return nil, fmt.Errorf("strategy %s: it has no table of signals; choose razor or thor", name)
	}
	settings := map[string]json.RawMessage{}
	if config != "" {
		if err := json.Unmarshal([]byte(config), &settings); err != nil {
			return nil, fmt.Errorf("config must be a JSON object: %w", err)
		}
	}
	if _, own := settings["preset"]; !own {
		settings["preset"] = json.RawMessage(strconv.Quote(preset))
	}
	raw, err := json.Marshal(settings)
	if err != nil {
		return nil, err
	}
	parsed, err := definition.Parse(raw)
	if err != nil {
		return nil, err
	}
	return &signalTable{parsed.NewEvaluator(), columns}, nil
}

// write reads candles and writes a row for each, as it goes.
func (t *signalTable) write(candles io.Reader, out io.Writer) error {
	reader, err := candlefile.NewReader(candles)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(out, 64<<10)
	w.WriteString(t.header())
	var row []byte
	for {
		candle, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return w.Flush()
		}
		if err != nil {
			return err
		}
		row = t.row(row[:0], candle)
		if _, err := w.Write(row); err != nil {
			return err
		}
	}
}

func (t *signalTable) header() string {
	names := []string{"timestamp_ms", "close"}
	for _, c := range t.columns {
		names = append(names, c.Name)
	}
	return strings.Join(append(names, "score_long", "score_short", "signal"), ",") + "\n"
}

// row is one line: time and close, and the rest once there are enough candles.
func (t *signalTable) row(row []byte, c strategy.Candle) []byte {
	a := t.evaluator.Close(c)
	row = strconv.AppendInt(row, c.OpenTime, 10)
	row = appendValue(row, indicator.Round(c.Close))
	if !a.Ready() {
		for range len(t.columns) + 3 {
			row = append(row, ',')
		}
		return append(row, '\n')
	}
	for _, column := range t.columns {
		row = appendValue(row, column.Value(a))
	}
	row = appendValue(row, a.ScoreLong)
	row = appendValue(row, a.ScoreShort)
	row = append(row, ',')
	row = append(row, a.Signal.Type...)
	return append(row, '\n')
}

// appendValue writes a value of 9 decimals at most in its shortest form.
func appendValue(row []byte, x float64) []byte {
	return strconv.AppendFloat(append(row, ','), x, 'f', -1, 64)
}
