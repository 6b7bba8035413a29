package http

import (
	"context"
	"errors"

	"github.com/tradebaas/tradebaas/trade"
)

func (s *Server) connectionRoutes() {
	handle(s, route{method: post, path: "/api/v2/connect", id: "connect", tag: "Connection", access: signedIn, command: true,
		summary: "Want a connection: 200 when it stands, 202 while it is being made"}, s.connect)
	handle(s, route{method: post, path: "/api/v2/disconnect", id: "disconnect", tag: "Connection", access: signedIn, command: true,
		summary: "End a connection for good: only its user connects it again"}, s.disconnect)
	handle(s, route{method: get, path: "/api/connection/status", id: "connectionStatus", tag: "Connection", access: signedIn,
		summary: "Own connections"}, s.connectionStatus)
}

// ConnectionAnswer carries one connection.
type ConnectionAnswer struct {
	Answer
	Connection trade.ConnectionStatus `json:"connection"`
	Message    string                 `json:"message"`
}

// ConnectionOutput is a ConnectionAnswer.
type ConnectionOutput struct {
	Status int
	Body   ConnectionAnswer
}

func (s *Server) connect(ctx context.Context, in *struct{ Body VenueBody }) (*ConnectionOutput, error) {
	account, err := in.Body.account(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := s.credentialOf(ctx, account); errors.Is(err, trade.ErrCredentialNotFound) {
		return nil, trade.ErrNoCredentials
	} else if err != nil {
		return nil, err
	}
	status, err := s.trading.Connect(ctx, account)
	if err != nil {
		return nil, err
	}
	s.audit(ctx, account.User, "connection.wanted", account.Venue.String(), nil)
	if status.State == trade.ConnConnected {
		return &ConnectionOutput{200, ConnectionAnswer{Connection: status, Message: "Connected."}}, nil
	}
	return &ConnectionOutput{202, ConnectionAnswer{Connection: status, Message: "Connecting. The server keeps trying until it succeeds or you disconnect."}}, nil
}

func (s *Server) disconnect(ctx context.Context, in *struct{ Body VenueBody }) (*ConnectionOutput, error) {
	account, err := in.Body.account(ctx)
	if err != nil {
		return nil, err
	}
	status, err := s.trading.Disconnect(ctx, account)
	if err != nil {
		return nil, err
	}
	s.audit(ctx, account.User, "connection.unwanted", account.Venue.String(), nil)
	return &ConnectionOutput{200, ConnectionAnswer{Connection: status, Message: "Disconnected until you connect again. Stops and targets stay at the exchange."}}, nil
}

// ConnectionsAnswer lists connections.
type ConnectionsAnswer struct {
	Answer
	Connections []trade.ConnectionStatus `json:"connections"`
}

// ConnectionsOutput is a ConnectionsAnswer.
type ConnectionsOutput struct{ Body ConnectionsAnswer }

func (s *Server) connectionStatus(ctx context.Context, _ *None) (*ConnectionsOutput, error) {
	statuses, err := s.trading.ConnectionStatuses(ctx, callerOf(ctx).user)
	if err != nil {
		return nil, err
	}
	return &ConnectionsOutput{ConnectionsAnswer{Connections: listed(statuses)}}, nil
}
