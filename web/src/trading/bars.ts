import type { Candle } from '@/api/market'

/** A candle as the chart draws it: numbers, and the open time in seconds. */
export interface Bar {
  time: number
  open: number
  high: number
  low: number
  close: number
  volume: number
}

/** Candles are replaced, never changed, so each is read once. */
const read = new WeakMap<Candle, Bar>()

function barOf(candle: Candle): Bar {
  let bar = read.get(candle)
  if (bar === undefined) {
    const { openTime, open, high, low, close, volume } = candle
    bar = { time: Date.parse(openTime) / 1000, open: Number(open), high: Number(high), low: Number(low), close: Number(close), volume: Number(volume) }
    read.set(candle, bar)
  }
  return bar
}

/** Lays the live candles over the loaded ones, oldest first. What is live wins, and gaps stay gaps. */
export function barsOf(loaded: readonly Candle[], live: readonly Candle[]): Bar[] {
  const bars = live.map(barOf)
  const from = bars[0]?.time ?? Infinity
  const before: Bar[] = []
  for (const bar of loaded.map(barOf)) {
    if (bar.time < from && bar.time > (before.at(-1)?.time ?? 0)) before.push(bar)
  }
  return [...before, ...bars]
}
