// Package tradebaas_test holds the design to its word: who may import whom, and what pure means.
package tradebaas_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/tradebaas/tradebaas/"

// mayImport names, for every folder, the folders of ours that it may import beside its own
// subfolders. The longest matching folder decides; a folder that is not here fails the test.
var mayImport = map[string][]string{
	"trade":             {},
	"strategy":          {"trade"},
	"broker":            {"trade"},
	"broker/brokertest": {"trade", "broker"},
	"broker/deribit":    {"trade", "broker", "killpoint"},
	"broker/simulator":  {"trade", "broker"},
	"store":             {"trade", "migrations", "deploy", "killpoint"},
	"migrations":        {},
	"actors":            {"trade", "strategy", "broker", "killpoint"},
	"actors/kit":        {},
	"backtest":          {"trade", "strategy", "broker", "broker/simulator/core"},
	"simulation":        {"trade", "strategy", "broker", "broker/simulator/core"},
	"http":              {"trade", "actors/kit/insight"},
	"configs":           {},
	"killpoint":         {},
	"web":               {},
	"deploy":            {},
	"docs":              {},
	"bench":             {},
	"cmd":               {"trade", "strategy", "broker", "broker/brokertest", "broker/deribit", "broker/simulator", "store", "migrations", "actors", "backtest", "simulation", "http", "configs", "web", "deploy"},
}

// pure folders decide; they take time, ids and chance as arguments.
var pure = []string{"trade", "strategy", "broker/simulator/core"}

// exact folders hold money and no floating point.
var exact = []string{"trade", "store"}

// listed is what `go list` tells of a package.
type listed struct {
	ImportPath   string
	Dir          string
	Export       string
	GoFiles      []string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

func list(t *testing.T, args ...string) []listed {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-e", "-json=ImportPath,Dir,Export,GoFiles,Imports,TestImports,XTestImports"}, args...)...)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	require.NoError(t, err, complaint.String())
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		// Some packages of the page's tool chain carry Go files of their own.
		if !strings.Contains(p.ImportPath, "/node_modules/") {
			all = append(all, p)
		}
	}
}

// readAll opens every Go file of the module: the verdict depends on them, and go test's cache only
// knows of what the test itself has read.
func readAll(t *testing.T) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil // gone since it was listed
		case entry.IsDir() && (entry.Name() == "node_modules" || strings.HasPrefix(entry.Name(), ".") && path != "."):
			return filepath.SkipDir
		case strings.HasSuffix(path, ".go"):
			_, err = os.ReadFile(path)
		}
		return err
	}))
}

func within(folder, parent string) bool {
	return folder == parent || strings.HasPrefix(folder, parent+"/")
}

// home is the longest folder of mayImport that holds a package.
func home(folder string) string {
	best := ""
	for candidate := range mayImport {
		if within(folder, candidate) && len(candidate) > len(best) {
			best = candidate
		}
	}
	return best
}

// importFault says why one import is not allowed, or "".
func importFault(from, to string) string {
	owner, target := home(from), home(to)
	switch {
	case owner == "":
		return from + " is in no folder of the design: name it in mayImport"
	case within(to, "cmd"):
		return from + " imports " + to + ": nobody imports cmd"
	case owner == target || within(to, owner):
		return ""
	case slices.Contains(mayImport[owner], target) || slices.Contains(mayImport[owner], to):
		return ""
	}
	return from + " must not import " + to
}

func TestArchitecture_imports(t *testing.T) {
	readAll(t)
	var faults []string
	for _, p := range list(t, "./...") {
		from := strings.TrimPrefix(p.ImportPath, module)
		for _, path := range p.Imports {
			if to, ours := strings.CutPrefix(path, module); ours && importFault(from, to) != "" {
				faults = append(faults, importFault(from, to))
			}
		}
		for _, path := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			if strings.Contains(path, "asynkron/protoactor-go") && !within(from, "actors/kit") {
				faults = append(faults, from+" imports "+path+": only actors/kit may")
			}
		}
	}
	require.Empty(t, faults)
}

func TestArchitecture_import_rule_bites(t *testing.T) {
	for _, c := range []struct {
		from, to string
		allowed  bool
	}{
		{"strategy/indicator", "trade", true},
		{"strategy", "strategy/indicator", true},
		{"trade", "strategy", false},
		{"broker", "broker/deribit", true},
		{"broker/simulator/core", "broker/deribit", false},
		{"backtest", "broker/simulator/core", true},
		{"backtest", "broker/simulator/market", false},
		{"actors", "broker", true},
		{"actors", "broker/deribit", false},
		{"actors", "actors/kit", true},
		{"http", "strategy", false},
		{"store", "cmd/tradebaas", false},
		{"elsewhere", "trade", false},
	} {
		require.Equal(t, c.allowed, importFault(c.from, c.to) == "", "%s -> %s", c.from, c.to)
	}
}

// checker type-checks source against the export data of everything it imports.
type checker struct {
	files  *token.FileSet
	loader types.Importer
}

func newChecker(t *testing.T, roots ...string) checker {
	t.Helper()
	export := map[string]string{}
	for _, p := range list(t, append([]string{"-export", "-deps"}, roots...)...) {
		export[p.ImportPath] = p.Export
	}
	files := token.NewFileSet()
	return checker{files, importer.ForCompiler(files, "gc", func(path string) (io.ReadCloser, error) {
		if export[path] == "" {
			return nil, fmt.Errorf("no export data for %s", path)
		}
		return os.Open(export[path])
	})}
}

// faults gives everything in a package that pure code must not do.
func (c checker) faults(t *testing.T, path string, files []*ast.File) (faults []string) {
	t.Helper()
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}, Types: map[ast.Expr]types.TypeAndValue{}}
	_, err := (&types.Config{Importer: c.loader}).Check(path, c.files, files, info)
	require.NoError(t, err)
	for _, f := range files {
		for _, i := range f.Imports {
			if name := strings.Trim(i.Path.Value, `"`); slices.Contains(impure, name) {
				faults = append(faults, fmt.Sprintf("%s: imports %s", c.files.Position(i.Pos()), name))
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if why := fault(n, info); why != "" {
				faults = append(faults, fmt.Sprintf("%s: %s", c.files.Position(n.Pos()), why))
			}
			return true
		})
	}
	return faults
}

// impure packages bring the clock's, the machine's or chance's will with them.
var impure = []string{"math/rand", "math/rand/v2", "crypto/rand", "net", "net/http", "os", "os/exec", "io/ioutil", "runtime", "syscall"}

// impureCalls are the functions that do, by package.
var impureCalls = map[string][]string{
	"time":                   {"Now", "Since", "Until", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "Sleep"},
	"github.com/google/uuid": {"New", "NewString", "NewRandom", "NewUUID", "NewV6", "NewV7"},
}

func fault(n ast.Node, info *types.Info) string {
	switch n := n.(type) {
	case *ast.GoStmt:
		return "starts a goroutine"
	case *ast.Ident:
		used, isFunc := info.Uses[n].(*types.Func)
		if isFunc && used.Pkg() != nil && used.Signature().Recv() == nil && slices.Contains(impureCalls[used.Pkg().Path()], used.Name()) {
			return "calls " + used.FullName()
		}
	case *ast.FuncDecl:
		if n.Body != nil {
			return mapOrder(n.Body, info)
		}
	}
	return ""
}

// mapOrder finds a loop over a map that writes, or appends to a list that the function never sorts.
func mapOrder(body *ast.BlockStmt, info *types.Info) (why string) {
	sorted := sortedIn(body, info)
	ast.Inspect(body, func(n ast.Node) bool {
		loop, isRange := n.(*ast.RangeStmt)
		if !isRange || !isMap(info.Types[loop.X].Type) {
			return true
		}
		ast.Inspect(loop.Body, func(n ast.Node) bool {
			switch call := n.(type) {
			case *ast.SendStmt:
				why = "sends in a map's order"
			case *ast.CallExpr:
				name := types.ExprString(call.Fun)
				switch {
				case name == "append" && !sorted[types.ExprString(call.Args[0])]:
					why = "appends in a map's order to " + types.ExprString(call.Args[0])
				case strings.Contains(name, ".Write") || strings.Contains(name, ".Fprint"):
					why = "writes in a map's order"
				}
			}
			return true
		})
		return true
	})
	return why
}

func isMap(t types.Type) bool {
	if t == nil {
		return false
	}
	_, is := t.Underlying().(*types.Map)
	return is
}

func sortedIn(body *ast.BlockStmt, info *types.Info) map[string]bool {
	sorted := map[string]bool{}
	ast.Inspect(body, func(n ast.Node) bool {
		call, isCall := n.(*ast.CallExpr)
		if !isCall {
			return true
		}
		selector, isSelector := call.Fun.(*ast.SelectorExpr)
		if !isSelector || len(call.Args) == 0 {
			return true
		}
		if used := info.Uses[selector.Sel]; used != nil && used.Pkg() != nil && (used.Pkg().Path() == "slices" || used.Pkg().Path() == "sort") {
			sorted[types.ExprString(call.Args[0])] = true
		}
		return true
	})
	return sorted
}

// sources parses the files of a package that are not tests.
func (c checker) sources(t *testing.T, p listed) (files []*ast.File) {
	t.Helper()
	for _, name := range p.GoFiles {
		f, err := parser.ParseFile(c.files, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		files = append(files, f)
	}
	return files
}

func inAny(folder string, parents []string) bool {
	return slices.ContainsFunc(parents, func(parent string) bool { return within(folder, parent) })
}

func TestArchitecture_pure(t *testing.T) {
	var packages []listed
	var roots []string
	for _, p := range list(t, "./...") {
		if inAny(strings.TrimPrefix(p.ImportPath, module), pure) && len(p.GoFiles) > 0 {
			packages, roots = append(packages, p), append(roots, p.ImportPath)
		}
	}
	require.NotEmpty(t, roots)
	c := newChecker(t, roots...)
	for _, p := range packages {
		require.Empty(t, c.faults(t, p.ImportPath, c.sources(t, p)))
	}
}

func TestArchitecture_pure_rule_bites(t *testing.T) {
	c := newChecker(t, "time", "slices", "strings", "math/rand/v2", "github.com/google/uuid")
	for name, body := range map[string]string{
		"imports math/rand/v2":             `import "math/rand/v2"; func f() int { return rand.Int() }`,
		"calls time.Now":                   `import clock "time"; func f() clock.Time { return clock.Now() }`,
		"calls github.com/google/uuid.New": `import "github.com/google/uuid"; func f() string { return uuid.New().String() }`,
		"starts a goroutine":               `func f() { go func() {}() }`,
		"appends in a map's order to l":    `func f(m map[int]int) (l []int) { for k := range m { l = append(l, k) }; return l }`,
		"writes in a map's order":          `import "strings"; func f(m map[string]int) string { var b strings.Builder; for k := range m { b.WriteString(k) }; return b.String() }`,
		"sends in a map's order":           `func f(m map[int]int, c chan int) { for k := range m { c <- k } }`,
		"": `import ("slices"; "time"); func f(m map[int]int, t time.Time) (l []int) {
			for k := range m { l = append(l, k) }; slices.Sort(l); if t.After(t) { return nil }; return l }`,
	} {
		f, err := parser.ParseFile(c.files, name+".go", "package p; "+body, parser.SkipObjectResolution)
		require.NoError(t, err)
		faults := c.faults(t, "p", []*ast.File{f})
		if name == "" {
			require.Empty(t, faults)
			continue
		}
		require.Len(t, faults, 1)
		require.Contains(t, faults[0], name)
	}
}

// floats gives the places where a file uses floating point. The one way out of a decimal, its
// method Float, may exist for indicators and charts, but money must not take it.
func floats(files *token.FileSet, f *ast.File) (places []string) {
	ast.Inspect(f, func(n ast.Node) bool {
		found := false
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv != nil && n.Name.Name == "Float" {
				return false
			}
		case *ast.BasicLit:
			found = n.Kind == token.FLOAT
		case *ast.Ident:
			found = n.Name == "float64" || n.Name == "float32"
		case *ast.SelectorExpr:
			found = n.Sel.Name == "Float" || n.Sel.Name == "InexactFloat64"
		}
		if found {
			places = append(places, files.Position(n.Pos()).String())
		}
		return true
	})
	return places
}

func TestArchitecture_money_is_exact(t *testing.T) {
	c := checker{files: token.NewFileSet()}
	seen := 0
	for _, p := range list(t, "./...") {
		if !inAny(strings.TrimPrefix(p.ImportPath, module), exact) {
			continue
		}
		for _, f := range c.sources(t, p) {
			seen++
			require.Empty(t, floats(c.files, f), "floating point where money is")
		}
	}
	require.Positive(t, seen)
	f, err := parser.ParseFile(c.files, "float.go", "package p; var x float64 = 1.5; var y = z.Float()", parser.SkipObjectResolution)
	require.NoError(t, err)
	require.Len(t, floats(c.files, f), 3)
}
