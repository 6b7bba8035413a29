import { describe, expect, it } from 'vitest'
import type { Candle } from '@/api/market'
import { barsOf } from './bars'

const candle = (minute: number, open: number, high: number, low: number, close: number): Candle => ({
  openTime: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
  open: String(open),
  high: String(high),
  low: String(low),
  close: String(close),
  volume: '2',
})

describe('barsOf', () => {
  it('joins one-minute candles on the marks of the longer ones', () => {
    const bars = barsOf([candle(4, 9, 10, 8, 9), candle(5, 10, 12, 9, 11), candle(6, 11, 15, 10, 14), candle(9, 14, 14, 7, 8)], [], 5)
    expect(bars).toHaveLength(2)
    expect(bars[1]).toMatchObject({ open: 10, high: 15, low: 7, close: 8, volume: 6 })
  })

  it('takes the live candle where both have one', () => {
    const bars = barsOf([candle(0, 1, 2, 1, 2)], [candle(0, 1, 5, 1, 4), candle(1, 4, 4, 3, 3)], 1)
    expect(bars.map(({ close }) => close)).toEqual([4, 3])
  })

  it('puts what comes in any order in its place', () => {
    expect(barsOf([candle(2, 1, 1, 1, 3), candle(1, 1, 1, 1, 2)], [], 1).map(({ close }) => close)).toEqual([2, 3])
  })
})
