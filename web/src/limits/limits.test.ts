import { describe, expect, it } from 'vitest'
import { draftOf, readDraft } from './limits'

describe('draftOf', () => {
  it('shows what is off as empty', () => {
    const { figures, instruments } = draftOf({ maxOrderSize: '250.5', maxPosition: '0', maxOpenTrades: 0, maxOrdersPerMinute: 3 })
    expect(figures).toMatchObject({ maxOrderSize: '250.5', maxPosition: '', maxOpenTrades: '', maxOrdersPerMinute: '3', priceBand: '' })
    expect(instruments).toEqual([])
  })
})

describe('readDraft', () => {
  const read = (figures: Record<string, string>, instruments: string[] = []) => readDraft({ figures, instruments })

  it('sends money as text, counts as numbers and what is empty as off', () => {
    const { limits, complaints } = read({ maxOrderSize: ' 250,5 ', maxOpenTrades: '2' }, ['BTC-PERPETUAL'])
    expect(complaints).toEqual({})
    expect(limits).toEqual({
      maxOrderSize: '250.5',
      maxPosition: '0',
      maxExposure: '0',
      maxDailyLoss: '0',
      maxLeverage: '0',
      priceBand: '0',
      maxOrdersPerMinute: 0,
      maxOpenTrades: 2,
      instruments: ['BTC-PERPETUAL'],
    })
  })

  it('complains by field', () => {
    expect(read({ maxLeverage: '101', maxOpenTrades: '1.5', priceBand: 'much', maxPosition: '-1' }).complaints).toEqual({
      maxLeverage: 'range',
      maxOpenTrades: 'whole',
      priceBand: 'number',
      maxPosition: 'number',
    })
  })
})
