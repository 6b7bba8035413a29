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

/** Lays the live candles over the loaded ones and joins them into bars of `minutes`, oldest first. */
export function barsOf(loaded: readonly Candle[], live: readonly Candle[], minutes: number): Bar[] {
  const byTime = new Map<number, Candle>()
  for (const candle of loaded) byTime.set(Date.parse(candle.openTime), candle)
  for (const candle of live) byTime.set(Date.parse(candle.openTime), candle)
  const length = minutes * 60_000
  const bars: Bar[] = []
  for (const time of [...byTime.keys()].sort((a, b) => a - b)) {
    const candle = byTime.get(time) as Candle
    const open = Math.floor(time / length) * length
    const last = bars.at(-1)
    if (last !== undefined && last.time * 1000 === open) {
      last.high = Math.max(last.high, Number(candle.high))
      last.low = Math.min(last.low, Number(candle.low))
      last.close = Number(candle.close)
      last.volume += Number(candle.volume)
    } else {
      bars.push({
        time: open / 1000,
        open: Number(candle.open),
        high: Number(candle.high),
        low: Number(candle.low),
        close: Number(candle.close),
        volume: Number(candle.volume),
      })
    }
  }
  return bars
}
