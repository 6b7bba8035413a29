import { describe, expect, it } from 'vitest'
import type { Day } from '@/api/trade'
import { purseOf, pursesOf, shift, sumOf, weeksOf } from './calendar'

const day = (of: string, net: string, currency = 'USDC', trades = 1): Day => ({ day: of, environment: 'paper', currency, trades, wins: 0, losses: 0, net, fees: '0', funding: '0' })

describe('weeksOf', () => {
  it('begins on Monday and holds every day of the month once', () => {
    const weeks = weeksOf('2026-11', [day('2026-11-24', '1')])
    expect(weeks[0]?.map((cell) => cell?.number)).toEqual([undefined, undefined, undefined, undefined, undefined, undefined, 1])
    expect(weeks.flat().filter((cell) => cell !== undefined)).toHaveLength(30)
    expect(weeks.every((week) => week.length === 7)).toBe(true)
    expect(weeks.flat().find((cell) => cell?.number === 24)?.result?.net).toBe('1')
  })

  it('knows leap years', () => {
    expect(weeksOf('2028-02', []).flat().filter(Boolean)).toHaveLength(29)
  })
})

describe('months', () => {
  it('go over the end of a year', () => {
    expect(shift('2026-12', 1)).toBe('2027-01')
    expect(shift('2026-01', -1)).toBe('2025-12')
  })

  it('add up their own days only', () => {
    const days = [day('2026-11-01', '0.1'), day('2026-11-02', '0.2', 'USDC', 3), day('2026-11-03', '-0.5'), day('2026-12-01', '9')]
    expect(sumOf('2026-11', days)).toEqual({ trades: 5, net: '-0.2', winningDays: 2, losingDays: 1 })
  })
})

describe('pursesOf', () => {
  it('puts the busiest first', () => {
    expect(pursesOf([day('2026-11-01', '1', 'BTC'), day('2026-11-01', '1', 'USDC', 5), day('2026-11-02', '1', 'BTC')]).map(purseOf)).toEqual(['paper USDC', 'paper BTC'])
  })

  it('keeps simulated and real money apart', () => {
    expect(pursesOf([day('2026-11-01', '1'), { ...day('2026-11-01', '5', 'USDC', 2), environment: 'live' }]).map(purseOf)).toEqual(['live USDC', 'paper USDC'])
  })
})
