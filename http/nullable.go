package http

import (
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// markNullable says in the document which fields may be null: the generator knows it of plain
// pointers, but not of those to decimals and records.
func markNullable(registry huma.Registry) {
	for name, schema := range registry.Map() {
		if record := registry.TypeFromRef("#/components/schemas/" + name); record != nil {
			markFields(schema, record)
		}
	}
}

func markFields(schema *huma.Schema, record reflect.Type) {
	for _, field := range reflect.VisibleFields(record) {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		property := schema.Properties[name]
		if property == nil || field.Type.Kind() != reflect.Pointer || options == "omitempty" {
			continue
		}
		schema.Properties[name] = nullable(property)
	}
}

func nullable(schema *huma.Schema) *huma.Schema {
	if schema.Ref != "" {
		return &huma.Schema{OneOf: []*huma.Schema{{Ref: schema.Ref}, {Type: "null"}}}
	}
	copied := *schema
	copied.Nullable = true
	return &copied
}
