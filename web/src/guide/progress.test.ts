import { describe, expect, it } from 'vitest'
import type { Connection, Credential } from '@/api/account'
import type { Analysis, Strategy } from '@/api/strategy'
import type { Trade } from '@/api/trade'
import { currentStep, doneSteps, type Seen } from './progress'

const empty: Seen = { credential: undefined, connection: undefined, fastTest: undefined, trade: undefined, razor: undefined, analysis: undefined }
const credential = { id: 'c' } as Credential
const connection = { isConnected: true } as Connection
const strategy = (status: string) => ({ status }) as Strategy
const trade = (status: string) => ({ status }) as Trade
const analysis = (have: number) => ({ dataPoints: have, requiredDataPoints: 21, checkpoints: [{ id: 'data' }] }) as Analysis

const at = (change: Partial<Seen>) => currentStep(doneSteps({ ...empty, ...change }))

describe('the guide', () => {
  it('leads step by step', () => {
    expect(at({})).toBe('account')
    expect(at({ credential })).toBe('connect')
    expect(at({ credential, connection })).toBe('fastTest')
    expect(at({ credential, connection, fastTest: strategy('active') })).toBe('watch')
    expect(at({ credential, connection, fastTest: strategy('active'), trade: trade('open') })).toBe('watch')
    const closed = { credential, connection, fastTest: strategy('stopped'), trade: trade('closed') }
    expect(at(closed)).toBe('razor')
    expect(at({ ...closed, razor: strategy('active') })).toBe('analyse')
    expect(at({ ...closed, razor: strategy('active'), analysis: analysis(21) })).toBeUndefined()
  })

  it('waits while Razor still collects', () => {
    const seen = { ...empty, razor: strategy('active'), analysis: analysis(20) }
    expect(doneSteps(seen).has('analyse')).toBe(false)
  })

  it('does not fall back when the link is lost after the trade', () => {
    expect(at({ credential, trade: trade('closed') })).toBe('razor')
  })

  it('asks again for a Razor that was stopped', () => {
    expect(at({ credential, connection, trade: trade('closed'), razor: strategy('stopped'), analysis: analysis(21) })).toBe('razor')
  })
})
