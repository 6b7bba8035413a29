import { describe, expect, it } from 'vitest'
import type { Position } from '@/api/account'
import type { Instrument } from '@/api/market'
import { openResult, progress, returnOf } from './profit'

const position = (change: Partial<Position>) =>
  ({ averagePrice: '100', size: '2', unrealizedPnl: '7', markPrice: '100', stopLoss: '90', takeProfit: '120', ...change }) as Position

describe('openResult', () => {
  it('counts a linear contract in the quote currency', () => {
    expect(openResult(position({}), '101.5', { kind: 'linear' } as Instrument)).toBeCloseTo(3)
    expect(openResult(position({ size: '-2' }), '101.5', { kind: 'linear' } as Instrument)).toBeCloseTo(-3)
  })

  it('counts an inverse contract in the coin', () => {
    expect(openResult(position({ size: '1000' }), '125', { kind: 'inverse' } as Instrument)).toBeCloseTo(2)
  })

  it('falls back to the exchange’s figure', () => {
    expect(openResult(position({}), undefined, { kind: 'linear' } as Instrument)).toBe(7)
    expect(openResult(position({}), '101', undefined)).toBe(7)
  })
})

describe('progress', () => {
  it('runs from stop to target on both sides', () => {
    expect(progress(position({}), '105')).toBeCloseTo(0.5)
    expect(progress(position({ stopLoss: '110', takeProfit: '80' }), '95')).toBeCloseTo(0.5)
    expect(progress(position({}), '200')).toBe(1)
  })

  it('is unknown without a stop or a target', () => {
    expect(progress(position({ stopLoss: '0' }), '105')).toBeUndefined()
  })
})

describe('returnOf', () => {
  it('is the way of the price in the position’s favour', () => {
    expect(returnOf(position({ size: '2', averagePrice: '100' }), '105')).toBeCloseTo(5)
    expect(returnOf(position({ size: '-2', averagePrice: '100' }), '105')).toBeCloseTo(-5)
    expect(returnOf(position({ averagePrice: '0' }), '105')).toBe(0)
  })
})
