package deribit

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

const (
	placedOrder = `{"order_id":"58","order_state":"filled","order_type":"market","instrument_name":"BTC_USDC-PERPETUAL","direction":"buy","amount":0.01,
		"filled_amount":0.01,"average_price":100000.1,"label":"l-e","last_update_timestamp":1767978363493}`
	placedFill = `{"trade_id":"T-1","trade_seq":5,"order_id":"58","instrument_name":"BTC_USDC-PERPETUAL","direction":"buy","price":100000.1,"amount":0.01,"fee":0.35,
		"fee_currency":"USDC","timestamp":1767978363493}`
	happening = `{"instrument_name":"BTC_USDC-PERPETUAL","orders":[` + placedOrder + `],"trades":[` + placedFill + `],"positions":[]}`
)

// The same message twice is two equal events: they carry the id by which the owner knows them again.
func TestF15_a_message_comes_twice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		_, j := p.open(p.venue())
		p.notify("user.changes.any.any.raw", happening)
		p.notify("user.changes.any.any.raw", happening)
		fills := of[broker.Filled](j)
		require.Len(t, fills, 2)
		require.Equal(t, fills[0], fills[1])
		require.Equal(t, trade.VenueTradeID("T-1"), fills[0].Fill.ID)
		require.Empty(t, of[broker.SessionDown](j))
	})
}

// What an order brings is told whether it comes before or after the answer to the order, or when
// the answer never comes; and the answer says the same.
func TestF16_news_and_answer_in_any_order(t *testing.T) {
	for _, when := range []string{"before", "after", "instead"} {
		t.Run(when, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPeer(t)
				s, j := p.open(p.venue())
				news := fmt.Sprintf(`{"jsonrpc":"2.0","method":"subscription","params":{"channel":"user.changes.any.any.raw","data":%s}}`, happening)
				p.on("private/buy", func(a asked) string {
					answer := reply(a.id, `{"order":`+placedOrder+`,"trades":[`+placedFill+`]}`, true)
					switch when {
					case "before":
						a.link.send(news)
						a.link.send(answer)
					case "after":
						a.link.send(answer)
						a.link.send(news)
					default:
						a.link.send(news)
					}
					return ""
				})
				placed, err := s.PlaceBracket(t.Context(), bracket())
				told := of[broker.Filled](j)
				require.Len(t, told, 1)
				require.Equal(t, readPlaced(t), of[broker.OrderChanged](j)[0].Order)
				if when == "instead" {
					require.Equal(t, broker.Unknown, broker.OutcomeOf(err))
				} else {
					require.NoError(t, err)
					require.Equal(t, readPlaced(t), placed.Order)
					require.Equal(t, []trade.Fill{told[0].Fill}, placed.Fills)
				}
				time.Sleep(time.Minute)
				require.Equal(t, 1, p.count("private/buy"), "I1: sent once")
			})
		})
	}
}

func readPlaced(t *testing.T) (o trade.VenueOrder) {
	h := newListener()
	h.link.handle([]byte(`{"method":"subscription","params":{"channel":"user.orders.any.any.raw","data":` + placedOrder + `}}`))
	require.Len(t, h.heard, 1)
	return h.heard[0].(broker.OrderChanged).Order
}

// Fills that no message told of are found by the sequence number after the last one known.
func TestF17_a_gap_is_filled_by_asking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		s, j := p.open(p.venue())
		p.on("private/get_user_trades_by_instrument", func(a asked) string {
			if a.Params["historical"] == true {
				return `{"trades":[],"has_more":false}`
			}
			require.Equal(t, 5.0, a.Params["start_seq"])
			return `{"trades":[` + placedFill + `,{"trade_id":"T-2","trade_seq":7,"order_id":"59","price":100001,"amount":0.01}],"has_more":false}`
		})
		p.notify("user.changes.any.any.raw", `{"trades":[{"trade_id":"T-3","trade_seq":9,"order_id":"60","price":100002,"amount":0.01}]}`)
		require.Equal(t, int64(9), of[broker.Filled](j)[0].Fill.Seq, "5 and 7 are missing")
		fills, err := s.Fills(t.Context(), btc, 4, time.Time{})
		require.NoError(t, err)
		require.Equal(t, []int64{5, 7}, []int64{fills[0].Seq, fills[1].Seq})
	})
}

// No is no: it is told with the exchange's words and never tried again.
func TestF35_a_definite_no(t *testing.T) {
	for refusal, reason := range map[string]string{
		`!{"code":10009,"message":"not_enough_funds"}`:                                                              "not_enough_funds",
		`!{"code":10039,"message":"not_enough_funds_in_currency","data":{"currency":"USDC"}}`:                       "not_enough_funds_in_currency",
		`!{"code":10007,"message":"price_too_high 98700.3"}`:                                                        "price_too_high 98700.3",
		`!{"code":10005,"message":"price_too_low 95800.4"}`:                                                         "price_too_low 95800.4",
		`!{"code":11054,"message":"post_only_reject"}`:                                                              "post_only_reject",
		`!{"code":11030,"message":"other_reject reduce_direction"}`:                                                 "other_reject reduce_direction",
		`!{"code":-32602,"message":"Invalid params","data":{"reason":"must conform to tick size","param":"price"}}`: "Invalid params: must conform to tick size",
	} {
		t.Run(reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPeer(t)
				s, j := p.open(p.venue())
				for _, method := range []string{"private/buy", "private/sell", "private/edit"} {
					p.on(method, func(asked) string { return refusal })
				}
				for method, act := range map[string]func(context.Context) error{
					"private/buy": func(ctx context.Context) error { _, err := s.PlaceBracket(ctx, bracket()); return err },
					"private/sell": func(ctx context.Context) error {
						_, err := s.Place(ctx, trade.Order{Instrument: btc, Side: trade.Sell, Type: trade.StopMarketOrder, Role: trade.Stop, Amount: d("0.01"), TriggerPrice: d("90000")})
						return err
					},
					"private/edit": func(ctx context.Context) error {
						_, err := s.Amend(ctx, broker.Amendment{Order: "58", Amount: d("0.01"), Price: d("101000")})
						return err
					},
				} {
					err := act(t.Context())
					e := broker.As(err)
					require.Equal(t, broker.Refused, e.Outcome)
					require.Equal(t, reason, e.Reason)
					require.False(t, e.Busy || e.Auth || e.Gone)
					time.Sleep(time.Minute)
					require.Equal(t, 1, p.count(method), "no second try")
				}
				require.Empty(t, of[broker.SessionDown](j))
			})
		})
	}
}
