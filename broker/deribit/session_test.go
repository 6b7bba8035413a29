package deribit

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

func TestSession_comes_up(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		p.offset = 30 * time.Second
		s, j := p.open(p.venue())
		ups := of[broker.SessionUp](j)
		require.Len(t, ups, 1)
		require.Equal(t, "4711", ups[0].Grant.ExchangeAccount)
		require.True(t, ups[0].Grant.CanTrade)
		require.NotContains(t, p.requests("public/auth")[0].Params, "scope", "shows all that the key may do")
		login := p.requests("public/auth")[1]
		require.Equal(t, tradingScope, login.Params["scope"])
		require.InDelta(t, 30_000, login.Params["timestamp"].(float64)-float64(login.at.UnixMilli()), 1,
			"a signature is dated by the exchange's clock")
		subscribed := p.requests("private/subscribe")[0].Params
		require.Equal(t, []any{"user.changes.any.any.raw", "user.portfolio.any", "platform_state"}, subscribed["channels"])
		require.Equal(t, "a2", subscribed["access_token"])
		require.WithinDuration(t, time.Now().Add(30*time.Second), s.Now(), time.Millisecond)
	})
}

func TestSession_answers_heartbeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		_, j := p.open(p.venue())
		time.Sleep(10 * time.Minute)
		require.Len(t, j.all(), 1, "one SessionUp and no loss")
		require.InDelta(t, 54, p.count("public/test"), 1)
	})
}

func TestSession_notices_a_half_open_socket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		_, j := p.open(p.venue())
		began := time.Now()
		p.set(func() { p.quiet = true })
		synctest.Wait()
		time.Sleep(20*time.Second + time.Millisecond)
		require.Len(t, of[broker.SessionDown](j), 1)
		require.WithinDuration(t, began.Add(20*time.Second), j.times[1], 2*time.Millisecond)
		p.set(func() { p.quiet = false })
		time.Sleep(time.Second)
		require.Len(t, of[broker.SessionUp](j), 2)
		require.Equal(t, 2, p.count("private/subscribe"), "subscribed again")
	})
}

func TestSession_reconnects_for_ever_with_jitter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		p.refuse = true
		_, j := p.open(p.venue())
		time.Sleep(time.Hour)
		synctest.Wait()
		p.mu.Lock()
		dials := p.dials
		p.mu.Unlock()
		require.Greater(t, len(dials), 120, "an average of half the maximum")
		require.Less(t, len(dials), 1000, "and no hammering")
		different := map[time.Duration]bool{}
		for i := 1; i < len(dials); i++ {
			pause := dials[i].Sub(dials[i-1])
			require.LessOrEqual(t, pause, 30*time.Second)
			different[pause] = true
		}
		require.Greater(t, len(different), 100)
		for i, down := range of[broker.SessionDown](j) {
			require.LessOrEqual(t, down.Next.Sub(j.times[i]), 30*time.Second)
		}
		p.set(func() { p.refuse = false })
		time.Sleep(31 * time.Second)
		require.Len(t, of[broker.SessionUp](j), 1)
	})
}

func TestSession_close_waits_and_frees(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		v := p.venue(func(o *Options) { o.Connections = 1 })
		first, _ := p.open(v)
		_, waiting := p.open(v)
		time.Sleep(time.Minute)
		require.Empty(t, of[broker.SessionUp](waiting))
		require.Len(t, of[broker.SessionDown](waiting), 1, "told once, not in a loop")
		require.Equal(t, 1, v.Stats().WaitingConnections)
		require.Equal(t, 1, p.dialed())
		first.Close()
		require.Len(t, of[broker.SessionUp](waiting), 1)
		_, err := first.Positions(t.Context())
		require.Equal(t, broker.NotSent, broker.OutcomeOf(err))
	})
}

func TestSession_events(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		_, j := p.open(p.venue())
		p.notify("user.changes.any.any.raw", `{"instrument_name":"BTC_USDC-PERPETUAL","new_field":[1],
			"orders":[{"order_id":"USDC-SLMS-7","order_state":"untriggered","order_type":"stop_market","price":"market_price","trigger_price":95000.0,"label":"l-s",
				"instrument_name":"BTC_USDC-PERPETUAL","direction":"sell","amount":0.01,"reduce_only":true,"oco_ref":"77","creation_timestamp":1767978363493}],
			"trades":[{"trade_id":"T-1","trade_seq":9,"order_id":"USDC-1","instrument_name":"BTC_USDC-PERPETUAL","direction":"buy","price":95100.5,"amount":1.0e-2,
				"fee":-1.423e-4,"fee_currency":"USDC","liquidity":"T","index_price":95099,"profit_loss":null,"timestamp":1767978363493,"label":"l-e"}],
			"positions":[{"instrument_name":"BTC_USDC-PERPETUAL","size":-0.01,"average_price":95100.5,"total_profit_loss":1.5,"direction":"sell"}]}`)
		p.notify("user.portfolio.usdc", `{"currency":"usdc","balance":10000.5,"equity":10001,"available_funds":9000.25}`)
		p.notify("user.something.new", `{}`)

		order := of[broker.OrderChanged](j)[0].Order
		require.Equal(t, trade.VenueOrderID("USDC-SLMS-7"), order.ID)
		require.True(t, order.Live())
		require.True(t, order.Price.IsZero())
		require.Equal(t, "95000", order.TriggerPrice.String())
		require.Equal(t, "77", order.OCORef)
		require.Equal(t, int64(1767978363493), order.Time.UnixMilli())
		fill := of[broker.Filled](j)[0].Fill
		require.Equal(t, "0.01", fill.Amount.String())
		require.Equal(t, "-0.0001423", fill.Fee.String())
		require.False(t, fill.Maker)
		require.Equal(t, "-0.01", of[broker.PositionChanged](j)[0].Position.Size.String())
		balance := of[broker.BalanceChanged](j)[0].Balance
		require.Equal(t, trade.Currency("USDC"), balance.Currency)
		require.Equal(t, "9000.25", balance.Available.String())
	})
}

func TestSession_outcomes(t *testing.T) {
	t.Run("a swallowed answer is unknown", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := newPeer(t)
			s, _ := p.open(p.venue())
			p.on("private/buy", func(asked) string { return "" })
			began := time.Now()
			_, err := s.PlaceBracket(t.Context(), bracket())
			require.Equal(t, broker.Unknown, broker.OutcomeOf(err))
			require.Equal(t, orderTimeout, time.Since(began))
			require.Equal(t, 1, p.count("private/buy"))
		})
	})
	t.Run("a link lost after the write is unknown", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := newPeer(t)
			s, _ := p.open(p.venue())
			p.on("private/buy", func(a asked) string { a.link.end(); return "" })
			_, err := s.PlaceBracket(t.Context(), bracket())
			require.Equal(t, broker.Unknown, broker.OutcomeOf(err))
		})
	})
	t.Run("an unreadable answer is unknown", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := newPeer(t)
			s, _ := p.open(p.venue())
			p.on("private/buy", func(asked) string { return `{"order":{"order_id":"1","amount":[]}}` })
			_, err := s.PlaceBracket(t.Context(), bracket())
			require.Equal(t, broker.Unknown, broker.OutcomeOf(err))
		})
	})
	t.Run("nothing leaves while the link is down", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := newPeer(t)
			p.refuse = true
			s, _ := p.open(p.venue())
			_, err := s.PlaceBracket(t.Context(), bracket())
			require.Equal(t, broker.NotSent, broker.OutcomeOf(err))
			ended, cancel := context.WithCancel(t.Context())
			cancel()
			_, err = s.Cancel(ended, "1")
			require.Equal(t, broker.NotSent, broker.OutcomeOf(err))
		})
	})
}

func TestSession_survives_too_many_requests(t *testing.T) {
	for _, closes := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			p := newPeer(t)
			s, j := p.open(p.venue())
			p.on("private/buy", func(a asked) string {
				if closes {
					a.link.send(reply(a.id, `!{"code":10028,"message":"too_many_requests","data":null}`, true))
					time.AfterFunc(time.Millisecond, a.link.end)
					return ""
				}
				return `!{"code":10028,"message":"too_many_requests"}`
			})
			_, err := s.PlaceBracket(t.Context(), bracket())
			require.Equal(t, broker.NotSent, broker.OutcomeOf(err))
			require.True(t, broker.As(err).Busy)

			p.on("private/cancel", func(asked) string { return `{"order_id":"1","order_state":"cancelled"}` })
			time.Sleep(time.Second)
			began := time.Now()
			_, err = s.Cancel(t.Context(), "1")
			require.NoError(t, err)
			require.Less(t, time.Since(began), time.Second)
			if closes {
				require.Len(t, of[broker.SessionUp](j), 2)
			} else {
				require.Len(t, of[broker.SessionUp](j), 1)
			}
		})
	}
}

func TestSession_PlaceBracket_sends_one_linked_order(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		s, _ := p.open(p.venue())
		p.on("private/buy", func(asked) string {
			return `{"order":{"order_id":"58","order_state":"filled","amount":0.01,"filled_amount":0.01,"average_price":100000.1,"oto_order_ids":["OTO-1","OTO-2"]},
				"trades":[{"trade_id":"T-1","trade_seq":5,"order_id":"58","price":100000.1,"amount":0.01}]}`
		})
		b := bracket()
		placed, err := s.PlaceBracket(t.Context(), b)
		require.NoError(t, err)
		require.Equal(t, []trade.VenueOrderID{"OTO-1", "OTO-2"}, placed.Legs)
		require.Equal(t, int64(5), placed.Fills[0].Seq)
		require.Equal(t, "100000.1", placed.Order.AveragePrice.String())

		sent := p.requests("private/buy")[0].Params
		require.Equal(t, map[string]any{
			"instrument_name": "BTC_USDC-PERPETUAL", "amount": 0.01, "type": "market", "label": "l-e",
			"post_only": false, "reduce_only": false, "valid_until": float64(b.ValidUntil.UnixMilli()),
			"access_token": "a2", "linked_order_type": "one_triggers_one_cancels_other", "trigger_fill_condition": "incremental",
			"otoco_config": []any{
				map[string]any{"amount": 0.01, "direction": "sell", "type": "limit", "label": "l-t", "price": 101000.0,
					"reduce_only": true, "post_only": false, "time_in_force": "good_til_cancelled"},
				map[string]any{"amount": 0.01, "direction": "sell", "type": "stop_market", "label": "l-s",
					"trigger": "mark_price", "trigger_price": 99000.5, "reduce_only": true},
			},
		}, sent)

		b.ValidUntil = time.Time{}
		_, err = s.PlaceBracket(t.Context(), b)
		require.Equal(t, broker.NotSent, broker.OutcomeOf(err))
	})
}

func TestSession_Amend_says_every_flag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		s, _ := p.open(p.venue())
		p.on("private/edit", func(asked) string { return `{"order":{"order_id":"7","trigger_price":99500},"trades":[]}` })
		order, err := s.Amend(t.Context(), broker.Amendment{Order: "7", Amount: trade.MustDec("0.01"), TriggerPrice: trade.MustDec("99500")})
		require.NoError(t, err)
		require.Equal(t, "99500", order.TriggerPrice.String())
		require.Equal(t, map[string]any{"order_id": "7", "amount": 0.01, "trigger_price": 99500.0, "post_only": false, "reduce_only": true, "access_token": "a2"},
			p.requests("private/edit")[0].Params)
	})
}

func TestSession_Fills_pages_to_the_end(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		s, _ := p.open(p.venue())
		p.on("private/get_user_trades_by_instrument", func(a asked) string {
			switch {
			case a.Params["historical"] == true:
				return `{"trades":[{"trade_id":"a","trade_seq":11,"price":1,"amount":1}],"has_more":false}`
			case a.Params["start_seq"] == 12.0:
				return `{"trades":[{"trade_id":"b","trade_seq":12,"price":1,"amount":1},{"trade_id":"c","trade_seq":15,"price":1,"amount":1}],"has_more":true}`
			default:
				return `{"trades":[{"trade_id":"d","trade_seq":16,"price":1,"amount":1}],"has_more":false}`
			}
		})
		fills, err := s.Fills(t.Context(), "BTC_USDC-PERPETUAL", 10, time.Time{})
		require.NoError(t, err)
		var seqs []int64
		for _, f := range fills {
			seqs = append(seqs, f.Seq)
		}
		require.Equal(t, []int64{11, 12, 15, 16}, seqs)
	})
}

func TestSession_Funding_adds_up_the_log(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		s, _ := p.open(p.venue())
		p.on("private/get_transaction_log", func(a asked) string {
			if a.Params["continuation"] == nil {
				return `{"continuation":5,"logs":[{"instrument_name":"BTC-PERPETUAL","type":"trade","interest_pl":-1.5e-6},{"instrument_name":"ETH-PERPETUAL","interest_pl":9}]}`
			}
			return `{"continuation":null,"logs":[{"instrument_name":"BTC-PERPETUAL","type":"settlement","interest_pl":0.000004}]}`
		})
		total, err := s.Funding(t.Context(), trade.Spec{Instrument: "BTC-PERPETUAL", Settlement: "BTC"}, time.Now().Add(-time.Hour), time.Now())
		require.NoError(t, err)
		require.Equal(t, "0.0000025", total.String())
	})
}

func TestSession_Delivery_is_a_row_of_the_log(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		s, _ := p.open(p.venue())
		row := `{"instrument_name":"BTC-27NOV26","type":"settlement","price":96000,"timestamp":1796025600000}`
		p.on("private/get_transaction_log", func(asked) string { return `{"continuation":null,"logs":[` + row + `]}` })
		spec := trade.Spec{Instrument: "BTC-27NOV26", Settlement: "BTC"}
		none, err := s.Delivery(t.Context(), spec, time.Now().Add(-time.Hour), time.Now())
		require.NoError(t, err)
		require.True(t, none.Price.IsZero())
		row += `,{"instrument_name":"ETH-27NOV26","type":"delivery","price":2000,"timestamp":1796112000001},
			{"instrument_name":"BTC-27NOV26","type":"delivery","price":97123.45,"timestamp":1796112000000}`
		d, err := s.Delivery(t.Context(), spec, time.Now().Add(-time.Hour), time.Now())
		require.NoError(t, err)
		require.Equal(t, "97123.45", d.Price.String())
		require.EqualValues(t, 1796112000000, d.Time.UnixMilli())
	})
}

func bracket() trade.Bracket {
	return trade.Bracket{
		Instrument: "BTC_USDC-PERPETUAL", Side: trade.Buy,
		Amount: trade.MustDec("0.01"), Stop: trade.MustDec("99000.5"), Target: trade.MustDec("101000"),
		ValidUntil: time.Now().Add(5 * time.Second), EntryLabel: "l-e", StopLabel: "l-s", TargetLabel: "l-t",
	}
}
