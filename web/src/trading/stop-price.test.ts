import { describe, expect, it } from 'vitest'
import type { Position } from '@/api/account'
import type { Instrument } from '@/api/market'
import { readStop } from './stop-price'

const spec = { kind: 'linear', tickSize: '0.5' } as Instrument
const long = { averagePrice: '100', size: '2', unrealizedPnl: '0', markPrice: '110' } as Position
const short = { ...long, size: '-2' }

describe('readStop', () => {
  it('puts the stop of a long below the mark price, on the tick', () => {
    expect(readStop('percent', '1', long, '110', spec)).toEqual({
      place: { percent: '1' },
      preview: { price: 109, away: expect.closeTo(0.909, 3), result: 18 },
    })
  })

  it('puts the stop of a short above it', () => {
    expect(readStop('percent', '2,6', short, '110', spec)).toMatchObject({ place: { percent: '2.6' }, preview: { price: 113, result: -26 } })
  })

  it('takes a price as it is typed', () => {
    expect(readStop('price', '95', long, '110', spec)).toMatchObject({ place: { price: '95' }, preview: { price: 95, result: -10 } })
  })

  it('refuses the winning side, no number, and all of the price', () => {
    expect(readStop('price', '110', long, '110', spec)).toEqual({ complaint: 'side' })
    expect(readStop('price', '109', short, '110', spec)).toEqual({ complaint: 'side' })
    expect(readStop('price', 'low', long, '110', spec)).toEqual({ complaint: 'number' })
    expect(readStop('percent', '0', long, '110', spec)).toEqual({ complaint: 'number' })
    expect(readStop('percent', '100', long, '110', spec)).toEqual({ complaint: 'percent' })
  })
})
