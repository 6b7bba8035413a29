package main

import (
	"strings"
	"time"

	"github.com/valyala/fastjson"
)

// view is what a page knows from its socket alone. Facts are written as text, so that they can be
// compared with what the API says.
type view map[string]map[string]string // kind of topic, key, fact

// kinds are the topics whose facts the API knows too.
var kinds = []string{"connection", "strategies", "orders", "trades", "positions", "balance"}

func newView() view {
	v := view{}
	for _, kind := range kinds {
		v[kind] = map[string]string{}
	}
	return v
}

// snapshot takes a whole topic. Trades that are known to be closed are not in it any more and stay known.
func (v view) snapshot(kind string, data *fastjson.Value) {
	facts, known := v[kind]
	if !known {
		return
	}
	if kind != "trades" {
		clear(facts)
	}
	for _, item := range data.GetArray() {
		v.update(kind, item)
	}
}

// update takes one item.
func (v view) update(kind string, item *fastjson.Value) {
	facts, known := v[kind]
	if !known {
		return
	}
	key, fact, ended := factOf(kind, item)
	switch {
	case !ended:
		facts[key] = fact
	case kind != "orders" || strings.HasPrefix(facts[key], fact): // the end of that very order
		delete(facts, key)
	}
}

// factOf says what an item of a topic means, as the topic and the API both tell it, and whether it is
// there no more.
func factOf(kind string, item *fastjson.Value) (key, fact string, ended bool) {
	get := func(name string) string { return string(item.GetStringBytes(name)) }
	switch kind {
	case "connection":
		return get("broker") + ":" + get("environment"), get("state"), false
	case "strategies":
		return get("id"), get("status") + " " + get("state"), false
	case "trades":
		return get("id"), get("status"), false
	case "orders":
		return orderFact(get)
	case "positions":
		return get("instrument"), get("size"), get("size") == "0"
	}
	return get("currency"), get("balance"), false
}

// orderFact knows a leg of a bracket by its label: the leg that waited for the entry is replaced by
// the one that stands, under another id, and nobody tells of the end of the former.
func orderFact(get func(string) string) (key, fact string, ended bool) {
	id, state := get("id"), get("state")
	if key = id; get("role") != "" && get("label") != "" {
		key = get("label")
	}
	return key, id + " ", state != "open" && state != "untriggered"
}

// oldTrade tells whether a trade ended before the page began to listen.
func oldTrade(item *fastjson.Value, opened time.Time) bool {
	ended, err := time.Parse(time.RFC3339, string(item.GetStringBytes("exitTime")))
	return err == nil && ended.Before(opened.Add(time.Second))
}
