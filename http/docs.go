package http

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed docs.html
var docsText string

var docsTemplate = template.Must(template.New("docs").Parse(docsText))

type docsPage struct {
	Info    *huma.Info
	Tags    []docsTag
	Schemas []docsSchema
}

type docsTag struct {
	Name       string
	Operations []docsOperation
}

type docsOperation struct {
	*huma.Operation
	Guard   string
	Request string // JSON schema, "" for none
	Answers []docsSchema
}

type docsSchema struct{ Name, JSON string }

// renderDocs writes the document as one page without any script.
func renderDocs(document *huma.OpenAPI) ([]byte, error) {
	page := docsPage{Info: document.Info}
	byTag := map[string][]docsOperation{}
	for _, operation := range operations(document) {
		shown, err := docsOf(operation)
		if err != nil {
			return nil, err
		}
		byTag[operation.Tags[0]] = append(byTag[operation.Tags[0]], shown)
	}
	for _, name := range sortedKeys(byTag) {
		page.Tags = append(page.Tags, docsTag{name, byTag[name]})
	}
	schemas := document.Components.Schemas.Map()
	for _, name := range sortedKeys(schemas) {
		text, err := pretty(schemas[name])
		if err != nil {
			return nil, err
		}
		page.Schemas = append(page.Schemas, docsSchema{name, text})
	}
	var out bytes.Buffer
	if err := docsTemplate.Execute(&out, page); err != nil {
		return nil, fmt.Errorf("render the API's page: %w", err)
	}
	return out.Bytes(), nil
}

// operations lists every operation of a document by path and method.
func operations(document *huma.OpenAPI) []*huma.Operation {
	var all []*huma.Operation
	for _, path := range sortedKeys(document.Paths) {
		item := document.Paths[path]
		for _, operation := range []*huma.Operation{item.Get, item.Post, item.Put, item.Delete} {
			if operation != nil {
				all = append(all, operation)
			}
		}
	}
	return all
}

func docsOf(operation *huma.Operation) (docsOperation, error) {
	shown := docsOperation{Operation: operation, Guard: "open"}
	for _, requirement := range operation.Security {
		for scheme := range requirement {
			shown.Guard = scheme
		}
	}
	var err error
	if operation.RequestBody != nil {
		if shown.Request, err = contentSchema(operation.RequestBody.Content); err != nil {
			return shown, err
		}
	}
	for _, status := range sortedKeys(operation.Responses) {
		answer := operation.Responses[status]
		schema, err := contentSchema(answer.Content)
		if err != nil {
			return shown, err
		}
		shown.Answers = append(shown.Answers, docsSchema{strings.TrimSpace(status + " " + answer.Description), schema})
	}
	return shown, nil
}

func contentSchema(content map[string]*huma.MediaType) (string, error) {
	for _, kind := range sortedKeys(content) {
		if content[kind].Schema != nil {
			return pretty(content[kind].Schema)
		}
	}
	return "", nil
}

func pretty(v any) (string, error) {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return "", fmt.Errorf("render the API's page: %w", err)
	}
	return string(text), nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
