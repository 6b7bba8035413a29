package market

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/tradebaas/tradebaas/trade"
)

// line is one line of a file with comma-separated columns.
type line struct {
	columns []string
	cells   []string
}

// eachLine reads a file whose first line may name its columns. Without names the needed columns come
// first, in their order, and then as many of the others as there are.
func eachLine(in io.Reader, needed, others []string, do func(line) error) error {
	l := line{columns: append(slices.Clone(needed), others...)}
	lines := bufio.NewScanner(in)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" {
			continue
		}
		l.cells = strings.Split(text, ",")
		err := error(nil)
		if n == 1 && unicode.IsLetter(rune(text[0])) {
			l.columns = slices.Clone(l.cells)
			err = l.names(needed, others)
		} else if err = l.fits(len(needed)); err == nil {
			err = do(l)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	return lines.Err()
}

func (l *line) names(needed, others []string) error {
	for n, name := range l.columns {
		l.columns[n] = strings.TrimSpace(name)
		if !slices.Contains(needed, l.columns[n]) && !slices.Contains(others, l.columns[n]) {
			return fmt.Errorf("unknown column %q", l.columns[n])
		}
	}
	for _, name := range needed {
		if !slices.Contains(l.columns, name) {
			return fmt.Errorf("there is no column %s", name)
		}
	}
	return nil
}

func (l line) fits(least int) error {
	if len(l.cells) < least || len(l.cells) > len(l.columns) {
		return fmt.Errorf("want %d columns, found %d", len(l.columns), len(l.cells))
	}
	return nil
}

// cell is the text of a column, "" when the line has none.
func (l line) cell(name string) string {
	if n := slices.Index(l.columns, name); n >= 0 && n < len(l.cells) {
		return strings.TrimSpace(l.cells[n])
	}
	return ""
}

func (l line) whole(name string) (int64, error) {
	n, err := strconv.ParseInt(l.cell(name), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s: %q is not a whole number", name, l.cell(name))
	}
	return n, nil
}

// fine reads a decimal as ten-thousandths, rounded.
func (l line) fine(name string) (int64, error) {
	d, err := trade.ParseDec(l.cell(name))
	if err != nil {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	n, ok := d.Mul(trade.NewDec(10_000)).Round(0).Int64()
	if !ok {
		return 0, fmt.Errorf("%s: %s is too large", name, d)
	}
	return n, nil
}
