package http

import (
	"context"
	"encoding/json"
	"time"

	"github.com/tradebaas/tradebaas/actors/kit/insight"
	"github.com/tradebaas/tradebaas/trade"
)

// Trading is the tree of actors as the routes see it. Every method honours ctx's deadline, takes
// the user first and answers refusals as *trade.Error.
type Trading interface {
	// CheckKey logs in once and tells what a key may do. checked is false when the exchange cannot be reached.
	CheckKey(ctx context.Context, account trade.AccountID, key trade.Key) (grant trade.Grant, checked bool, err error)
	// KeyInUse tells whether an account has a strategy that is not stopped or a position.
	KeyInUse(ctx context.Context, account trade.AccountID) (bool, error)
	// Connect commits the will and waits up to 10 s for the outcome.
	Connect(ctx context.Context, account trade.AccountID) (trade.ConnectionStatus, error)
	Disconnect(ctx context.Context, account trade.AccountID) (trade.ConnectionStatus, error)
	ConnectionStatuses(ctx context.Context, user trade.UserID) ([]trade.ConnectionStatus, error)

	Balances(ctx context.Context, account trade.AccountID) ([]trade.Balance, error)
	Positions(ctx context.Context, account trade.AccountID) ([]trade.PositionView, error)
	Orders(ctx context.Context, account trade.AccountID, instrument trade.Instrument) ([]trade.OrderView, error)
	ClosePosition(ctx context.Context, account trade.AccountID, instrument trade.Instrument) error

	// RiskChanged has the user's connections read their limits again, and waits until they hold.
	RiskChanged(ctx context.Context, user trade.UserID) error
	// ServerRiskChanged has everybody read limits and halt again; it does not wait.
	ServerRiskChanged()
	// EngageKill turns a kill switch on and waits up to 10 s until everything that it covers is flat.
	EngageKill(ctx context.Context, user trade.UserID, kill trade.Kill) (trade.KillStatus, error)
	// ResetKill turns one off; one that is not on gives trade.ErrKillNotFound.
	ResetKill(ctx context.Context, user trade.UserID, kill trade.Kill) error
	Kills(ctx context.Context, user trade.UserID) ([]trade.KillStatus, error)
	// PreviewClose tells what closing a position at market would bring right now.
	PreviewClose(ctx context.Context, account trade.AccountID, instrument trade.Instrument) (trade.ClosePreview, error)
	// ProtectPosition puts a stop under a whole position: at a price, so many percent away from the mark
	// price, or with neither where it was.
	ProtectPosition(ctx context.Context, account trade.AccountID, instrument trade.Instrument, price, percent trade.Dec) (trade.Protection, error)
	Instruments(ctx context.Context, venue trade.Venue) ([]trade.Spec, error)
	Ticker(ctx context.Context, market trade.Market) (trade.Ticker, error)
	Candles(ctx context.Context, market trade.Market, resolution trade.Resolution, from, to time.Time) ([]trade.Candle, error)

	// PreviewStart tells what a strategy would enter if its signal came right now. Nothing is sent.
	PreviewStart(ctx context.Context, user trade.UserID, start trade.StartStrategy) (trade.StartPreview, error)
	StartStrategy(ctx context.Context, user trade.UserID, start trade.StartStrategy) (trade.StrategyStatus, error)
	// ChangeConfig gives a strategy that is not stopped new parameters, from its next entry on.
	ChangeConfig(ctx context.Context, user trade.UserID, id trade.StrategyID, config json.RawMessage) (trade.StrategyStatus, error)
	StopStrategy(ctx context.Context, user trade.UserID, id trade.StrategyID, closePosition bool) (trade.StrategyStatus, error)
	StrategyStatuses(ctx context.Context, user trade.UserID) ([]trade.StrategyStatus, error)
	// Analysis is the analysis view as JSON, the very bytes that the analysis topic carries.
	Analysis(ctx context.Context, user trade.UserID, id trade.StrategyID) (json.RawMessage, error)
	// Catalogue lists the strategies, each as its Info in JSON.
	Catalogue() []CatalogueEntry

	// OpenSession hands an upgraded socket to the user's actor and blocks until the socket is done.
	// signIn is the id of the sign-in session that it lives with.
	OpenSession(ctx context.Context, user trade.UserID, signIn string, socket Socket) error
	// EndSessions closes the sockets of a sign-in session with 1008; signIn "" closes all of the user's.
	EndSessions(user trade.UserID, signIn string)
	// UserChanged tells the tree that a user was disabled, enabled or deleted.
	UserChanged(ctx context.Context, user trade.UserID) error
	// UserPath is where a user's actor lives in the tree of actors, while it is awake.
	UserPath(user trade.UserID) string
	// UserBusy tells whether a user has a position or a strategy that is not stopped, anywhere.
	UserBusy(ctx context.Context, user trade.UserID) (bool, error)
}

// Actors is what operators see of the tree. No method asks an actor anything.
type Actors interface {
	Overview() insight.Overview
	// Branch is false when no actor is at path.
	Branch(path, after string, limit int) (insight.Branch, bool)
	// Failure is false when the failure of that number is not kept any more.
	Failure(number uint64) (insight.Failure, bool)
}

// CatalogueEntry is one strategy of the catalogue. An alias, so that the tree can answer it without
// importing this package.
type CatalogueEntry = struct {
	Name string
	Info json.RawMessage
}

// Socket is an upgraded WebSocket as a session needs it. ReadText blocks; WriteText has a deadline.
// An alias, for the same reason.
type Socket = interface {
	ReadText() ([]byte, error)
	WriteText(frame []byte) error
	// Close sends a close frame with the code and reason and ends the socket; safe to repeat.
	Close(code int, reason string)
}
