// Package trade is the vocabulary of Tradebaas and every decision about money and orders.
//
// It is pure: no clock, no I/O, no goroutine and no randomness. Times and ids come in as
// arguments, so live trading, paper trading, backtests and replays run the very same code.
package trade
