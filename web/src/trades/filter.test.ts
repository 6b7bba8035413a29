import { describe, expect, it } from 'vitest'
import { isFiltered, queryOf, readSearch } from './filter'

const now = Date.parse('2026-11-25T13:30:00Z')

describe('readSearch', () => {
  it('keeps what it understands and drops the rest', () => {
    expect(
      readSearch({ environment: 'paper', side: 'sideways', reason: 'tp', period: 'week', day: '2026-11-24', page: '3', from: '2026-13-01', colour: 'red', strategy: '' }),
    ).toEqual({ environment: 'paper', reason: 'tp', period: 'week', day: '2026-11-24', page: 3 })
    expect(readSearch({ page: 1 })).toEqual({})
    expect(readSearch({ page: 'x' })).toEqual({})
  })
})

describe('queryOf', () => {
  it('begins with whole UTC days', () => {
    expect(queryOf({ period: 'today' }, now).from).toBe('2026-11-25T00:00:00.000Z')
    expect(queryOf({ period: 'week' }, now).from).toBe('2026-11-19T00:00:00.000Z')
    expect(queryOf({ period: 'month' }, now).from).toBe('2026-10-27T00:00:00.000Z')
    expect(queryOf({}, now).from).toBeUndefined()
  })

  it('takes the last day of a period whole', () => {
    const custom = queryOf({ period: 'custom', from: '2026-11-01', to: '2026-11-30' }, now)
    expect([custom.from, custom.to]).toEqual(['2026-11-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z'])
    expect(queryOf({ period: 'custom', from: '2026-11-10', to: '2026-11-01' }, now).to).toBeUndefined()
  })

  it('takes a day for that of the close', () => {
    const query = queryOf({ day: '2026-12-31' }, now)
    expect([query.closedFrom, query.closedTo]).toEqual(['2026-12-31T00:00:00.000Z', '2027-01-01T00:00:00.000Z'])
  })
})

describe('isFiltered', () => {
  it('does not count how it is shown', () => {
    expect(isFiltered({ page: 2, by: 'day', trade: 'x' })).toBe(false)
    expect(isFiltered({ day: '2026-11-24' })).toBe(true)
  })
})
