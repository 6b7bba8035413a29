package configs

import (
	"fmt"
	"strings"
)

// Problem is one thing wrong with the configuration. Where is the file and line
// or the environment variable it stands in; Fix says what to do about it.
type Problem struct {
	Where   string
	Message string
	Fix     string
}

// String is the problem on one line.
func (p Problem) String() string { return fmt.Sprintf("%s: %s: %s", p.Where, p.Message, p.Fix) }

// Problems is the one error of Load: everything that is wrong, at once.
type Problems []Problem

// Error lists every problem on a line of its own.
func (p Problems) Error() string {
	lines := make([]string, 0, len(p)+1)
	lines = append(lines, fmt.Sprintf("the configuration has %d problem(s):", len(p)))
	for _, problem := range p {
		lines = append(lines, "  "+problem.String())
	}
	return strings.Join(lines, "\n")
}

// nearest is the candidate that differs from name in the fewest letters, or
// empty when none is close enough to be what was meant.
func nearest(name string, candidates []string) string {
	best, bestDistance := "", len(name)/2+1
	for _, candidate := range candidates {
		if d := distance(name, candidate); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// distance is the Levenshtein distance of two short names.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
