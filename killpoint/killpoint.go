// Package killpoint names the instants between which an order's life may be cut: the storm kills the
// real server there with -9. In an ordinary build At does nothing and costs nothing.
package killpoint

// The instants, in the order of an order's life.
const (
	IntentCommitted = "K1" // the intent is stored, nothing is sent
	BeforeWrite     = "K2" // the order is about to be written to the socket
	AfterWrite      = "K3" // it is written, no answer has come
	AckRead         = "K4" // the answer is read, not stored
	AckCommitted    = "K5" // the answer is stored
	FillRead        = "K6" // a fill is read, not stored
	FillCommitted   = "K7" // it is stored, nobody is told
	Published       = "K8" // it is told
)

// All lists the instants.
var All = []string{IntentCommitted, BeforeWrite, AfterWrite, AckRead, AckCommitted, FillRead, FillCommitted, Published}
