package configs

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"

	"github.com/caarlos0/env/v11"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// loader gathers one configuration, where each value came from, and every
// problem met on the way.
type loader struct {
	config   Config
	origins  map[string]string // yaml path -> file:line or variable
	problems Problems
}

// Load reads defaults, the YAML file and the environment, in that order, and
// checks the result. file, when given, replaces TRADEBAAS_CONFIG. The error is a
// Problems value with everything that is wrong. environ is os.Environ().
func Load(environ []string, file string) (Config, error) {
	variables := asMap(environ)
	l := &loader{config: Default(), origins: map[string]string{}}
	if file == "" {
		file = variables["TRADEBAAS_CONFIG"]
	}
	if file != "" {
		l.readFile(file)
	}
	l.readEnvironment(variables)
	l.complete()
	l.check()
	if len(l.problems) > 0 {
		return Config{}, l.problems
	}
	return l.config, nil
}

func asMap(environ []string) map[string]string {
	variables := make(map[string]string, len(environ))
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		variables[name] = value
	}
	return variables
}

func (l *loader) problem(where, message, fix string) {
	l.problems = append(l.problems, Problem{Where: where, Message: message, Fix: fix})
}

func (l *loader) readFile(name string) {
	text, err := os.ReadFile(name)
	if err != nil {
		l.problem(name, "cannot be read: "+reason(err), "give the path of a readable file in TRADEBAAS_CONFIG, or unset it")
		return
	}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		l.problem(name, "is not YAML: "+yaml.FormatError(err, false, false), "correct the line shown")
		return
	}
	for _, document := range file.Docs {
		if document.Body != nil {
			l.readNode(name, "", document.Body, reflect.ValueOf(&l.config).Elem())
		}
	}
}

// reason is the cause without the path, which the problem names already.
func reason(err error) string {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// readNode lays a YAML mapping over a struct, key by key, so that one bad key
// does not hide the next.
func (l *loader) readNode(file, path string, node ast.Node, into reflect.Value) {
	pairs, ok := mapping(node)
	if !ok {
		l.problem(at(file, node), fmt.Sprintf("%s must be a mapping", orTop(path)), "write `key: value` lines below it")
		return
	}
	fields := fieldsOf(into)
	for _, pair := range pairs {
		key := pair.Key.String()
		full := join(path, key)
		field, known := fields[key]
		if !known {
			l.problem(at(file, pair.Key), "unknown key "+full, suggest(key, path, fields))
			continue
		}
		l.origins[full] = at(file, pair.Key)
		if pair.Value.Type() == ast.NullType {
			continue
		}
		if field.Kind() == reflect.Struct && field.Type() != reflect.TypeFor[Secret]() {
			l.readNode(file, full, pair.Value, field)
			continue
		}
		if err := yaml.NodeToValue(pair.Value, field.Addr().Interface(), yaml.Strict()); err != nil {
			l.problem(at(file, pair.Value), fmt.Sprintf("%s cannot be read", full), "write "+expected(field.Type()))
		}
	}
}

func mapping(node ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := node.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	default:
		return nil, false
	}
}

func at(file string, node ast.Node) string {
	return fmt.Sprintf("%s:%d", file, node.GetToken().Position.Line)
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func orTop(path string) string {
	if path == "" {
		return "the file"
	}
	return path
}

func suggest(key, path string, fields map[string]reflect.Value) string {
	names := sortedKeys(fields)
	if near := nearest(key, names); near != "" {
		return fmt.Sprintf("did you mean %s?", join(path, near))
	}
	return "remove it, or use one of " + strings.Join(names, ", ")
}

func sortedKeys[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func fieldsOf(v reflect.Value) map[string]reflect.Value {
	fields := make(map[string]reflect.Value, v.NumField())
	for i := range v.NumField() {
		fields[v.Type().Field(i).Tag.Get("yaml")] = v.Field(i)
	}
	return fields
}

// expected is a type in words.
func expected(t reflect.Type) string {
	switch {
	case t.String() == "time.Duration":
		return "a duration such as 10m or 720h"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Slice:
		return "a list of texts"
	case t.Kind() == reflect.String, t == reflect.TypeFor[Secret]():
		return "a text"
	default:
		return "a whole number in range"
	}
}

const prefix = "TRADEBAAS_"

// readEnvironment lays the variables over the file. Each is parsed alone, so
// that a problem names its variable and the others still count.
func (l *loader) readEnvironment(variables map[string]string) {
	leaves := map[string]leaf{}
	collect("", reflect.ValueOf(&l.config).Elem(), leaves)
	for _, name := range sortedKeys(variables) {
		found, known := leaves[name]
		switch {
		case known && variables[name] != "":
			l.origins[found.path] = name
			options := env.Options{Environment: map[string]string{name: variables[name]}}
			if err := env.ParseWithOptions(&l.config, options); err != nil {
				l.problem(name, found.path+" cannot be read", "set it to "+expected(found.kind))
			}
		case !known && strings.HasPrefix(name, prefix) && name != "TRADEBAAS_CONFIG":
			l.problem(name, "unknown variable", variableFix(name, leaves))
		}
	}
}

type leaf struct {
	path string
	kind reflect.Type
}

func collect(path string, v reflect.Value, leaves map[string]leaf) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		full := join(path, field.Tag.Get("yaml"))
		if name := field.Tag.Get("env"); name != "" {
			leaves[name] = leaf{path: full, kind: field.Type}
			continue
		}
		collect(full, v.Field(i), leaves)
	}
}

func variableFix(name string, leaves map[string]leaf) string {
	var names []string
	for known := range leaves {
		if short, ours := strings.CutPrefix(known, prefix); ours {
			names = append(names, short)
		}
	}
	sort.Strings(names)
	if near := nearest(strings.TrimPrefix(name, prefix), names); near != "" {
		return fmt.Sprintf("did you mean %s%s?", prefix, near)
	}
	return "unset it"
}

// complete fills what follows from other values.
func (l *loader) complete() {
	c := &l.config
	if c.PublicURL == "" && !c.Production() {
		c.PublicURL = "http://" + c.Listen
	}
	c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	if c.Database.MigrateURL.IsZero() {
		c.Database.MigrateURL = c.Database.URL
	}
	if abs, err := filepath.Abs(c.DataDir); err == nil && c.DataDir != "" {
		c.DataDir = abs
	}
}
