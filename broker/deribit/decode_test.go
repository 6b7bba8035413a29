package deribit

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fastjson"

	"github.com/tradebaas/tradebaas/trade"
)

func TestDecimal(t *testing.T) {
	for text, want := range map[string]string{
		`0.1`: "0.1", `1.423e-4`: "0.0001423", `2.2e3`: "2200", `1.0`: "1", `-7`: "-7", `null`: "0", `"0.5"`: "0.5",
		`9007199254740993`:           "9007199254740993", // a float would lose the last digit
		`0.1234567890123456789012`:   "0.1234567890123456789",
		`1.2345678901234567890123e1`: "12.345678901234567890",
		`1e-30`:                      "0",
	} {
		d, err := decimal(fastjson.MustParse(text))
		require.NoError(t, err, text)
		require.True(t, trade.MustDec(want).Equal(d), "%s gave %s", text, d)
	}
	for _, text := range []string{`true`, `{}`, `[]`, `"abc"`, `1e300`} {
		_, err := decimal(fastjson.MustParse(text))
		require.Error(t, err, text)
	}
}

func TestParseOrder_keeps_the_cause_of_a_rejection(t *testing.T) {
	order, err := parseOrder(fastjson.MustParse(`{"order_id":"1","order_state":"rejected:reduce_direction"}`))
	require.NoError(t, err)
	require.Equal(t, "rejected", order.State)
	require.Equal(t, "reduce_direction", order.CancelReason)
	order, err = parseOrder(fastjson.MustParse(`{"order_id":"OTO-1","order_state":"untriggered","is_secondary_oto":true}`))
	require.NoError(t, err)
	require.True(t, order.Live() && order.Secondary, "a leg that waits for its entry")
	order, err = parseOrder(fastjson.MustParse(`{"order_id":"USDC-SLMS-7","order_state":"untriggered","is_secondary_oto":true}`))
	require.NoError(t, err)
	require.True(t, order.Live() && !order.Secondary, "the live leg that replaced it, whatever its flag says")
	_, err = parseOrder(nil)
	require.Error(t, err)
}

// An answer that makes no sense must not pass for nothing there: no order, no position, no fill.
func TestEach_takes_only_a_list(t *testing.T) {
	read := func(*fastjson.Value) error { return nil }
	require.NoError(t, each(fastjson.MustParse(`[]`), read))
	for _, text := range []string{`7.5`, `{}`, `null`, `"[]"`} {
		require.ErrorIs(t, each(fastjson.MustParse(text), read), errNoList, text)
	}
	require.ErrorIs(t, each(nil, read), errNoList)
}

func TestParams_quotes_what_needs_it(t *testing.T) {
	p := params(nil).text("a", `x"\`).text("b", "é\n").list("c", []string{"1", "2"}).flag("d", true)
	require.JSONEq(t, `{"a":"x\"\\","b":"é\n","c":["1","2"],"d":true}`, string(p)+"}")
	require.JSONEq(t, `{"jsonrpc":"2.0","id":7,"method":"public/test","params":{}}`, string(appendRequest(nil, 7, "public/test", nil)))
}
