package actors

import "github.com/tradebaas/tradebaas/actors/kit"

// getStarted is answered when the parts of the tree can be reached.
type getStarted struct{ kit.Reply[struct{}] }

// supervisor is the root of the tree: it starts its three parts and never trades.
type supervisor struct{ env *Env }

func supervisorSpec(env *Env) kit.Spec {
	return kit.Spec{Kind: "supervisor", Guard: shared, New: func() kit.Actor { return &supervisor{env: env} }}
}

// Receive is the table of contents.
func (s *supervisor) Receive(c *kit.Context) {
	switch msg := c.Message().(type) {
	case kit.Started: // what the later ones need stands first
		c.Children().Ensure(venuesName, venuesSpec(s.env))
		c.Children().Ensure(marketsName, marketsSpec(s.env))
		c.Children().Ensure(usersName, usersSpec(s.env))
	case getStarted:
		msg.Answer(struct{}{})
	default:
		c.Unknown()
	}
}
