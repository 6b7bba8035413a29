import type { Decimal, Environment, Time } from './account'
import { broker } from './account'
import { get } from './client'

export interface Instrument {
  instrument: string
  kind: 'linear' | 'inverse'
  base: string
  quote: string
  settlement: string
  tickSize: Decimal
  amountStep: Decimal
  minAmount: Decimal
  maxLeverage: Decimal
}

/** The newest known state of a market; "0" where the book is empty. */
export interface Ticker {
  instrument: string
  time: Time
  bid: Decimal
  ask: Decimal
  last: Decimal
  mark: Decimal
  index: Decimal
}

export interface Candle {
  openTime: Time
  open: Decimal
  high: Decimal
  low: Decimal
  close: Decimal
  volume: Decimal
}

export const instruments = (environment: Environment) =>
  get<{ instruments: Instrument[] }>('/api/v2/instruments', { broker, environment }).then((a) => a.instruments)

/** One-minute candles from `from` until now, oldest first. */
export const candles = (environment: Environment, instrument: string, from: Date) =>
  get<{ candles: Candle[] }>(`/api/v2/candles/${encodeURIComponent(instrument)}`, {
    broker,
    environment,
    from: from.toISOString(),
  }).then((answer) => answer.candles)
