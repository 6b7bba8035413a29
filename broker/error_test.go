package broker_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

func TestFailureOf(t *testing.T) {
	refused := func(code int, reason, param string) error {
		return &broker.Error{Outcome: broker.Refused, Code: code, Reason: reason, Param: param}
	}
	for name, c := range map[string]struct {
		err    error
		linked bool
		want   trade.Failure
	}{
		"no answer":            {errors.New("gone"), false, trade.Failure{Unknown: true, Reason: "gone"}},
		"never sent":           {&broker.Error{Outcome: broker.NotSent, Reason: "no link"}, true, trade.Failure{Busy: true, Reason: "no link"}},
		"too late":             {&broker.Error{Outcome: broker.NotSent, Expired: true, Reason: "late"}, true, trade.Failure{Busy: true, Expired: true, Reason: "late"}},
		"refused":              {refused(10009, "no money", ""), true, trade.Failure{Reason: "no money"}},
		"takes no such word":   {refused(-32602, "unknown", "linked_order_type"), true, trade.Failure{Unlinked: true, Reason: "unknown"}},
		"nor such a pair":      {refused(11047, "combination", ""), true, trade.Failure{Unlinked: true, Reason: "combination"}},
		"nor such a link":      {refused(11030, "other_reject linked_order_type", ""), true, trade.Failure{Unlinked: true, Reason: "other_reject linked_order_type"}},
		"another reject":       {refused(11030, "other_reject reduce_direction", ""), true, trade.Failure{Reason: "other_reject reduce_direction"}},
		"of an unlinked order": {refused(11030, "other_reject linked_order_type", ""), false, trade.Failure{Reason: "other_reject linked_order_type"}},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, broker.FailureOf(c.err, c.linked)) })
	}
}
