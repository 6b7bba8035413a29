package simulator

import "encoding/json"

// Step is one step of a script of faults: a switch that is turned so long after the script was given.
type Step struct {
	AfterMs int64   `json:"afterMs"`
	Fault   string  `json:"fault"` // clear ends all faults
	Body    Trouble `json:"body"`
}

// scripted is a step as it came.
type scripted struct {
	AfterMs int64
	Fault   string
	Body    json.RawMessage
}

// adminScript takes a list of steps and takes them by the exchange's time. One that makes no sense
// refuses the whole script.
func adminScript(c adminCall) ([]byte, *adminError) {
	var steps []scripted
	if err := json.Unmarshal(c.body, &steps); err != nil {
		return nil, badRequest("the body is not a list of steps: " + err.Error())
	}
	for _, s := range steps {
		if s.AfterMs < 0 {
			return nil, badRequest("afterMs must not be negative")
		}
		if s.Fault == "clear" {
			continue
		}
		f, known := faultsByName[s.Fault]
		if !known {
			return nil, unknownFault(s.Fault)
		}
		if _, bad := f.read(s.Fault, s.Body); bad != nil {
			return nil, bad
		}
	}
	c.e.schedule(steps)
	return []byte("{}"), nil
}

func (e *engine) schedule(steps []scripted) {
	script := e.faults.scripts
	e.faults.steps += len(steps)
	for _, s := range steps {
		e.later(s.AfterMs, func() {
			if e.faults.scripts == script { // nobody has cleared it
				e.faults.steps--
				e.step(s)
			}
		})
	}
}

func (e *engine) step(s scripted) {
	e.advance()
	if s.Fault == "clear" {
		e.clearFaults()
	} else if bad := e.switchFault(s.Fault, s.Body); bad != nil {
		e.log.Error().Str("fault", s.Fault).Str("error", bad.Words).Msg("exchange.fault.refused")
	}
	e.dispatch()
}

// endScripts forgets all steps that are still to come.
func (e *engine) endScripts() {
	e.faults.scripts++
	e.faults.steps = 0
}
