package actors

import (
	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/trade"
)

// Questions about a market that need no follower; sent to markets as they are.
type (
	// getTicker asks for a market's newest state.
	getTicker struct {
		kit.Reply[trade.Ticker]
		Market trade.Market
	}
	// getCandles asks for a market's candles.
	getCandles struct {
		fetchCandles
		Market trade.Market
	}
)

// What a market tells markets.
type (
	marketUp struct {
		kit.Must
		Market trade.Market
	}
	// marketIdle asks for leave to end: nobody follows the market.
	marketIdle struct {
		kit.Must
		Market trade.Market
	}
)

// marketsRestarted tells everybody that all markets, and all leases, are gone.
type marketsRestarted struct{ kit.Must }

// markets keeps one market per instrument in use, and tells everybody when one
// has begun anew, so that they renew their leases (ruling R13).
type markets struct {
	env    *Env
	epochs map[trade.Market]int
}

func marketsSpec(env *Env) kit.Spec {
	return kit.Spec{Kind: "markets", Guard: shared, Cap: 65536, New: func() kit.Actor {
		return &markets{env: env, epochs: map[trade.Market]int{}}
	}}
}

// Receive is the table of contents.
func (m *markets) Receive(c *kit.Context) {
	switch msg := c.Message().(type) {
	case kit.Started:
		if c.Incarnation() > 1 {
			m.env.users().Tell(marketsRestarted{})
		}
	case ToMarket:
		m.route(c, msg)
	case getTicker:
		m.ticker(c, msg)
	case getCandles:
		m.candles(c, msg)
	case marketUp:
		m.epochs[msg.Market]++
		m.env.users().Tell(MarketStarted{Market: msg.Market, Epoch: m.epochs[msg.Market]})
	case marketIdle:
		c.Children().Stop(msg.Market.String())
	case venueStarted:
		c.Children().Broadcast(msg)
	case getStarted:
		msg.Answer(struct{}{})
	default:
		c.Unknown()
	}
}

func (m *markets) route(c *kit.Context, msg ToMarket) {
	if _, ok := m.env.Venues[msg.Market.Venue]; !ok {
		kit.Fail(msg.Msg, errVenueOff(msg.Market.Venue))
		return
	}
	c.Children().Tell(msg.Market.String(), marketSpec(m.env, msg.Market), msg.Msg)
}

// ticker asks a market that runs, and else the exchange: a mere question starts no market.
func (m *markets) ticker(c *kit.Context, msg getTicker) {
	if child, ok := c.Children().Get(msg.Market.String()); ok {
		child.Tell(msg)
		return
	}
	m.env.fetch(msg)
}

func (m *markets) candles(c *kit.Context, msg getCandles) {
	if child, ok := c.Children().Get(msg.Market.String()); ok {
		child.Tell(msg)
		return
	}
	m.env.venues().Tell(ToVenue{Venue: msg.Market.Venue, Msg: msg.fetchCandles})
}

// fetch has the exchange answer a ticker question.
func (e *Env) fetch(msg getTicker) {
	e.venues().Tell(ToVenue{Venue: msg.Market.Venue, Msg: fetchTicker{Reply: msg.Reply, Instrument: msg.Market.Instrument}})
}
