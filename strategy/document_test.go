package strategy

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const document = "../docs/strategies.md"

func readFile(t *testing.T, path string) string {
	body, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(body)
}

// The example that is shown is the one that runs, and short enough to copy.
func TestDocument_shows_the_example_as_it_is(t *testing.T) {
	example := readFile(t, "sma_cross.go")
	require.Contains(t, readFile(t, document), "```go\n"+example+"```\n")
	require.Less(t, strings.Count(example, "\n"), 60)
}

// Every parameter stands in the tables with its values in both presets and its range.
func TestDocument_lists_every_parameter(t *testing.T) {
	text := readFile(t, document)
	for _, f := range []*form{razorForm, thorForm, SMACross.(simpleStrategy).form} {
		_, section, found := strings.Cut(text, "\n## "+f.name)
		require.True(t, found, f.name)
		section, _, _ = strings.Cut(section, "\n## ")
		for _, p := range f.params {
			require.Contains(t, section, parameterRow(p), "%s: %s", f.name, p.help)
		}
		require.Equal(t, len(f.params), strings.Count(section, "\n| `")-1, "%s: no rows but those and the sizing", f.name)
	}
}

func parameterRow(p parameter) string {
	plain := func(literal string) string { return strings.Trim(literal, `"`) }
	span := plain(p.min) + " to " + plain(p.max)
	if p.kind == boolean {
		span = "true or false"
	}
	return fmt.Sprintf("| `%s` | %s | %s | %s | ", p.name, plain(p.preset[Original]), plain(p.preset[Conservative]), span)
}
