package core

import (
	"slices"

	"github.com/tradebaas/tradebaas/trade"
)

// The faults that the core itself makes. They are part of the state, so that a replay strikes alike.
const (
	RejectStop   = "reject-stop"   // stops are refused; as linked orders they are rejected when they are to be placed
	RejectTarget = "reject-target" // the same for limits that reduce and take orders
	PartialFill  = "partial-fill"  // an entry at market fills a part
	RaceLinked   = "oco-race"      // a fill does not cancel its linked order but fills it too
	UnlinkOnEdit = "unlink"        // an edit takes the link off an order and its sibling
)

// Fault is one that waits to strike.
type Fault struct {
	Name       string
	Account    int64            `json:",omitempty"` // 0: every account
	Instrument trade.Instrument `json:",omitempty"` // "": every market
	Odds
	Percent trade.Dec `json:",omitzero"`  // PartialFill: of the amount
	Stay    bool      `json:",omitempty"` // PartialFill: what is left stays open and fills no more
	Code    int       `json:",omitempty"` // of the refusal
	Message string    `json:",omitempty"`
	Note    string    `json:",omitempty"` // for whoever set it
}

// SetFault adds a fault.
type SetFault struct{ Fault }

// ClearFaults ends the faults of a name. Orders that stay since a partial fill are not touched.
type ClearFaults struct{ Name string }

// faultsMax is how many faults there may be, those that are over included.
const faultsMax = 1_000

func (x *Exchange) setFault(c *SetFault) (Result, *Error) {
	if len(x.Faults) >= faultsMax {
		return Result{}, Invalid("fault", "too many")
	}
	if c.Name == PartialFill && (c.Percent.Sign() <= 0 || !c.Percent.Less(trade.NewDec(100))) {
		return Result{}, Invalid("percent", "must be between 0 and 100")
	}
	f := c.Fault
	x.Faults = append(x.Faults, &f)
	return Result{}, nil
}

func (x *Exchange) clearFaults(c *ClearFaults) (Result, *Error) {
	x.Faults = slices.DeleteFunc(x.Faults, func(f *Fault) bool { return f.Name == c.Name })
	return Result{}, nil
}

// strikes finds the fault of a name that strikes an order in this case; nil when none does.
func (x *Exchange) strikes(name string, o *Order) *Fault {
	for _, f := range x.Faults {
		mine := (f.Account == 0 || f.Account == o.Account) && (f.Instrument == "" || f.Instrument == x.Markets[o.Market].Instrument.Name)
		if f.Name == name && mine && f.Strike(o.Account) {
			return f
		}
	}
	return nil
}

// rejects gives the refusal that an order meets for being a stop or a target; nil when it meets none.
func (x *Exchange) rejects(o *Order) *Error {
	name := ""
	switch {
	case o.stops() && o.Conditional():
		name = RejectStop
	case o.Conditional() || o.Type == Limit && o.ReduceOnly:
		name = RejectTarget
	default:
		return nil
	}
	f := x.strikes(name, o)
	if f == nil {
		return nil
	}
	return refuse(f.Code, f.Message)
}

// rejectsPair refuses a new order for being a stop or a target, or for being linked to one that is
// placed at once too.
func (x *Exchange) rejectsPair(o *Order, legs []*Order, link string) *Error {
	if err := x.rejects(o); err != nil || link != OneCancelsOther {
		return err
	}
	return x.rejects(legs[0])
}

// rejectsLeg rejects a secondary when it is to be placed; what comes of the same leg later is
// rejected as well.
func (x *Exchange) rejectsLeg(o *Order) bool {
	if o.Seq != 0 { // it is placed, and grows
		return false
	}
	if o.Doomed == "" {
		err := x.rejects(o)
		if err == nil {
			return false
		}
		o.Doomed = err.cause()
		for _, leg := range x.legs(x.orders[o.Primary]) {
			if leg.Live == o.ID {
				leg.Doomed = o.Doomed
			}
		}
	}
	x.finish(o, Rejected, o.Doomed)
	return true
}

// part lets an entry at market fill only a part of its amount.
func (x *Exchange) part(o *Order) *Fault {
	if o.Type != MarketType || o.Original != "" || o.ReduceOnly {
		return nil
	}
	f := x.strikes(PartialFill, o)
	if f != nil {
		n, _ := trade.NewDec(o.Amount).Percent(f.Percent).FloorTo(one).Int64()
		o.Share, o.Held = max(1, n), f.Stay
	}
	return f
}

// takeable is how much of an order may still fill.
func (o *Order) takeable() int64 {
	if o.Share == 0 {
		return o.Remaining()
	}
	return min(o.Remaining(), o.Share-o.Filled)
}

// unlinked takes the link off an order that is edited, and off its siblings.
func (x *Exchange) unlinked(o *Order) bool {
	siblings := x.siblings(o)
	if len(siblings) == 0 || x.strikes(UnlinkOnEdit, o) == nil {
		return false
	}
	for _, s := range siblings {
		s.OCO = ""
		x.changed(s)
	}
	return true
}

// races tells whether an order that fills or fires leaves its siblings alive, to fill as well.
func (x *Exchange) races(o *Order) bool {
	siblings := x.siblings(o)
	if len(siblings) == 0 || o.Waiting || x.strikes(RaceLinked, o) == nil {
		return false
	}
	o.OCO = ""
	for _, s := range siblings {
		s.OCO = ""
		x.todo = append(x.todo, consequence{afterRace, s, 0})
	}
	return true
}

// finishRace fills an order whose sibling was filled at the same moment, also when there is nothing
// left that it could reduce.
func (x *Exchange) finishRace(o *Order) {
	if !o.Alive() {
		return
	}
	m := x.Markets[o.Market]
	if !o.Conditional() {
		x.fill(m, o, x.publicTrade(m, -o.Side, o.Price, o.Remaining(), ""), true)
		return
	}
	child := o.fired()
	child.Type = MarketType
	x.finish(o, Triggered, "")
	x.admit(child)
	x.enter(child)
}
