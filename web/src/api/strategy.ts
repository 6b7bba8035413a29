import { type AccountRef, broker, type Decimal, type Environment, type Side, type Time } from './account'
import { get, newIdempotencyKey, post, put } from './client'
import type { Trade } from './trade'

/** The subset of JSON Schema that parameters use. */
export interface Schema {
  type?: string | string[]
  title?: string
  description?: string
  default?: unknown
  enum?: unknown[]
  minimum?: number
  maximum?: number
  pattern?: string
  properties?: Record<string, Schema>
  /** Where the form shows a parameter, and in which unit. */
  'x-group'?: string
  'x-unit'?: string
  /** Smallest and largest value of a decimal in a string. */
  'x-range'?: string[]
  /** Unit and range of a value that depend on the mode beside it. */
  'x-units'?: { mode: string; unit: string; range: string[] }[]
  /** Above this the form warns. */
  'x-warn-above'?: number
}

export type Config = Record<string, unknown>

/** A strategy of the catalogue. */
export interface StrategyKind {
  name: string
  description: string
  version: string
  parameters: Schema
  presets: Record<string, Config>
  /** Never with real money. */
  simulatedOnly: boolean
}

/** The stored will: what the user wants. */
export type StrategyStatus = 'active' | 'paused' | 'stopped' | 'error'

/** What an instance is doing right now. */
export type StrategyState =
  | 'collecting'
  | 'analysing'
  | 'entering'
  | 'in_position'
  | 'exiting'
  | 'cooldown'
  | 'paused'
  | 'stopped'
  | 'degraded'

/** A user's own strategy instance: the stored will beside its runtime state. */
export interface Strategy extends AccountRef {
  /** userId:strategyName:instrument:broker:environment. */
  id: string
  strategyName: string
  instrument: string
  config: Config | null
  configVersion: number
  status: StrategyStatus
  state: StrategyState
  stateReason?: string
  isRunning: boolean
  lastAction: string
  errorMessage: string
  counters?: { tradesToday: number; cooldownUntil: Time; lossToday: Decimal; totalTrades: number }
  /** The open round trip. */
  trade: Trade | null
  createdAt: Time
  updatedAt: Time
}

export interface Checkpoint {
  id: string
  label: string
  status: 'met' | 'pending' | 'failed'
  value?: string
  points: number
  description?: string
}

/** One rule that gave points, and the value that earned them. */
export interface Reason {
  rule: string
  side: string
  points: number
  value: number
}

export interface Signal {
  type: 'none' | 'long' | 'short'
  strength: number
  confidence: number
  reasons: Reason[]
}

/** What a running strategy sees: the market's half joined with the executor's own gates. */
export interface Analysis extends AccountRef {
  strategyId: string
  strategyName: string
  instrument: string
  state: StrategyState
  stateReason?: string
  currentPrice: Decimal
  lastUpdated: Time
  indicators: Record<string, number>
  scoreLong: number
  scoreShort: number
  signal: Signal
  checkpoints: Checkpoint[]
  dataPoints: number
  requiredDataPoints: number
  cooldownUntil: Time | null
  /** When the next candle closes; null for a strategy that waits for none. */
  nextCheckAt: Time | null
  tradesToday: number
  lastDecision: { time: Time; side: string; outcome: string; reason: string } | null
}

export const catalogue = () => get<{ strategies: StrategyKind[] }>('/api/v2/strategies').then((a) => a.strategies)

export interface StartRequest {
  strategyName: string
  instrument: string
  environment: Environment
  config: Config
  disclaimerAccepted: boolean
}

/** What a trade would bring at one exit price, in the settlement currency. */
export interface ExitPreview {
  price: Decimal
  gross: Decimal
  entryFee: Decimal
  exitFee: Decimal
  net: Decimal
}

/** How an amount came about, step by step. */
export interface SizingDetail {
  mode: string
  value: Decimal
  equity: Decimal
  available: Decimal
  steps: { step: string; amount: Decimal; why: string }[] | null
  amount: Decimal
  riskAsked?: Decimal
  riskAtStop: Decimal
  difference?: string
}

/** What explains an entry, or the refusal of one; what was not worked out is absent. */
export interface EntryDetail {
  candleTime?: number
  inputs?: { name: string; value: number }[]
  scoreLong?: number
  scoreShort?: number
  signal?: Signal
  bid?: Decimal
  ask?: Decimal
  entry?: Decimal
  stop?: Decimal
  target?: Decimal
  sizing?: SizingDetail
  atTarget?: ExitPreview
  atStop?: ExitPreview
  warnings?: string[]
}

/** One side of a preview; code says why it would be refused, "" for not. */
export interface EntryPreview {
  side: Side
  amount: Decimal
  entry: Decimal
  stop: Decimal
  target: Decimal
  /** In the quote currency. */
  notional: Decimal
  leverage: Decimal
  atStop: ExitPreview | null
  atTarget: ExitPreview | null
  code: string
  reason: string
  detail: EntryDetail
}

/** What a strategy would enter if its signal came right now. */
export interface StartPreview {
  strategyName: string
  instrument: string
  /** Of results, fees and equity. */
  currency: string
  /** Of prices and the notional. */
  quote: string
  time: Time
  bid: Decimal
  ask: Decimal
  equity: Decimal
  available: Decimal
  sides: EntryPreview[]
}

/** Sends nothing to the exchange. */
export const previewStart = (request: Omit<StartRequest, 'disclaimerAccepted'>) =>
  post<{ preview: StartPreview }>('/api/strategy/preview', { broker, ...request }).then((a) => a.preview)

/** Why a strategy entered, or did not. */
export interface Decision {
  id: string
  candleTime: Time
  time: Time
  side: Side
  /** "taken", or the code of the refusal. */
  outcome: string
  reason: string
  detail: EntryDetail
}

export const decisions = (strategyId: string, cursor: string | undefined) =>
  get<{ decisions: Decision[]; nextCursor?: string }>(`/api/strategy/decisions/${encodeURIComponent(strategyId)}`, { limit: 20, cursor })

export const startStrategy = (request: StartRequest) =>
  post<{ strategyId: string; strategy: Strategy; message: string }>(
    '/api/strategy/start',
    { broker, ...request },
    { idempotencyKey: newIdempotencyKey() },
  )

/** Holds from the next entry on; an open trade keeps what it was entered with. */
export const changeConfig = (strategyId: string, config: Config) =>
  put<{ strategy: Strategy }>(`/api/strategy/${encodeURIComponent(strategyId)}/config`, { config }).then((a) => a.strategy)

export const stopStrategy = (strategyId: string, closePosition: boolean) =>
  post<{ strategy: Strategy }>('/api/strategy/stop', { strategyId, closePosition }, { idempotencyKey: newIdempotencyKey() })

export const strategies = () => get<{ strategies: Strategy[] }>('/api/strategy/status').then((a) => a.strategies)
