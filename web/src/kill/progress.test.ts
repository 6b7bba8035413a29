import { describe, expect, it } from 'vitest'
import type { KillProgress, KillSwitch } from '@/api/risk'
import { findKill, progressOf, working } from './progress'

const at = (change: Partial<KillProgress>): KillProgress => ({ broker: 'deribit', environment: 'paper', ordersLeft: 0, positionsLeft: [], flat: false, ...change })

const kill = (change: Partial<KillSwitch>): KillSwitch => ({ scope: 'account', close: true, at: '2026-01-01T00:00:00Z', stopped: 0, connections: [], flat: false, ...change })

describe('findKill', () => {
  const account = kill({})
  const paper = kill({ scope: 'connection', venue: { broker: 'deribit', environment: 'paper' } })
  const razor = kill({ scope: 'strategy', strategy: 'u:Razor:BTC_USDC-PERPETUAL:deribit:paper', venue: { broker: 'deribit', environment: 'paper' } })
  const list = [kill({ scope: 'server' }), razor, paper, account]

  it('tells the scopes apart', () => {
    expect(findKill(list, {})).toBe(account)
    expect(findKill(list, { environment: 'paper' })).toBe(paper)
    expect(findKill(list, { strategyId: 'u:razor:BTC_USDC-PERPETUAL:deribit:paper' })).toBe(razor)
    expect(findKill(list, { environment: 'live' })).toBeUndefined()
  })

  it('takes a halt of the server for nobody’s own', () => {
    expect(findKill([kill({ scope: 'server' })], {})).toBeUndefined()
  })
})

describe('progressOf', () => {
  it('adds up what is left', () => {
    const found = progressOf(kill({ connections: [at({ ordersLeft: 2, positionsLeft: ['A'] }), at({ positionsLeft: ['B'] })] }))
    expect(found).toMatchObject({ ordersLeft: 2, positionsLeft: ['A', 'B'], counted: true })
  })

  it('takes silence for no count', () => {
    expect(progressOf(kill({ connections: [at({ flat: true }), at({ problem: 'down' })] }))).toMatchObject({ counted: false, problems: [{ problem: 'down' }] })
  })
})

describe('working', () => {
  it('ends when all is flat, and never begins for a halt that closes nothing', () => {
    expect(working(kill({}))).toBe(true)
    expect(working(kill({ flat: true }))).toBe(false)
    expect(working(kill({ scope: 'server', close: false }))).toBe(false)
  })
})
