package strategy

import (
	"encoding/json"
	"fmt"
	"strings"
)

// property is one parameter in the JSON Schema that the page's form is built from. The members
// with x- are ours: the order and group in the form, the unit behind the field.
type property struct {
	Type        any             `json:"type"`
	Title       string          `json:"title"`
	Description string          `json:"description"`
	Enum        []string        `json:"enum,omitempty"`
	Minimum     json.RawMessage `json:"minimum,omitempty"`
	Maximum     json.RawMessage `json:"maximum,omitempty"`
	Pattern     string          `json:"pattern,omitempty"`
	Default     json.RawMessage `json:"default,omitempty"`
	Properties  *properties     `json:"properties,omitempty"`
	Required    []string        `json:"required,omitempty"`
	Closed      *bool           `json:"additionalProperties,omitempty"`
	Unit        string          `json:"x-unit,omitempty"`
	Units       []unitOf        `json:"x-units,omitempty"`
	Range       []string        `json:"x-range,omitempty"`
	Group       string          `json:"x-group,omitempty"`
	Warn        json.RawMessage `json:"x-warn-above,omitempty"`
	Order       int             `json:"x-order"`
}

// unitOf is the unit and range of a sizing value in one mode.
type unitOf struct {
	Mode  string   `json:"mode"`
	Unit  string   `json:"unit"`
	Range []string `json:"range"`
}

// properties keeps the form's order, which a Go map would lose.
type properties []named

type named struct {
	name string
	property
}

func (ps properties) MarshalJSON() ([]byte, error) {
	parts := make([]string, len(ps))
	for i, p := range ps {
		p.Order = i + 1
		body, err := json.Marshal(p.property)
		if err != nil {
			return nil, fmt.Errorf("schema of %s: %w", p.name, err)
		}
		parts[i] = fmt.Sprintf("%q:%s", p.name, body)
	}
	return []byte("{" + strings.Join(parts, ",") + "}"), nil
}

// schema describes the form as JSON Schema (draft 2020-12).
func (f *form) schema() json.RawMessage {
	ps := properties{{"preset", property{
		Type: "string", Title: "Preset", Description: "The set of values that your own settings are laid over.",
		Enum: f.presets, Default: quoted(f.presets[0]),
	}}}
	if f.sizing != nil {
		ps = append(ps, named{"sizing", f.sizingSchema()})
	}
	for _, p := range f.params {
		ps = append(ps, named{p.name, p.schema(f.presets[0])})
	}
	body, err := json.Marshal(struct {
		Schema     string     `json:"$schema"`
		Title      string     `json:"title"`
		Type       string     `json:"type"`
		Properties properties `json:"properties"`
		Additional bool       `json:"additionalProperties"`
	}{"https://json-schema.org/draft/2020-12/schema", f.name, "object", ps, false})
	if err != nil {
		panic(fmt.Errorf("schema of %s: %w", f.name, err))
	}
	return body
}

func (p parameter) schema(preset string) property {
	s := property{Title: p.title, Description: p.help, Unit: p.unit, Group: p.group, Default: json.RawMessage(p.preset[preset])}
	if p.warn != "" {
		s.Warn = json.RawMessage(p.warn)
	}
	switch p.kind {
	case boolean:
		s.Type = "boolean"
	case money:
		s.Type, s.Pattern, s.Range = "string", `^[0-9]+(\.[0-9]+)?$`, []string{p.min, p.max}
	default:
		s.Type, s.Minimum, s.Maximum = "number", json.RawMessage(p.min), json.RawMessage(p.max)
		if p.kind == integer {
			s.Type = "integer"
		}
	}
	return s
}

func (f *form) sizingSchema() property {
	closed, first := false, f.sizing[f.presets[0]]
	return property{
		Type: "object", Title: "Position size", Group: groupRisk, Closed: &closed,
		Description: "How large a trade is: a fixed notional, a share of equity at risk, or a fixed amount at risk.",
		Default:     json.RawMessage(fmt.Sprintf(`{"mode":%q,"value":%s}`, first.Mode, first.literal())),
		Properties: &properties{
			{"mode", property{Type: "string", Title: "Sizing", Enum: sizingModes(), Default: quoted(first.Mode),
				Description: "notional: quote currency per trade; percent: percent of equity lost at the stop; fixed: quote currency lost at the stop."}},
			{"value", property{Type: []string{"string", "number"}, Title: "Size", Units: sizingUnits(), Default: json.RawMessage(first.literal()),
				Description: "The notional, the percent or the amount at risk. Money is a string, percent a number."}},
		},
	}
}

func quoted(s string) json.RawMessage { return json.RawMessage(fmt.Sprintf("%q", s)) }
