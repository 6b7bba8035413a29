package actors

import (
	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/trade"
)

// ToVenue reaches a venue through venues, which starts it when it is not there.
type ToVenue struct {
	Venue trade.Venue
	Msg   any
}

// Fail answers the sender of Msg, when it waits.
func (m ToVenue) Fail(err error) { kit.Fail(m.Msg, err) }

// venues keeps one venue per broker and environment, started when first asked for.
type venues struct{ env *Env }

// shared is the guard of what all users share: it always comes back.
var shared = kit.Backoff{Budget: -1}

func venuesSpec(env *Env) kit.Spec {
	return kit.Spec{Kind: "venues", Guard: shared, New: func() kit.Actor { return &venues{env: env} }}
}

// Receive is the table of contents.
func (v *venues) Receive(c *kit.Context) {
	switch msg := c.Message().(type) {
	case ToVenue:
		v.route(c, msg)
	case getStarted:
		msg.Answer(struct{}{})
	default:
		c.Unknown()
	}
}

func (v *venues) route(c *kit.Context, msg ToVenue) {
	port, ok := v.env.Venues[msg.Venue]
	if !ok {
		kit.Fail(msg.Msg, errVenueOff(msg.Venue))
		return
	}
	c.Children().Tell(msg.Venue.String(), venueSpec(v.env, port), msg.Msg)
}

func errVenueOff(v trade.Venue) error {
	return trade.Errorf(trade.Refused, "venue_off", "This server does not offer the %s environment.", v.Environment)
}
