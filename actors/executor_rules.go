package actors

import (
	"context"
	"encoding/json"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

// rulesLoaded brings the rules of an earlier version of the config.
type rulesLoaded struct {
	version int
	rules   strategy.Rules
	err     error
}

// tradeRules are the rules of the config that the open trade was entered with (ruling R23); known is
// false until those of an earlier version are there.
func (x *execution) tradeRules() (rules strategy.Rules, known bool) {
	switch x.trade.ConfigVersion {
	case 0, x.instance.ConfigVersion:
		return x.rules, true
	case x.heldVersion:
		return x.held, true
	}
	return strategy.Rules{}, false
}

// wantRules has the rules of an open trade loaded where its config was changed since.
func (e *executor) wantRules(c *kit.Context) {
	if e.x.trade == nil {
		return
	}
	version := e.x.trade.ConfigVersion
	if _, known := e.x.tradeRules(); known || e.loading == version {
		return
	}
	e.loading = version
	env, instance := e.env, e.instance
	c.Go(func(ctx context.Context) any {
		loaded := rulesLoaded{version: version}
		loaded.rules, loaded.err = rulesOf(ctx, env, instance, version)
		return loaded
	})
}

func rulesOf(ctx context.Context, env *Env, instance trade.Instance, version int) (strategy.Rules, error) {
	var raw json.RawMessage
	err := persist(ctx, func(ctx context.Context) (err error) {
		raw, err = env.Storage.InstanceConfig(ctx, instance.User, instance.ID, version)
		return err
	})
	if err != nil {
		return strategy.Rules{}, err
	}
	definition, err := env.FindStrategy(instance.Name)
	if err != nil {
		return strategy.Rules{}, err
	}
	config, err := definition.Parse(raw)
	if err != nil {
		return strategy.Rules{}, err
	}
	return config.Rules(), nil
}

// takeRules uses the rules that came; where they can not be read any more those of now must do.
func (e *executor) takeRules(c *kit.Context, m rulesLoaded) {
	e.loading = 0
	e.x.held, e.x.heldVersion = m.rules, m.version
	if m.err != nil {
		c.Log().Warn().Err(m.err).Int("version", m.version).Msg("executor.config.missing")
		e.x.held = e.x.rules
	}
	e.guardTrade(c)
}
