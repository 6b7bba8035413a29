package strategy_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

func dec(s string) trade.Dec { return trade.MustDec(s) }

// linear is a contract sized in BTC that settles in USDC.
func linear() trade.Spec {
	return trade.Spec{
		Instrument: "BTC_USDC-PERPETUAL", Kind: trade.Linear, Base: "BTC", Quote: "USDC", Settlement: "USDC",
		TickSize: dec("0.5"), AmountStep: dec("0.0001"), MinAmount: dec("0.0001"), MaxLeverage: dec("50"),
		MakerFee: dec("0.0002"), TakerFee: dec("0.0005"), Active: true,
	}
}

// inverse is a contract sized in USD that settles in BTC.
func inverse() trade.Spec {
	s := linear()
	s.Instrument, s.Kind, s.Quote, s.Settlement = "BTC-PERPETUAL", trade.Inverse, "USD", "BTC"
	s.AmountStep, s.MinAmount = dec("10"), dec("10")
	return s
}

func input(side trade.Side, spec trade.Spec) strategy.PlanInput {
	equity := dec("10000")
	if spec.Kind == trade.Inverse {
		equity = dec("0.1")
	}
	return strategy.PlanInput{
		Side: side, Spec: spec, Equity: equity, Available: equity,
		Ticker: trade.Ticker{Instrument: spec.Instrument, Bid: dec("99999.5"), Ask: dec("100000")},
	}
}

func TestFastTest_plans_the_minimum(t *testing.T) {
	c, err := strategy.FastTest.Parse(nil)
	require.NoError(t, err)
	require.Equal(t, strategy.Rules{EnterAtStart: true, MaxHold: 20 * time.Second, MaxTrades: 1}, c.Rules())
	require.Empty(t, c.SignalKey())
	require.Nil(t, c.NewEvaluator())

	p, err := c.Plan(input(trade.Buy, linear()))
	require.NoError(t, err)
	// 100000 * 0.997 = 99700, 100000 * 1.003 = 100300
	require.Equal(t, "0.0001", p.Amount.String())
	require.Equal(t, []string{"100000", "99700", "100300"}, []string{p.Entry.String(), p.Stop.String(), p.Target.String()})

	// A fill at 100001: stop 100001 * 0.997 = 99700.997 down to 99700.5,
	// target 100001 * 1.003 = 100301.003 down to 100301.
	stop, target, passed := c.Levels(p, dec("100001"), linear())
	require.Equal(t, []string{"99700.5", "100301"}, []string{stop.String(), target.String()})
	require.False(t, passed)

	p, err = c.Plan(input(trade.Sell, linear()))
	require.NoError(t, err)
	// 99999.5 * 1.003 = 100299.4985 up to 100299.5, 99999.5 * 0.997 = 99699.5015 up to 99700.
	require.Equal(t, []string{"99999.5", "100299.5", "99700"}, []string{p.Entry.String(), p.Stop.String(), p.Target.String()})
}

func TestFastTest_refuses_settings(t *testing.T) {
	_, err := strategy.FastTest.Parse(json.RawMessage(`{"sizing":{"mode":"percent"},"stopLossPercent":3}`))
	var refusal *trade.Error
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, trade.Refused, refusal.Kind)
	require.Equal(t, []trade.FieldError{
		{Field: "sizing", Error: "is not a setting of Fast Test"},
		{Field: "stopLossPercent", Error: "is not a setting of Fast Test"},
	}, refusal.Fields)
	require.True(t, strategy.FastTest.Info().SimulatedOnly)
}

func TestFind_ignores_case(t *testing.T) {
	d, err := strategy.Find("fast TEST")
	require.NoError(t, err)
	require.Equal(t, "Fast Test", d.Info().Name)
	_, err = strategy.Find("Fast")
	require.ErrorIs(t, err, trade.ErrStrategyNotFound)
}
