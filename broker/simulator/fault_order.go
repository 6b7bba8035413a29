package simulator

import "github.com/tradebaas/tradebaas/broker/simulator/core"

// orderFaults strike orders inside the core.
func orderFaults() map[string]fault {
	const inOrders = "account instrument count rate seed"
	refusing, table := inOrders+" code message", map[string]fault{}
	for name, f := range map[string]fault{
		core.RejectStop:   {takes: refusing},
		core.RejectTarget: {takes: refusing},
		core.PartialFill:  {takes: inOrders + " percent! kind close", kinds: "cancel stay"},
		core.RaceLinked:   {takes: inOrders},
		core.UnlinkOnEdit: {takes: inOrders},
	} {
		f.once = true // the core keeps it
		f.start = func(e *engine, t *trouble) *adminError { return e.setFault(name, t) }
		f.end = func(e *engine) { e.clearCore(name) }
		table[name] = f
	}
	return table
}

const (
	staying = "stay"
	closing = "close"
)

func (e *engine) setFault(name string, t *trouble) *adminError {
	f := core.Fault{Name: name, Account: t.Account, Instrument: t.Instrument, Odds: t.odds, Percent: t.Percent,
		Stay: t.Kind == staying, Code: t.Code, Message: t.Message}
	if f.Code == 0 {
		f.Code, f.Message = 11030, "other_reject"
	}
	if t.Close {
		f.Note = closing
	}
	return e.ordered(core.Command{SetFault: &core.SetFault{Fault: f}})
}

func (e *engine) clearCore(name string) {
	for _, f := range e.core.Faults {
		if f.Name == name {
			_ = e.ordered(core.Command{ClearFaults: &core.ClearFaults{Name: name}})
			break
		}
	}
	for _, c := range e.conns {
		if c.deaf == name {
			c.deaf = ""
		}
	}
}

// coreFaults tells the faults that the core keeps: those that may still strike, and all strikes.
func (e *engine) coreFaults() (active []ActiveFault, struck map[string]int64) {
	active, struck = []ActiveFault{}, map[string]int64{}
	for _, f := range e.core.Faults {
		struck[f.Name] += f.Struck
		if f.Over() {
			continue
		}
		t := Trouble{Account: f.Account, Instrument: f.Instrument, Count: f.Count, Rate: f.Rate, Seed: f.Seed,
			Percent: f.Percent, Code: f.Code, Message: f.Message, Close: f.Note == closing}
		if f.Stay {
			t.Kind = staying
		}
		active = append(active, ActiveFault{f.Name, t, f.Struck})
	}
	return active, struck
}

// fallSilent lets the connection of an order that was filled in part say nothing more, or ends it.
// Nobody over it hears of the fill.
func (c *call) fallSilent(f *core.Fault) {
	switch {
	case f == nil || c.conn.ws == nil:
	case f.Note == closing:
		c.conn.close(0, "")
	default:
		c.conn.deaf = f.Name
	}
}
