import { get, newIdempotencyKey, post, remove } from './client'

/** An amount of money or a price as the server sends it: a decimal in a string. Never computed with, only shown. */
export type Decimal = string
/** RFC 3339, UTC. */
export type Time = string

export type Environment = 'paper' | 'testnet' | 'live'
export const environments: readonly Environment[] = ['paper', 'testnet', 'live']

/** The only broker so far. */
export const broker = 'deribit'

/** Names the account that a call is about. */
export interface AccountRef {
  broker: string
  environment: Environment
}

/** connected means that entries are allowed; reconciling that the exchange is being compared with our books. */
export type ConnectionState =
  | 'disconnected'
  | 'connecting'
  | 'reconciling'
  | 'connected'
  | 'key_invalid'
  | 'degraded'

export interface Connection extends AccountRef {
  state: ConnectionState
  isConnected: boolean
  isAuthenticated: boolean
  /** Prices and fills are made up by a simulator. */
  simulated: boolean
  realMoney: boolean
  connectedAt: Time | null
  uptimeSeconds: number
  lastError?: string
  nextAttemptAt: Time | null
  activeStrategiesCount: number
}

/** What the exchange says that a key may do. */
export interface Grant {
  exchangeAccount: string
  scopes: string[]
  canTrade: boolean
  canWithdraw: boolean
  canEditAccount: boolean
}

export interface Credential extends AccountRef {
  id: string
  lastFour: string
  verified: boolean
  grant: Grant
  createdAt: Time
  lastUsed: Time | null
}

/** One currency of an account. */
export interface Balance extends AccountRef {
  currency: string
  balance: Decimal
  /** Cash and open profit. */
  equity: Decimal
  available: Decimal
  initialMargin: Decimal
  maintenanceMargin: Decimal
}

export type Side = 'buy' | 'sell'

/** A position with the stop and target that protect it; a price of "0" means there is none. */
export interface Position extends AccountRef {
  instrument: string
  side: Side
  /** Signed: negative is short. */
  size: Decimal
  averagePrice: Decimal
  markPrice: Decimal
  unrealizedPnl: Decimal
  realizedPnl: Decimal
  liquidationPrice: Decimal
  stopLoss: Decimal
  takeProfit: Decimal
  strategyId?: string
  /** Differs from what our own fills explain. */
  foreign: boolean
}

/** A live order at the exchange; role is absent when it is not ours. */
export interface Order extends AccountRef {
  id: string
  label: string
  instrument: string
  side: Side
  type: string
  state: string
  amount: Decimal
  filled: Decimal
  price: Decimal
  triggerPrice: Decimal
  reduceOnly: boolean
  role?: string
  strategyId?: string
  foreign: boolean
  time: Time
}

export const connectionStatus = () => get<{ connections: Connection[] }>('/api/connection/status').then((a) => a.connections)

/** Answers once the connection stands, or after 10 s while it is still being made. */
export const connect = (environment: Environment) =>
  post<{ connection: Connection; message: string }>(
    '/api/v2/connect',
    { broker, environment },
    { idempotencyKey: newIdempotencyKey() },
  ).then((answer) => answer.connection)

export const disconnect = (environment: Environment) =>
  post<unknown>('/api/v2/disconnect', { broker, environment }, { idempotencyKey: newIdempotencyKey() })

/** One paper account per user, made at the simulated exchange; its key is stored by the server. */
export const takePaperAccount = () =>
  post<unknown>('/api/paper/account', {}, { idempotencyKey: newIdempotencyKey() })

export const credentials = () => get<{ credentials: Credential[] }>('/api/user/credentials').then((a) => a.credentials)

export const saveCredential = (environment: Environment, apiKey: string, apiSecret: string) =>
  post<{ credentials: Credential; verified: boolean }>('/api/user/credentials', { broker, environment, apiKey, apiSecret })

export const deleteCredential = (environment: Environment) =>
  remove<unknown>('/api/user/credentials', { broker, environment })

/** What closing a position at market would bring right now, in the settlement currency. */
export interface ClosePreview {
  instrument: string
  /** Of the closing order. */
  side: Side
  amount: Decimal
  entryPrice: Decimal
  bestPrice: Decimal
  /** The average of all of it. */
  price: Decimal
  gross: Decimal
  slippage: Decimal
  fees: Decimal
  net: Decimal
  /** The book that is seen holds enough. */
  complete: boolean
  currency: string
}

export const previewClose = (environment: Environment, instrument: string) =>
  get<{ preview: ClosePreview }>('/api/v2/positions/close/preview', { broker, environment, instrument }).then((a) => a.preview)

export const closePosition = (environment: Environment, instrument: string) =>
  post<{ message?: string }>(
    '/api/v2/positions/close',
    { broker, environment, instrument },
    { idempotencyKey: newIdempotencyKey() },
  )

/** Where the stop of a position shall stand: at a price, or so many percent from the mark price. */
export type StopPlace = { price: Decimal } | { percent: Decimal }

/** Sets a stop, or moves the one that stands. */
export const placeStop = (environment: Environment, instrument: string, place: StopPlace) =>
  post<{ stopLoss: Decimal }>(
    '/api/v2/positions/add-sl',
    { broker, environment, instrument, ...place },
    { idempotencyKey: newIdempotencyKey() },
  )

/** Puts the known stop back at the exchange if it is not there. */
export const ensureStop = (environment: Environment, instrument: string) =>
  post<{ stopLoss: Decimal }>(
    '/api/v2/positions/ensure-sl',
    { broker, environment, instrument },
    { idempotencyKey: newIdempotencyKey() },
  )
