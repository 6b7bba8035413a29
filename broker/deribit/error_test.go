package deribit

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fastjson"

	"github.com/tradebaas/tradebaas/broker"
)

func TestAnswered(t *testing.T) {
	type want = broker.Error
	for code, w := range map[int]want{
		13888:  {Outcome: broker.NotSent, Expired: true},
		10028:  {Outcome: broker.NotSent, Busy: true},
		10040:  {Outcome: broker.NotSent, Busy: true},
		10041:  {Outcome: broker.NotSent, Busy: true},
		10047:  {Outcome: broker.NotSent, Busy: true},
		10050:  {Outcome: broker.NotSent, Busy: true},
		11051:  {Outcome: broker.NotSent, Busy: true, Closed: true},
		10001:  {Outcome: broker.Unknown},
		11094:  {Outcome: broker.Unknown},
		13004:  {Outcome: broker.Refused, Auth: true},
		13009:  {Outcome: broker.Refused, Auth: true},
		13021:  {Outcome: broker.Refused, Auth: true},
		11044:  {Outcome: broker.Refused, Gone: true},
		10010:  {Outcome: broker.Refused, Gone: true},
		10004:  {Outcome: broker.Refused, Gone: true},
		10009:  {Outcome: broker.Refused},
		10007:  {Outcome: broker.Refused},
		-32602: {Outcome: broker.Refused},
		99999:  {Outcome: broker.Refused},
	} {
		w.Code, w.Reason = code, "words"
		got := answered(fastjson.MustParse(fmt.Sprintf(`{"code":%d,"message":"words"}`, code)))
		require.Equal(t, &w, got)
	}
}

func TestAnswered_detail(t *testing.T) {
	for data, reason := range map[string]string{
		`{"reason":"must conform to tick size","param":"price"}`: "Invalid params: must conform to tick size",
		`"invalid json"`: "Invalid params: invalid json",
		`null`:           "Invalid params",
		`[1]`:            "Invalid params",
	} {
		e := answered(fastjson.MustParse(`{"code":-32602,"message":"Invalid params","data":` + data + `}`))
		require.Equal(t, reason, e.Reason)
	}
	e := answered(fastjson.MustParse(`{"code":-32602,"message":"Invalid params","data":{"param":"price"}}`))
	require.Equal(t, "price", e.Param)
	require.Equal(t, broker.Refused, answered(fastjson.MustParse(`{}`)).Outcome)
}
