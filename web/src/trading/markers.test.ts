import { describe, expect, it } from 'vitest'
import type { Trade } from '@/api/trade'
import { markersOf, worded } from './markers'

const bars = [0, 300, 600].map((time) => ({ time, open: 1, high: 1, low: 1, close: 1, volume: 1 }))
const at = (seconds: number) => new Date(seconds * 1000).toISOString()
const trade = (change: Partial<Trade>) =>
  ({ id: 't', side: 'buy', entryPrice: '100', entryTime: at(10), exitPrice: null, exitTime: null, status: 'open', net: '0', currency: 'USDC', ...change }) as Trade

describe('markers', () => {
  it('stand on the candle in which it happened', () => {
    const closed = trade({ status: 'closed', exitTime: at(620), exitPrice: '99', net: '-1.5' })
    expect(markersOf([closed], bars, 300)).toEqual([
      { id: 't-in', time: 0, kind: 'long', price: 100 },
      { id: 't-out', time: 600, kind: 'loss', price: 99, net: { value: '-1.5', currency: 'USDC' } },
    ])
  })

  it('show the entry of an open trade alone', () => {
    expect(markersOf([trade({ side: 'sell', entryTime: at(301) })], bars, 300).map(({ kind, time }) => [kind, time])).toEqual([['short', 300]])
  })

  it('leave out what no loaded candle holds, and are in order of time', () => {
    const old = trade({ id: 'old', entryTime: at(-500) })
    const late = trade({ id: 'late', entryTime: at(610) })
    expect(markersOf([late, old, trade({})], bars, 300).map(({ id }) => id)).toEqual(['t-in', 'late-in'])
  })

  it('have words where there is room for them, the newest first', () => {
    const entry = (id: string, time: number) => ({ id, time, kind: 'long' as const, price: 1 })
    const exit = (id: string, time: number) => ({ id, time, kind: 'gain' as const, price: 1, net: { value: '1', currency: 'USDC' } })
    const crowd = [entry('a', 0), entry('b', 60), exit('c', 60), entry('d', 720), exit('e', 779), exit('f', 780)]
    expect([...worded(crowd, 60)]).toEqual(['f', 'd', 'c', 'a'])
  })
})
