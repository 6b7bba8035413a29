package simulator

import "github.com/tradebaas/tradebaas/broker/simulator/core"

// marketFaults are done by the core, and are in the journal like any other command.
func marketFaults() map[string]fault {
	return map[string]fault{
		"shock":     {takes: "instrument percent! ms kind", kinds: "held decays", start: shock, end: endShocks},
		"pause":     {takes: "instrument ms!", start: pause, once: true},
		"liquidate": {takes: "account!", start: liquidate, once: true},
	}
}

func (e *engine) ordered(c core.Command) *adminError {
	if _, err := e.apply(c); err != nil {
		return badRequest(err.Error())
	}
	return nil
}

// seconds rounds a trouble's time up.
func (t *trouble) seconds() int64 { return (t.Ms + 999) / 1000 }

func shock(e *engine, t *trouble) *adminError {
	e.lapses("shock", t)
	return e.ordered(core.Command{ShockPrices: &core.ShockPrices{Instrument: t.Instrument, Percent: t.Percent,
		Seconds: t.seconds(), Decays: t.Kind == "decays"}})
}

func endShocks(e *engine) {
	if e.core.Shocked() {
		_ = e.ordered(core.Command{EndShocks: &core.EndShocks{}})
	}
}

func pause(e *engine, t *trouble) *adminError {
	return e.ordered(core.Command{PauseBooks: &core.PauseBooks{Instrument: t.Instrument, Seconds: t.seconds()}})
}

func liquidate(e *engine, t *trouble) *adminError {
	return e.ordered(core.Command{Liquidate: &core.Liquidate{Account: t.Account}})
}

// lapses ends a fault that has a time when that is over.
func (e *engine) lapses(name string, t *trouble) {
	if t.Ms > 0 {
		e.later(t.Ms, func() { e.faults.end(name, t) })
	}
}
