package deribit

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

// The exchange changes a contract: it tells so, or refuses what was right a moment ago. Either way
// the owner hears once that the instruments are to be read again, and nothing is sent a second time.
func TestF34_a_contract_changes(t *testing.T) {
	for name, c := range map[string]struct {
		refusal string
		doubted bool
	}{
		"tick":            {`!{"code":-32602,"message":"Invalid params","data":{"reason":"must conform to tick size","param":"price"}}`, true},
		"contract size":   {`!{"code":-32602,"message":"Invalid params","data":{"reason":"must be a multiple of contract size","param":"amount"}}`, true},
		"old tick code":   {`!{"code":10043,"message":"price_wrong_tick"}`, true},
		"old step code":   {`!{"code":10021,"message":"invalid_amount","data":null}`, true},
		"gone":            {`!{"code":-32602,"message":"Invalid params","data":{"reason":"instrument not found","param":"instrument_name"}}`, true},
		"closed book":     {`!{"code":10012,"message":"book_closed"}`, true},
		"funds":           {`!{"code":10009,"message":"not_enough_funds"}`, false},
		"another param":   {`!{"code":-32602,"message":"Invalid params","data":{"reason":"too long","param":"label"}}`, false},
		"a bare string":   {`!{"code":-32602,"message":"Invalid params","data":"price"}`, false},
		"a price too far": {`!{"code":10007,"message":"price_too_high 98700.3"}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPeer(t)
				v := p.venue()
				_, told := p.feed(v)
				s, _ := p.open(v)
				p.on("private/buy", func(asked) string { return c.refusal })
				p.on("private/edit", func(asked) string { return c.refusal })
				_, err := s.PlaceBracket(t.Context(), bracket())
				require.Equal(t, broker.Refused, broker.OutcomeOf(err))
				require.Len(t, of[broker.InstrumentsChanged](told), boolToInt(c.doubted))
				_, err = s.Amend(t.Context(), broker.Amendment{Order: "1", Amount: trade.NewDec(1), TriggerPrice: trade.NewDec(97000)})
				require.Equal(t, broker.Refused, broker.OutcomeOf(err))
				require.Len(t, of[broker.InstrumentsChanged](told), 2*boolToInt(c.doubted))
				time.Sleep(time.Minute)
				require.Equal(t, 1, p.count("private/buy"))
				require.Equal(t, 1, p.count("private/edit"))
			})
		})
	}
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestF34_the_exchange_tells_of_a_change(t *testing.T) {
	for name, c := range map[string]struct {
		channel, data string
		told          int
	}{
		"a perpetual":       {"instrument.state.future.any", `{"timestamp":1767978363493,"state":"terminated","instrument_name":"BTC_USDC-PERPETUAL"}`, 1},
		"a dated future":    {"instrument.state.future.any", `{"timestamp":1767978363493,"state":"created","instrument_name":"BTC-25DEC26"}`, 0},
		"no name":           {"instrument.state.future.any", `{"state":"started"}`, 0},
		"maintenance":       {"platform_state", `{"maintenance":true}`, 1},
		"a currency locked": {"platform_state", `{"locked":true,"price_index":"btc_usd"}`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPeer(t)
				_, told := p.feed(p.venue())
				p.notify(c.channel, c.data)
				require.Len(t, of[broker.InstrumentsChanged](told), c.told)
				require.Empty(t, of[broker.FeedDown](told))
			})
		})
	}
}
