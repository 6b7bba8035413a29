package http

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/tradebaas/tradebaas/trade"
)

func (s *Server) strategyRoutes() {
	handle(s, route{method: get, path: "/api/v2/strategies", id: "strategies", tag: "Strategies", access: signedIn, summary: "The catalogue"}, s.strategies)
	handle(s, route{method: get, path: "/api/v2/strategies/{name}", id: "strategy", tag: "Strategies", access: signedIn, summary: "One strategy of the catalogue"}, s.strategy)
	for root, suffix := range map[string]string{"/api/strategy": "", "/api/user/strategy": "Alias"} {
		handle(s, route{method: post, path: root + "/start", id: "startStrategy" + suffix, tag: "Strategies", status: 201, access: signedIn, command: true,
			summary: "Start a strategy on an instrument"}, s.startStrategy)
		handle(s, route{method: post, path: root + "/preview", id: "previewStrategy" + suffix, tag: "Strategies", access: signedIn,
			summary: "What a strategy would enter if its signal came right now: size, stop, target, fees and net; nothing is sent"}, s.previewStart)
		handle(s, route{method: post, path: root + "/stop", id: "stopStrategy" + suffix, tag: "Strategies", access: signedIn, command: true,
			summary: "Stop a strategy; its position keeps its stop and target unless closePosition is true"}, s.stopStrategy)
		handle(s, route{method: put, path: root + "/{strategyId}/config", id: "changeConfig" + suffix, tag: "Strategies", access: signedIn, command: true,
			summary: "Give a running strategy new parameters, from its next entry on; an open trade keeps its own"}, s.changeConfig)
		handle(s, route{method: get, path: root + "/status", id: "strategyStatus" + suffix, tag: "Strategies", access: signedIn, summary: "Own strategies"}, s.strategyStatus)
		handle(s, route{method: get, path: root + "/analysis/{strategyId}", id: "strategyAnalysis" + suffix, tag: "Strategies", access: signedIn, summary: "What a strategy sees"}, s.analysis)
		handle(s, route{method: get, path: root + "/metrics/{strategyId}", id: "strategyMetrics" + suffix, tag: "Strategies", access: signedIn, summary: "How the open position of a strategy stands"}, s.strategyMetrics)
		handle(s, route{method: get, path: root + "/decisions/{strategyId}", id: "strategyDecisions" + suffix, tag: "Strategies", access: signedIn, summary: "Why a strategy entered or did not, newest first"}, s.decisions)
	}
}

// StrategyInfo describes a strategy of the catalogue.
type StrategyInfo struct {
	Name          string                     `json:"name"`
	Description   string                     `json:"description"`
	Version       string                     `json:"version"`
	Parameters    json.RawMessage            `json:"parameters" doc:"JSON Schema of the configuration"`
	Presets       map[string]json.RawMessage `json:"presets" doc:"Complete configurations by name"`
	SimulatedOnly bool                       `json:"simulatedOnly" doc:"Never started where real money is at stake"`
}

// CatalogueAnswer lists strategies.
type CatalogueAnswer struct {
	Answer
	Strategies []StrategyInfo `json:"strategies"`
}

// CatalogueOutput is a CatalogueAnswer.
type CatalogueOutput struct{ Body CatalogueAnswer }

func (s *Server) strategies(context.Context, *None) (*CatalogueOutput, error) {
	all := []StrategyInfo{}
	for _, entry := range s.trading.Catalogue() {
		info, err := strategyInfo(entry)
		if err != nil {
			return nil, err
		}
		all = append(all, info)
	}
	return &CatalogueOutput{CatalogueAnswer{Strategies: all}}, nil
}

func strategyInfo(entry CatalogueEntry) (info StrategyInfo, err error) {
	err = json.Unmarshal(entry.Info, &info)
	return info, err
}

// StrategyInput names a strategy of the catalogue, in any case.
type StrategyInput struct {
	Name string `path:"name" maxLength:"150"`
}

// StrategyAnswer carries a strategy of the catalogue.
type StrategyAnswer struct {
	Answer
	Strategy StrategyInfo `json:"strategy"`
}

// StrategyOutput is a StrategyAnswer.
type StrategyOutput struct{ Body StrategyAnswer }

func (s *Server) strategy(_ context.Context, in *StrategyInput) (*StrategyOutput, error) {
	for _, entry := range s.trading.Catalogue() {
		if strings.EqualFold(entry.Name, decoded(in.Name)) {
			info, err := strategyInfo(entry)
			return &StrategyOutput{StrategyAnswer{Strategy: info}}, err
		}
	}
	return nil, trade.ErrStrategyNotFound
}

// PreviewRequest says which strategy would run, where and how.
type PreviewRequest struct {
	VenueBody
	StrategyName string `json:"strategyName" minLength:"1" maxLength:"50"`
	Instrument   string `json:"instrument" maxLength:"60" pattern:"^[A-Z0-9]{2,12}(_[A-Z0-9]{2,12})?-[A-Z0-9][A-Z0-9-]{0,30}$" patternDescription:"the name of an instrument such as BTC_USDC-PERPETUAL"`
	Config       object `json:"config,omitempty" doc:"preset and the parameters that differ from it; see the catalogue"`
}

// StartRequest asks for a strategy to run.
type StartRequest struct {
	PreviewRequest
	DisclaimerAccepted *bool `json:"disclaimerAccepted,omitempty" doc:"Must be true where real money is at stake"`
}

// StartedAnswer carries the strategy that was started.
type StartedAnswer struct {
	Answer
	StrategyID trade.StrategyID     `json:"strategyId"`
	Strategy   trade.StrategyStatus `json:"strategy"`
	Message    string               `json:"message"`
}

// StartedOutput is a StartedAnswer.
type StartedOutput struct{ Body StartedAnswer }

func (s *Server) startStrategy(ctx context.Context, in *struct{ Body StartRequest }) (*StartedOutput, error) {
	account, start, err := in.Body.read(ctx)
	if err != nil {
		return nil, err
	}
	status, err := s.trading.StartStrategy(ctx, account.User, start)
	if err != nil {
		return nil, err
	}
	s.audit(ctx, account.User, "strategy.start.asked", string(status.ID), nil)
	return &StartedOutput{StartedAnswer{StrategyID: status.ID, Strategy: shown(status), Message: start.Name + " is running. It keeps running until you stop it."}}, nil
}

func (r StartRequest) read(ctx context.Context) (trade.AccountID, trade.StartStrategy, error) {
	account, start, err := r.PreviewRequest.read(ctx)
	if err == nil && (r.DisclaimerAccepted == nil && account.Environment.RealMoney() || r.DisclaimerAccepted != nil && !*r.DisclaimerAccepted) {
		err = invalid("disclaimerAccepted", "must be true: this trades on its own until you stop it")
	}
	return account, start, err
}

func (r PreviewRequest) read(ctx context.Context) (trade.AccountID, trade.StartStrategy, error) {
	account, err := r.account(ctx)
	if err != nil {
		return account, trade.StartStrategy{}, err
	}
	instrument, err := trade.ParseInstrument(r.Instrument)
	if err != nil {
		return account, trade.StartStrategy{}, err
	}
	config := json.RawMessage(r.Config)
	if len(config) == 0 {
		config = json.RawMessage("{}")
	}
	return account, trade.StartStrategy{Name: strings.TrimSpace(r.StrategyName), Market: trade.Market{Venue: account.Venue, Instrument: instrument}, Config: config}, nil
}

// shown fills what storage may leave empty and clients expect to be an object.
func shown(status trade.StrategyStatus) trade.StrategyStatus {
	if len(status.Config) == 0 {
		status.Config = json.RawMessage("{}")
	}
	return status
}

func marketOf(status trade.StrategyStatus) trade.Market {
	return trade.Market{Venue: trade.Venue{Broker: status.Broker, Environment: status.Environment}, Instrument: status.Instrument}
}

// StopRequest names a running strategy.
type StopRequest struct {
	StrategyID    string `json:"strategyId" minLength:"1" maxLength:"250"`
	ClosePosition bool   `json:"closePosition,omitempty" doc:"Also close its position at market"`
}

// InstanceAnswer carries one strategy of the user.
type InstanceAnswer struct {
	Answer
	Strategy trade.StrategyStatus `json:"strategy"`
}

// InstanceOutput is an InstanceAnswer.
type InstanceOutput struct{ Body InstanceAnswer }

func (s *Server) stopStrategy(ctx context.Context, in *struct{ Body StopRequest }) (*InstanceOutput, error) {
	id, err := ownStrategy(ctx, in.Body.StrategyID)
	if err != nil {
		return nil, err
	}
	status, err := s.trading.StopStrategy(ctx, callerOf(ctx).user, id, in.Body.ClosePosition)
	if err != nil {
		return nil, err
	}
	s.audit(ctx, callerOf(ctx).user, "strategy.stop.asked", string(id), nil)
	return &InstanceOutput{InstanceAnswer{Strategy: shown(status)}}, nil
}

// ownStrategy refuses ids of others exactly like ids of nobody.
func ownStrategy(ctx context.Context, text string) (trade.StrategyID, error) {
	key, err := trade.ParseStrategyID(trade.StrategyID(text))
	if err != nil || key.User != callerOf(ctx).user {
		return "", trade.ErrStrategyNotFound
	}
	return trade.StrategyID(text), nil
}

// StatusInput selects own strategies.
type StatusInput struct {
	VenueFilter
	StrategyID string `query:"strategyId" maxLength:"250"`
}

// InstancesAnswer lists strategies of the user.
type InstancesAnswer struct {
	Answer
	Strategies []trade.StrategyStatus `json:"strategies"`
}

// InstancesOutput is an InstancesAnswer.
type InstancesOutput struct{ Body InstancesAnswer }

func (s *Server) strategyStatus(ctx context.Context, in *StatusInput) (*InstancesOutput, error) {
	venue, err := in.venue()
	if err != nil {
		return nil, err
	}
	found, err := s.trading.StrategyStatuses(ctx, callerOf(ctx).user)
	if err != nil {
		return nil, err
	}
	own := []trade.StrategyStatus{}
	for _, status := range found {
		if (in.StrategyID == "" || status.ID == trade.StrategyID(in.StrategyID)) && (venue == trade.Venue{} || marketOf(status).Venue == venue) {
			own = append(own, shown(status))
		}
	}
	if in.StrategyID != "" && len(own) == 0 {
		return nil, trade.ErrStrategyNotFound
	}
	return &InstancesOutput{InstancesAnswer{Strategies: own}}, nil
}

// InstanceInput names one strategy of the user.
type InstanceInput struct {
	StrategyID string `path:"strategyId" maxLength:"750"`
}

// AnalysisAnswer carries what a strategy sees.
type AnalysisAnswer struct {
	Answer
	Analysis object `json:"analysis" doc:"The same object as the topic analysis:<strategyId> carries"`
}

// AnalysisOutput is an AnalysisAnswer.
type AnalysisOutput struct{ Body AnalysisAnswer }

func (s *Server) analysis(ctx context.Context, in *InstanceInput) (*AnalysisOutput, error) {
	id, err := ownStrategy(ctx, decoded(in.StrategyID))
	if err != nil {
		return nil, err
	}
	analysis, err := s.trading.Analysis(ctx, callerOf(ctx).user, id)
	if err != nil {
		return nil, err
	}
	return &AnalysisOutput{AnalysisAnswer{Analysis: object(analysis)}}, nil
}
