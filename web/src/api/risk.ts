import { type AccountRef, broker, type Decimal, type Environment, type Time } from './account'
import { get, newIdempotencyKey, post, put } from './client'

/** What a kill switch or limits are about; without either it is everything of the user. */
export interface RiskScope {
  environment?: Environment
  strategyId?: string
}

/** How far a kill switch has come on one connection. */
export interface KillProgress extends AccountRef {
  /** Orders of ours that are not over. */
  ordersLeft: number
  /** Instruments that are not flat. */
  positionsLeft: string[]
  /** Verified with the exchange: nothing is left. */
  flat: boolean
  /** Why nothing can be done there right now. */
  problem?: string
}

/** An emergency stop that is on. Scope `server` is a halt by an administrator. */
export interface KillSwitch {
  scope: 'server' | 'account' | 'connection' | 'strategy'
  venue?: AccountRef
  strategy?: string
  close: boolean
  at: Time
  /** Strategies that it has stopped. */
  stopped: number
  connections: KillProgress[]
  flat: boolean
}

/** Ceilings on what may be held and done; 0 or empty is off. Money is in US dollars. */
export interface Limits {
  maxOrderSize?: Decimal
  maxPosition?: Decimal
  maxExposure?: Decimal
  maxLeverage?: Decimal
  maxDailyLoss?: Decimal
  maxOrdersPerMinute?: number
  maxOpenTrades?: number
  priceBand?: Decimal
  /** The only ones that may be entered; empty: every one. */
  instruments?: string[]
}

/** Limits and what they are for. Each holds by itself. */
export interface ScopedLimits {
  scope: 'server' | 'user' | 'connection' | 'strategy'
  venue?: AccountRef
  strategy?: string
  limits: Limits
}

const about = ({ environment, strategyId }: RiskScope) =>
  strategyId !== undefined ? { strategyId } : environment !== undefined ? { broker, environment } : {}

export const killSwitches = () => get<{ killSwitches: KillSwitch[] }>('/api/killswitch').then((a) => a.killSwitches)

/** Answers when everything is flat, or after ten seconds with how far it has come. */
export const engageKill = (scope: RiskScope) =>
  post<{ killSwitch: KillSwitch }>('/api/killswitch', about(scope), { idempotencyKey: newIdempotencyKey() }).then((a) => a.killSwitch)

export const resetKill = (scope: RiskScope) =>
  post<{ killSwitches: KillSwitch[] }>('/api/killswitch/reset', about(scope), { idempotencyKey: newIdempotencyKey() }).then((a) => a.killSwitches)

export const limits = () => get<{ limits: ScopedLimits[] }>('/api/user/limits').then((a) => a.limits)

export const setLimits = (scope: RiskScope, limits: Limits) =>
  put<{ limits: ScopedLimits[] }>('/api/user/limits', { ...about(scope), limits }).then((a) => a.limits)
