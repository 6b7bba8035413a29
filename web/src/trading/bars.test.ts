import { describe, expect, it } from 'vitest'
import type { Candle } from '@/api/market'
import { barsOf } from './bars'

const candle = (minute: number, close: number): Candle => ({
  openTime: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
  open: '1',
  high: '9',
  low: '0.5',
  close: String(close),
  volume: '2',
})

describe('barsOf', () => {
  it('reads a candle into numbers and seconds', () => {
    expect(barsOf([candle(1, 4)], [])).toEqual([{ time: Date.UTC(2026, 0, 1, 0, 1) / 1000, open: 1, high: 9, low: 0.5, close: 4, volume: 2 }])
  })

  it('takes the live candle where both have one', () => {
    expect(barsOf([candle(0, 2), candle(1, 7)], [candle(1, 4), candle(2, 3)]).map(({ close }) => close)).toEqual([2, 4, 3])
  })

  it('shows a candle once where two pages meet', () => {
    expect(barsOf([candle(0, 1), candle(1, 2), candle(1, 2), candle(2, 3)], []).map(({ close }) => close)).toEqual([1, 2, 3])
  })

  it('reads no candle twice', () => {
    const one = candle(0, 1)
    expect(barsOf([one], [])[0]).toBe(barsOf([], [one])[0])
  })
})
