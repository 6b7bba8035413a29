package http

import (
	"flag"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the OpenAPI document instead of comparing it")

func TestDocument_is_current(t *testing.T) {
	s := newWorld(t).server
	if *update {
		require.NoError(t, os.WriteFile("openapi.json", s.Document(), 0o644))
	}
	stored, err := os.ReadFile("openapi.json")
	require.NoError(t, err)
	require.Equal(t, string(stored), string(s.Document()), "run: go test ./http -run TestDocument_is_current -update")
}

var pathParameter = regexp.MustCompile(`\{(\w+)\}`)

// Every route of the router is in the document and the other way round.
func TestDocument_has_every_route(t *testing.T) {
	s := newWorld(t).server
	var documented []string
	for _, operation := range operations(s.api.OpenAPI()) {
		documented = append(documented, operation.Method+" "+pathParameter.ReplaceAllString(operation.Path, ":$1"))
	}
	var routed []string
	for _, r := range s.app.GetRoutes(true) {
		if r.Method != fiber.MethodHead {
			routed = append(routed, r.Method+" "+r.Path)
		}
	}
	slices.Sort(documented)
	slices.Sort(routed)
	require.Equal(t, documented, slices.Compact(routed))
}

func TestDocument_names_are_unique(t *testing.T) {
	seen := map[string]bool{}
	for _, operation := range operations(newWorld(t).server.api.OpenAPI()) {
		require.False(t, seen[operation.OperationID], operation.OperationID)
		seen[operation.OperationID] = true
	}
}
