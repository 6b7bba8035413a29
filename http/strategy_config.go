package http

import (
	"context"
	"encoding/json"
	"strconv"
)

// ConfigRequest carries new parameters.
type ConfigRequest struct {
	Config object `json:"config" doc:"preset and the parameters that differ from it; see the catalogue"`
}

// ConfigInput names a strategy and its new parameters.
type ConfigInput struct {
	InstanceInput
	Body ConfigRequest
}

func (s *Server) changeConfig(ctx context.Context, in *ConfigInput) (*InstanceOutput, error) {
	id, err := ownStrategy(ctx, decoded(in.StrategyID))
	if err != nil {
		return nil, err
	}
	status, err := s.trading.ChangeConfig(ctx, callerOf(ctx).user, id, json.RawMessage(in.Body.Config))
	if err != nil {
		return nil, err
	}
	s.audit(ctx, callerOf(ctx).user, "strategy.config.changed", string(id), map[string]string{"version": strconv.Itoa(status.ConfigVersion)})
	return &InstanceOutput{InstanceAnswer{Strategy: shown(status)}}, nil
}
