import { expect, it } from 'vitest'
import type { ScopedLimits } from '@/api/risk'
import { limitsOf, strategyOf } from './scope'

const id = 'u1:Razor:BTC_USDC-PERPETUAL:deribit:paper'
const venue = { broker: 'deribit', environment: 'paper' } as const
const list: ScopedLimits[] = [
  { scope: 'server', limits: { maxOpenTrades: 1 } },
  { scope: 'user', limits: { maxOpenTrades: 2 } },
  { scope: 'connection', venue, limits: { maxOpenTrades: 3 } },
  { scope: 'strategy', venue, strategy: id, limits: { maxOpenTrades: 4 } },
]

it('finds the limits of exactly one scope', () => {
  expect(limitsOf(list, {}).maxOpenTrades).toBe(2)
  expect(limitsOf(list, { environment: 'paper' }).maxOpenTrades).toBe(3)
  expect(limitsOf(list, { strategyId: id.toLowerCase() }).maxOpenTrades).toBe(4)
  expect(limitsOf(list, { environment: 'live' })).toEqual({})
})

it('reads the id of a strategy', () => {
  expect(strategyOf(id)).toEqual({ name: 'Razor', instrument: 'BTC_USDC-PERPETUAL', environment: 'paper' })
  expect(strategyOf('nonsense')).toBeUndefined()
})
