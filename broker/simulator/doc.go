// Package simulator is a simulated exchange that speaks Deribit's API v2: JSON-RPC over WebSocket
// and HTTP on one port, and an admin listener that makes accounts and causes faults. Matching,
// margin and prices are in its sub-packages core and market; here is the protocol in front of
// them, the journal below them, and the clock that drives them.
package simulator
