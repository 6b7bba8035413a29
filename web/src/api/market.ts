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

/** The lengths of a candle that the server keeps, in minutes, by their names there. */
export const resolutions: Readonly<Record<number, string>> = { 1: '1m', 5: '5m', 15: '15m', 60: '1h' }

/** Candles of so many minutes that open in [from, to], oldest first. */
export const candles = (environment: Environment, instrument: string, minutes: number, from: Date, to: Date) =>
  get<{ candles: Candle[] }>(`/api/v2/candles/${encodeURIComponent(instrument)}`, {
    broker,
    environment,
    resolution: resolutions[minutes],
    from: from.toISOString(),
    to: to.toISOString(),
  }).then((answer) => answer.candles)
