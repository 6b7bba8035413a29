package actors

import "github.com/tradebaas/tradebaas/actors/kit"

// supervisor is the root of the tree: it starts its three parts and never trades.
type supervisor struct{ env *Env }

func supervisorSpec(env *Env) kit.Spec {
	return kit.Spec{Kind: "supervisor", Guard: shared, New: func() kit.Actor { return &supervisor{env: env} }}
}

// Receive is the table of contents.
func (s *supervisor) Receive(c *kit.Context) {
	switch c.Message().(type) {
	case kit.Started: // what the later ones need stands first
		c.Children().Ensure(venuesName, venuesSpec(s.env))
		c.Children().Ensure(marketsName, marketsSpec(s.env))
		c.Children().Ensure(usersName, usersSpec(s.env))
	default:
		c.Unknown()
	}
}
