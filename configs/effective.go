package configs

import (
	"fmt"
	"reflect"
)

// Setting is one effective value, secrets masked.
type Setting struct{ Key, Value string }

// Effective lists every setting in the order of the example file.
func (c Config) Effective() []Setting { return settings("", reflect.ValueOf(c)) }

func settings(path string, v reflect.Value) []Setting {
	var all []Setting
	for i := range v.NumField() {
		field := v.Type().Field(i)
		full := join(path, field.Tag.Get("yaml"))
		if field.Tag.Get("env") == "" {
			all = append(all, settings(full, v.Field(i))...)
			continue
		}
		all = append(all, Setting{Key: full, Value: fmt.Sprint(v.Field(i).Interface())})
	}
	return all
}

// Variables are the names of all environment variables, sorted.
func Variables() []string {
	leaves := map[string]leaf{}
	collect("", reflect.ValueOf(Default()), leaves)
	return sortedKeys(leaves)
}
