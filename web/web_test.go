package web

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestDistAlwaysHasAnIndex(t *testing.T) {
	page, err := fs.ReadFile(Dist(), "index.html")
	require.NoError(t, err)
	require.Contains(t, string(page), "Tradebaas")
}

func TestPlaceholderStandsInUntilThePageIsBuilt(t *testing.T) {
	notBuilt := withPlaceholder(fstest.MapFS{placeholder: {Data: []byte("build me")}})
	page, err := fs.ReadFile(notBuilt, "index.html")
	require.NoError(t, err)
	require.Equal(t, "build me", string(page))

	built := withPlaceholder(fstest.MapFS{placeholder: {Data: []byte("build me")}, "index.html": {Data: []byte("page")}})
	page, err = fs.ReadFile(built, "index.html")
	require.NoError(t, err)
	require.Equal(t, "page", string(page))
}
