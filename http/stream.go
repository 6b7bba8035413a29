package http

import (
	"errors"
	"runtime/debug"

	fastws "github.com/fasthttp/websocket"
	"github.com/gofiber/contrib/websocket"
	"github.com/gofiber/fiber/v2"

	"github.com/danielgtaylor/huma/v2"

	"github.com/tradebaas/tradebaas/trade"
)

var (
	errTicket  = trade.Errorf(trade.Unauthenticated, "ticket_refused", "Ask for a new ticket and open the connection with it.")
	errSockets = trade.Errorf(trade.TooMany, "too_many_sockets", "Too many pages are open. Close one and try again.")
)

func (s *Server) streamRoutes() {
	handle(s, route{method: post, path: "/api/ws/ticket", id: "createTicket", tag: "Stream", access: signedIn,
		summary: "A ticket, good once within 30 seconds, that opens the WebSocket"}, s.issueTicket)
	upgrade := websocket.New(s.stream, websocket.Config{ReadBufferSize: 1024, WriteBufferSize: 1024, RecoverHandler: s.streamPanicked})
	s.app.Get("/ws", s.admitSocket, upgrade)
}

const socketPass = "socket"

// pass is what a request to /ws was admitted with.
type pass struct {
	ticket ticket
	socket *socket
}

// admitSocket checks in this order: the origin, the upgrade, the ticket, the number, the sign-in.
func (s *Server) admitSocket(c *fiber.Ctx) error {
	if origin := c.Get(fiber.HeaderOrigin); origin != "" && !s.origins.permits(origin, c.Get(fiber.HeaderHost)) {
		return errOrigin
	}
	if !websocket.IsWebSocketUpgrade(c) {
		return fiber.ErrUpgradeRequired
	}
	ticket, ok := s.tickets.redeem(c.Query("ticket"))
	if !ok {
		return errTicket
	}
	socket := newSocket()
	if !s.sockets.add(ticket.user, ticket.signIn, socket) {
		return errSockets
	}
	if err := s.upgrade(c, &pass{ticket, socket}); err != nil {
		s.sockets.remove(ticket.user, socket)
		return err
	}
	return nil
}

// upgrade asks after the sign-in once its end would reach the socket, so that none slips through.
func (s *Server) upgrade(c *fiber.Ctx, admitted *pass) error {
	state, err := s.signIns.state(c.UserContext(), admitted.ticket.user, admitted.ticket.signIn)
	if err != nil {
		return err
	}
	if !state.Alive {
		return errTicket
	}
	requestOfFiber(c).caller = caller{user: admitted.ticket.user, signIn: admitted.ticket.signIn}
	c.Locals(socketPass, admitted)
	return c.Next()
}

// stream hands an upgraded connection to the user's actor and stays until it is done.
func (s *Server) stream(connection *websocket.Conn) {
	admitted := connection.Locals(socketPass).(*pass)
	defer s.sockets.remove(admitted.ticket.user, admitted.socket)
	admitted.socket.open(connection.Conn)
	defer admitted.socket.Close(fastws.CloseNormalClosure, "")
	err := s.trading.OpenSession(s.live, admitted.ticket.user, string(admitted.ticket.signIn), admitted.socket)
	var refusal *trade.Error
	switch {
	case errors.As(err, &refusal):
		admitted.socket.Close(fastws.CloseTryAgainLater, refusal.Code)
	case err != nil && s.live.Err() == nil:
		s.log.Error().Err(err).Str("user", string(admitted.ticket.user)).Msg("http.stream.failed")
		admitted.socket.Close(fastws.CloseInternalServerErr, "")
	}
}

// streamPanicked must call recover itself, because the library defers it directly.
func (s *Server) streamPanicked(connection *websocket.Conn) {
	if p := recover(); p != nil {
		s.log.Error().Interface("panic", p).Bytes("stack", debug.Stack()).Msg("http.stream.panicked")
		_ = connection.Close() // the peer sees an abnormal end, which is what it is
	}
}

func (s *Server) describeSocket() {
	s.api.OpenAPI().AddOperation(&huma.Operation{OperationID: "stream", Method: "GET", Path: "/ws", Tags: []string{"Stream"},
		Summary: "The WebSocket", Description: streamDescription,
		Parameters: []*huma.Param{{Name: "ticket", In: "query", Required: true, Schema: &huma.Schema{Type: huma.TypeString}, Description: "From POST /api/ws/ticket"}},
		Responses:  map[string]*huma.Response{"101": {Description: "The connection is a WebSocket from now on"}}})
}

const streamDescription = `Text frames of JSON, at most 64 KB each.

Client: {"type":"subscribe","topics":[...]}, {"type":"unsubscribe","topics":[...]}, {"type":"ping"}.
Topics: strategies, orders, trades, positions, balance, connection, ticker:BROKER:ENVIRONMENT:INSTRUMENT,
candles:BROKER:ENVIRONMENT:INSTRUMENT:RESOLUTION (1m, 5m, 15m or 1h), analysis:STRATEGYID.

Server: {"type","topic","seq","time","data"}; type is snapshot (once per subscription), update (seq grows by one),
resync (the client was too slow: subscribe again), error (data has a code) or pong.

Close codes: 1008 the sign-in ended, 1009 a frame was too large, 1013 the client was too slow, 1001 the server stops.`
