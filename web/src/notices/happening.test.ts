import { describe, expect, it } from 'vitest'
import type { Connection } from '@/api/account'
import type { Strategy } from '@/api/strategy'
import type { Trade } from '@/api/trade'
import { type Happening, happened, matters, merged, toneOf, unread } from './happening'

const now = '2026-11-25T12:00:00.000Z'
const nothing = { connection: [], strategies: [], trades: [] }
const start = { lost: new Set<string>() }

const trade = (change: Partial<Trade>) => ({ id: 't', strategyId: 'u:Razor:BTC-PERPETUAL:deribit:paper', entryTime: '2026-11-25T11:00:00.000Z', status: 'open', breakEvenDone: false, net: '0', ...change }) as Trade
const link = (state: Connection['state']) => ({ broker: 'deribit', environment: 'paper', state }) as Connection
const strategy = (status: Strategy['status'], change: Partial<Strategy> = {}) => ({ id: 's', status, updatedAt: now, errorMessage: '', lastAction: '', ...change }) as Strategy

const kinds = (before: Partial<typeof nothing>, after: Partial<typeof nothing>) => happened(start, { ...nothing, ...before }, { ...nothing, ...after }, now).happenings.map(({ kind }) => kind)

describe('trades', () => {
  it('tell of their opening and closing, but not those that were there', () => {
    expect(kinds({}, { trades: [trade({})] } as never)).toEqual([])
    expect(kinds({ trades: [trade({ id: 'old' })] } as never, { trades: [trade({ id: 'old' }), trade({})] } as never)).toEqual(['trade_opened'])
    expect(kinds({ trades: [trade({})] } as never, { trades: [trade({ status: 'closed' })] } as never)).toEqual(['trade_closed'])
    expect(kinds({ trades: [trade({ status: 'closed' })] } as never, { trades: [trade({ status: 'closed' })] } as never)).toEqual([])
  })

  it('tell of the first trade of all by its close', () => {
    expect(kinds({}, { trades: [trade({ status: 'closed' })] } as never)).toEqual(['trade_opened', 'trade_closed'])
  })

  it('tell of a stop that the strategy moved', () => {
    expect(kinds({ trades: [trade({})] } as never, { trades: [trade({ breakEvenDone: true })] } as never)).toEqual(['stop_moved_by_strategy'])
  })
})

describe('links', () => {
  it('tell of a loss and of the return, not of a first connect', () => {
    let memory: { lost: ReadonlySet<string> } = start
    const told: string[] = []
    const states = ['connecting', 'reconciling', 'connected', 'connecting', 'reconciling', 'connected', 'key_invalid'] as const
    for (const [index, state] of states.entries()) {
      const before = index === 0 ? 'disconnected' : (states[index - 1] ?? 'disconnected')
      const step = happened(memory, { ...nothing, connection: [link(before)] }, { ...nothing, connection: [link(state)] }, now)
      memory = step.memory
      told.push(...step.happenings.map(({ kind }) => kind))
    }
    expect(told).toEqual(['link_lost', 'link_back', 'key_refused'])
  })

  it('say nothing of what the user did', () => {
    expect(kinds({ connection: [link('connected')] } as never, { connection: [link('disconnected')] } as never)).toEqual([])
  })
})

describe('strategies', () => {
  it('tell when they need their user', () => {
    expect(kinds({ strategies: [strategy('active')] } as never, { strategies: [strategy('error')] } as never)).toEqual(['strategy_error'])
    expect(kinds({ strategies: [strategy('error')] } as never, { strategies: [strategy('error')] } as never)).toEqual([])
  })

  it('are listed, not announced, when they were so from the start', () => {
    const { happenings } = happened(start, nothing, { ...nothing, strategies: [strategy('error')] }, now)
    expect(happenings.map(matters)).toEqual([false])
  })

  it('do not interrupt whoever disconnected them', () => {
    const [one] = happened(start, { ...nothing, strategies: [strategy('active')] }, { ...nothing, strategies: [strategy('paused', { lastAction: 'manual_disconnect' })] }, now).happenings
    expect(one !== undefined && matters(one)).toBe(false)
  })
})

describe('the list', () => {
  const at = (id: string, time: string, kind = 'trade_opened') => ({ id, kind, time, net: null, reason: '', seen: false }) as Happening

  it('holds what both sides tell once, newest first', () => {
    const list = merged([at('a', '1'), at('b', '3')], [{ ...at('a', '1'), seen: true }, at('c', '2')])
    expect(list.map(({ id, seen }) => [id, seen])).toEqual([
      ['b', false],
      ['c', false],
      ['a', true],
    ])
  })

  it('counts what is new, without the user’s own acts', () => {
    expect(unread([at('a', '3'), at('b', '2', 'killswitch_on'), at('c', '1')], '1')).toBe(1)
  })

  it('tells gains from losses', () => {
    expect(toneOf({ ...at('a', '1', 'trade_closed'), net: '-0.1' })).toBe('bad')
    expect(toneOf({ ...at('a', '1', 'trade_closed'), net: '0.1' })).toBe('good')
    expect(toneOf(at('a', '1', 'repaired'))).toBe('warn')
  })
})
