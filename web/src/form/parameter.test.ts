import { describe, expect, it } from 'vitest'
import type { Schema } from '@/api/strategy'
import { draftsOf, inMode, parametersOf, readDrafts } from './parameter'

const schema: Schema = {
  type: 'object',
  properties: {
    preset: { type: 'string', enum: ['original', 'conservative'] },
    sizing: {
      type: 'object',
      'x-group': 'risk',
      properties: {
        mode: { type: 'string', enum: ['notional', 'percent'] },
        value: {
          type: ['string', 'number'],
          'x-units': [
            { mode: 'notional', unit: 'quote', range: ['0.01', '1000'] },
            { mode: 'percent', unit: '%', range: ['0.01', '50'] },
          ],
        },
      },
    },
    stopLossPercent: { type: 'number', minimum: 0.05, maximum: 10, 'x-unit': '%', 'x-group': 'exit' },
    maxDailyTrades: { type: 'integer', minimum: 1, maximum: 1000 },
    maxDailyLoss: { type: 'string', 'x-range': ['0', '100'] },
    multiTimeframe: { type: 'boolean' },
  },
}

const preset = {
  sizing: { mode: 'percent', value: 0.5 },
  stopLossPercent: 0.5,
  maxDailyTrades: 10,
  maxDailyLoss: '0',
  multiTimeframe: false,
}

const parameters = parametersOf(schema)
const drafts = draftsOf(parameters, preset)
const read = (change: Record<string, string | boolean>) => readDrafts(parameters, { ...drafts, ...change }, 'conservative', preset)

describe('the form of a strategy', () => {
  it('has a field for each parameter, in order, without the preset', () => {
    expect(parameters.map(({ path, kind }) => [path, kind])).toEqual([
      ['sizing.mode', 'choice'],
      ['sizing.value', 'number'],
      ['stopLossPercent', 'number'],
      ['maxDailyTrades', 'whole'],
      ['maxDailyLoss', 'money'],
      ['multiTimeframe', 'flag'],
    ])
    expect(parameters[0]?.group).toBe('risk')
  })

  it('starts with the preset, and then sends nothing but its name', () => {
    expect(drafts).toEqual({
      'sizing.mode': 'percent',
      'sizing.value': '0.5',
      stopLossPercent: '0.5',
      maxDailyTrades: '10',
      maxDailyLoss: '0',
      multiTimeframe: false,
    })
    expect(read({})).toEqual({ config: { preset: 'conservative' }, complaints: {} })
  })

  it('sends what was changed, each in its own type', () => {
    expect(read({ stopLossPercent: '0,75', maxDailyTrades: '3', maxDailyLoss: '25.50', multiTimeframe: true }).config).toEqual({
      preset: 'conservative',
      stopLossPercent: 0.75,
      maxDailyTrades: 3,
      maxDailyLoss: '25.50',
      multiTimeframe: true,
    })
  })

  it('sends mode and value together: money as a string, a share as a number', () => {
    expect(read({ 'sizing.mode': 'notional', 'sizing.value': '100' }).config.sizing).toEqual({ mode: 'notional', value: '100' })
    expect(read({ 'sizing.value': '1' }).config.sizing).toEqual({ mode: 'percent', value: 1 })
  })

  it('takes unit and range from the mode', () => {
    const value = parameters[1]
    if (value === undefined) throw new Error('no sizing.value')
    expect(inMode(value, { 'sizing.mode': 'notional' })).toMatchObject({ kind: 'money', unit: 'quote', max: 1000 })
    expect(read({ 'sizing.value': '51' }).complaints).toEqual({ 'sizing.value': 'range' })
  })

  it('names what is wrong with each field', () => {
    expect(
      read({ stopLossPercent: '11', maxDailyTrades: '2.5', maxDailyLoss: 'much', 'sizing.value': '' }).complaints,
    ).toEqual({ stopLossPercent: 'range', maxDailyTrades: 'whole', maxDailyLoss: 'number', 'sizing.value': 'required' })
  })
})
