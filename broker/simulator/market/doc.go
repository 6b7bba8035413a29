// Package market makes the prices of the simulated exchange: a synthetic path that is a pure
// function of seed, instrument and time, or a replay of recorded candles or trades.
package market
