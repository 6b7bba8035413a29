// Package core is the simulated exchange without its protocol: markets, matching, margin, funding
// and settlement. It is a deterministic state machine. Time comes in with every call, prices come
// from a Source that is a pure function of time, and ids come from counters in the state; there is
// no clock, no randomness and no goroutine, so the same commands always leave the same bytes.
//
// Inside, prices are whole units of their instrument (its tick, until that changes), amounts whole
// contracts, and index and mark prices whole ten-thousandths of the quote currency. Money is decimal.
package core
