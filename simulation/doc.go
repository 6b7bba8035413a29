// Package simulation drives the real account of trade against the real core of the paper exchange, in
// one goroutine and in virtual time. Between them stand a model of the database, of the network and
// of the server's process, each of which can fail in every way we know. Everything that happens
// follows from one seed; after each step every invariant is checked against the exchange's own books
// and against the rows that are committed.
package simulation
