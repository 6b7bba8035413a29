package simulator

import "github.com/tradebaas/tradebaas/trade"

// feedFaults strike the public feed.
func feedFaults() map[string]fault {
	return map[string]fault{
		"freeze":   {takes: "instrument"},
		"book-gap": {takes: "instrument count rate seed kind", kinds: "gap lost"},
	}
}

// frozen tells whether a public channel has to keep silent; what it would say waits.
func (e *engine) frozen(ch *channel) bool {
	for _, t := range e.faults.active["freeze"] {
		if t.Instrument == "" || t.Instrument == e.instrumentOf(ch) {
			e.faults.note("freeze", t)
			return true
		}
	}
	return false
}

// tornBook is what becomes of a change of a book: the number that it says it follows, and whether
// it goes out at all.
func (e *engine) tornBook(ch *channel, before int64) (int64, bool) {
	if !e.faults.any("book-gap") {
		return before, true
	}
	t := e.faults.strike("book-gap", 0, "", e.instrumentOf(ch))
	if t == nil {
		return before, true
	}
	return before - 1, t.Kind == "gap"
}

func (e *engine) instrumentOf(ch *channel) trade.Instrument {
	if ch.market < 0 {
		return ""
	}
	return e.core.Markets[ch.market].Instrument.Name
}
