package deribit

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

const btc = trade.Instrument("BTC_USDC-PERPETUAL")

func TestFeed_watches_over_reconnects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		f, j := p.feed(p.venue())
		require.Len(t, of[broker.FeedUp](j), 1)
		require.Zero(t, p.count("public/auth"), "public")
		require.Equal(t, []any{"instrument.state.future.any", "platform_state"}, p.requests("public/subscribe")[0].Params["channels"])

		f.Watch(btc)
		f.Watch(btc)
		synctest.Wait()
		require.Len(t, p.requests("public/subscribe"), 2, "asked for twice, subscribed once")
		require.Equal(t, []any{"chart.trades.BTC_USDC-PERPETUAL.1", "ticker.BTC_USDC-PERPETUAL.100ms"},
			p.requests("public/subscribe")[1].Params["channels"])
		p.notify("ticker.BTC_USDC-PERPETUAL.100ms", tickerJSON)
		p.notify("chart.trades.BTC_USDC-PERPETUAL.1", `{"tick":1767978360000,"open":1,"high":4.5,"low":0.5,"close":2,"volume":1.5e-3,"cost":9}`)
		ticker := of[broker.TickerChanged](j)[0].Ticker
		require.Equal(t, "97231.1", ticker.Bid.String())
		require.Equal(t, "97233.4217", ticker.Mark.String())
		require.True(t, ticker.Ask.IsZero(), "an empty side is null")
		candle := of[broker.CandleChanged](j)[0]
		require.Equal(t, btc, candle.Instrument)
		require.Equal(t, "0.0015", candle.Candle.Volume.String())
		require.Equal(t, int64(1767978360), candle.Candle.OpenTime.Unix())

		p.newest().end()
		time.Sleep(time.Second)
		require.Len(t, of[broker.FeedDown](j), 1)
		require.Len(t, of[broker.FeedUp](j), 2)
		require.Equal(t, 3, p.count("public/subscribe"), "subscribed again, to all at once")

		f.Unwatch(btc)
		synctest.Wait()
		require.Zero(t, p.count("public/unsubscribe"), "one of two still watches")
		f.Unwatch(btc)
		synctest.Wait()
		require.Equal(t, 1, p.count("public/unsubscribe"))
		p.notify("ticker.BTC_USDC-PERPETUAL.100ms", tickerJSON)
		require.Len(t, of[broker.TickerChanged](j), 1, "a straggler is not told")
	})
}

func TestFeed_unknown_instrument_costs_nobody_the_link(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		p.on("public/subscribe", func(asked) string { return `[]` })
		f, j := p.feed(p.venue())
		f.Watch("NO-SUCH")
		time.Sleep(time.Minute)
		require.Len(t, j.all(), 1)
		require.Equal(t, 2, p.count("public/subscribe"))
	})
}

func TestFeed_Instruments(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		f, _ := p.feed(p.venue())
		p.on("public/get_instruments", func(asked) string {
			return `[{"instrument_name":"BTC_USDC-PERPETUAL","settlement_period":"perpetual","instrument_type":"linear","base_currency":"BTC","quote_currency":"USDC",
				"settlement_currency":"USDC","tick_size":0.1,"contract_size":1.0e-4,"min_trade_amount":0.0001,"max_leverage":50,"maker_commission":1.5e-4,
				"taker_commission":0.00035,"is_active":true,"state":"open","price_index":"btc_usdc"},
				{"instrument_name":"BTC-PERPETUAL","settlement_period":"perpetual","instrument_type":"reversed","is_active":true,"state":"halted"},
				{"instrument_name":"BTC-25DEC26","settlement_period":"month","instrument_type":"reversed","is_active":true}]`
		})
		specs, err := f.Instruments(t.Context())
		require.NoError(t, err)
		require.Len(t, specs, 2)
		require.Equal(t, trade.Linear, specs[0].Kind)
		require.Equal(t, "0.0001", specs[0].AmountStep.String())
		require.Equal(t, "0.00015", specs[0].MakerFee.String())
		require.True(t, specs[0].Active)
		require.Equal(t, trade.Inverse, specs[1].Kind)
		require.False(t, specs[1].Active)
	})
}

func TestFeed_Candles_joins_pages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		f, _ := p.feed(p.venue())
		p.on("public/get_tradingview_chart_data", candlesOf)
		from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		to := from.Add(9999 * time.Minute)
		candles, err := f.Candles(t.Context(), btc, trade.OneMinute, from, to)
		require.NoError(t, err)
		require.Len(t, candles, 10000)
		for i, c := range candles {
			require.True(t, c.OpenTime.Equal(from.Add(time.Duration(i)*time.Minute)))
		}
		require.Equal(t, 3, p.count("public/get_tradingview_chart_data"))
		candles, err = f.Candles(t.Context(), btc, trade.OneMinute, from.Add(time.Second), to)
		require.NoError(t, err)
		require.Len(t, candles, 9999, "none is lost between two pages")
		candles, err = f.Candles(t.Context(), btc, trade.OneHour, from, from.Add(23*time.Hour))
		require.NoError(t, err)
		require.Len(t, candles, 24)

		p.on("public/get_tradingview_chart_data", func(asked) string { return `{"status":"ok","ticks":[1767978360000],"open":[]}` })
		_, err = f.Candles(t.Context(), btc, trade.OneMinute, from, from)
		require.Error(t, err, "columns that do not match")
		p.on("public/get_tradingview_chart_data", func(asked) string { return `{"status":"no_data"}` })
		candles, err = f.Candles(t.Context(), btc, trade.OneMinute, from, from)
		require.NoError(t, err)
		require.Empty(t, candles)
	})
}

// candlesOf answers a chart request with every candle that opens in its range.
func candlesOf(a asked) string {
	var ticks, ones []string
	from, to := int64(a.Params["start_timestamp"].(float64)), int64(a.Params["end_timestamp"].(float64))
	minutes, _ := strconv.ParseInt(a.Params["resolution"].(string), 10, 64)
	step := minutes * 60_000
	for at := (from + step - 1) / step * step; at <= to; at += step {
		ticks, ones = append(ticks, fmt.Sprint(at)), append(ones, "1.5")
	}
	column := "[" + strings.Join(ones, ",") + "]"
	return fmt.Sprintf(`{"status":"ok","ticks":[%s],"open":%s,"high":%s,"low":%s,"close":%s,"volume":%s,"cost":%s}`,
		strings.Join(ticks, ","), column, column, column, column, column, column)
}

// tickerJSON is a ticker as the exchange sends it.
const tickerJSON = `{"best_ask_amount":0.0,"best_ask_price":null,"best_bid_amount":0.5723,"best_bid_price":97231.1,"current_funding":1.423e-4,
"estimated_delivery_price":97230.12,"funding_8h":0.00001234,"index_price":97230.1234,"instrument_name":"BTC_USDC-PERPETUAL","interest_value":1.7362511643080387,
"last_price":97231.2,"mark_price":97233.4217,"max_price":98700.3,"min_price":95800.4,"open_interest":1234.5678,"settlement_price":97001.55,"state":"open",
"stats":{"high":98000.0,"low":96000.5,"price_change":0.8123,"volume":2345.6789,"volume_usd":228045678.12,"volume_notional":228045678.12},"timestamp":1767978363493}`
