import { describe, expect, it } from 'vitest'
import type { EquityPoint } from '@/api/trade'
import { curveOf, seriesOf } from './equity'

const point = (minute: number, equity: string, currency = 'USDC'): EquityPoint => ({
  broker: 'deribit',
  environment: 'paper',
  currency,
  time: new Date(Date.UTC(2026, 10, 24, 0, minute)).toISOString(),
  equity,
})

describe('curveOf', () => {
  it('measures each fall from the highest point before it', () => {
    const curve = curveOf([point(0, '100'), point(1, '110'), point(2, '99'), point(3, '121'), point(4, '115')])
    expect(curve?.points.map(({ fall }) => Math.round(fall * 100) / 100)).toEqual([0, 0, -10, 0, -4.96])
    expect(curve).toMatchObject({ first: 100, last: 115, deepest: -10 })
  })

  it('keeps one point per second, the newest', () => {
    const twice = { ...point(0, '7'), time: '2026-11-24T00:00:00.500Z' }
    expect(curveOf([point(0, '5'), twice])?.points).toEqual([{ time: Date.UTC(2026, 10, 24) / 1000, value: 7, fall: 0 }])
  })

  it('has nothing to say of nothing', () => {
    expect(curveOf([])).toBeUndefined()
  })
})

describe('seriesOf', () => {
  it('keeps currencies apart', () => {
    const series = seriesOf([point(0, '1', 'BTC'), point(0, '0', 'ETH'), point(0, '5'), point(1, '6')])
    expect([...series.keys()]).toEqual(['paper USDC', 'paper BTC'])
  })
})
