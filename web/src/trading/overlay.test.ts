import { describe, expect, it } from 'vitest'
import type { Bar } from './bars'
import { ema, overlaysOf, sma } from './overlay'

const bars = (...closes: number[]): Bar[] => closes.map((close, i) => ({ time: i * 60, open: close, high: close, low: close, close, volume: 1 }))

describe('averages', () => {
  it('seeds the exponential one with the mean of the first closes', () => {
    // mean of 1, 2, 3 = 2; 2 + (7 - 2) / 2 = 4.5; 4.5 + (4.5 - 4.5) / 2
    expect(ema(bars(1, 2, 3, 7, 4.5), 3)).toEqual([NaN, NaN, 2, 4.5, 4.5])
  })

  it('takes the plain one over the last closes', () => {
    expect(sma(bars(1, 2, 3, 7), 2)).toEqual([NaN, 1.5, 2.5, 5])
  })
})

describe('what a strategy looks at', () => {
  it('is nothing without one, or with one that looks at no line', () => {
    expect(overlaysOf(undefined, bars(1, 2))).toEqual([])
    expect(overlaysOf({ strategyName: 'Fast Test', config: {} }, bars(1, 2))).toEqual([])
  })

  it('are two averages for Razor, each from where it is warm', () => {
    const [fast, slow] = overlaysOf({ strategyName: 'Razor', config: { emaFast: 2, emaSlow: 3 } }, bars(1, 3, 5))
    expect(fast).toEqual({ name: 'EMA 2', tone: 'fast', points: [{ time: 60, value: 2 }, { time: 120, value: 4 }] })
    expect(slow).toEqual({ name: 'EMA 3', tone: 'slow', points: [{ time: 120, value: 3 }] })
  })

  it('are the mean and a band of population deviations for Thor', () => {
    // closes 2, 4: mean 3, deviation 1, twice that on either side
    const values = overlaysOf({ strategyName: 'Thor', config: { bbPeriod: 2, bbStdDev: 2 } }, bars(2, 4)).map(({ points }) => points)
    expect(values).toEqual([[{ time: 60, value: 3 }], [{ time: 60, value: 5 }], [{ time: 60, value: 1 }]])
  })
})
