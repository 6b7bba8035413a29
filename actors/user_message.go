package actors

import (
	"encoding/json"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/trade"
)

// What a user's actor is told from outside; each travels inside ToUser.
type (
	// startStrategy starts a strategy whose config was checked.
	startStrategy struct {
		kit.Must
		kit.Reply[trade.StrategyStatus]
		Start trade.StartStrategy
	}
	// stopStrategy stops a strategy, and closes its position when Close is set.
	stopStrategy struct {
		kit.Must
		kit.Reply[trade.StrategyStatus]
		ID    trade.StrategyID
		Close bool
	}
	// changeConfig gives a strategy a new config, which was checked.
	changeConfig struct {
		kit.Must
		kit.Reply[trade.StrategyStatus]
		ID     trade.StrategyID
		Config json.RawMessage
	}
	// connectAccount commits the will and is answered with the outcome.
	connectAccount struct {
		kit.Must
		kit.Reply[trade.ConnectionStatus]
		Venue trade.Venue
	}
	// disconnectAccount commits that the user does not want the connection.
	disconnectAccount struct {
		kit.Must
		kit.Reply[trade.ConnectionStatus]
		Venue trade.Venue
	}
	// getConnections lists every venue of this server.
	getConnections struct {
		kit.Reply[[]trade.ConnectionStatus]
	}
	// getStrategies lists the user's strategies.
	getStrategies struct {
		kit.Reply[[]trade.StrategyStatus]
	}
	// getBusy tells whether something runs or is open, at one venue or anywhere.
	getBusy struct {
		kit.Reply[bool]
		Venue *trade.Venue
	}
	// toConnection hands Msg to a connection of the user.
	toConnection struct {
		Venue trade.Venue
		Msg   kit.Answerable
	}
	// getAnalysis asks for a strategy's analysis view.
	getAnalysis struct {
		kit.Reply[json.RawMessage]
		Strategy trade.StrategyID
	}
	// openSession starts a session for an open page; answered with its address.
	openSession struct {
		kit.Reply[kit.Ref]
		SignIn string
		Outlet *outlet
	}
	// endSessions closes the pages of one sign-in, or all with "".
	endSessions struct {
		kit.Must
		SignIn string
	}
	// userChanged says that what is stored of the user has changed: disabled,
	// enabled or deleted.
	userChanged struct {
		kit.Must
		kit.Reply[struct{}]
	}
)

// Fail answers the sender of Msg.
func (m toConnection) Fail(err error) { m.Msg.Fail(err) }

// Late tells whether the sender of Msg has given up.
func (m toConnection) Late() bool { return late(m.Msg) }

// What a session tells its user.
type (
	// wantSnapshot asks for a topic's present items; pageSnapshot answers.
	wantSnapshot struct {
		Topic   string
		Session string
	}
	// wantAnalysis begins or ends following a strategy's analysis.
	wantAnalysis struct {
		Strategy trade.StrategyID
		Session  string
		On       bool
	}
)

// pageSnapshot carries all items of a topic to one session.
type pageSnapshot struct {
	kit.Must
	Topic string
	Data  json.RawMessage
}

// topicRefused tells a session why a topic cannot be followed.
type topicRefused struct {
	kit.Must
	Topic string
	Err   error
}

// closeSession ends a session with a WebSocket code.
type closeSession struct {
	kit.Must
	Code   int
	Reason string
}
