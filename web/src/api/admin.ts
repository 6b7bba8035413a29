import type { AccountRef, Connection, Time } from './account'
import { get, post, put, remove } from './client'
import type { KillSwitch, Limits, ScopedLimits } from './risk'
import type { StrategyState, StrategyStatus } from './strategy'

export interface AdminUser {
  id: string
  email: string
  fullName?: string
  isAdmin: boolean
  isActive: boolean
  createdAt: Time
  lastLogin?: Time | null
  connections: number
  strategies: number
}

export const users = (query: string, cursor: string | undefined) =>
  get<{ users: AdminUser[]; nextCursor?: string }>('/api/admin/users', { query, cursor, limit: 50 })

const path = (id: string) => `/api/admin/users/${encodeURIComponent(id)}`

/** A user's connection, with what is open there in numbers; null while the exchange cannot be asked. */
export interface AdminConnection extends Connection {
  hasKey: boolean
  keyLastUsed: Time | null
  positions: number | null
  orders: number | null
}

export interface AdminStrategy extends AccountRef {
  id: string
  strategyName: string
  instrument: string
  status: StrategyStatus
  state: StrategyState
  stateReason?: string
  inPosition: boolean
  lastAction: string
  errorMessage: string
  errorCount: number
  lastHeartbeat: Time | null
}

/** One user as an administrator sees them: no key, no amount. */
export interface UserView {
  user: Omit<AdminUser, 'connections' | 'strategies'>
  signIns: number
  connections: AdminConnection[]
  strategies: AdminStrategy[]
  limits: ScopedLimits[]
  killSwitches: KillSwitch[]
  actorPath: string
}

export const viewUser = (id: string) => get<UserView>(path(id))

export const resetPassword = (id: string, newPassword: string) =>
  post<unknown>(`${path(id)}/reset-password`, { newPassword })

export const toggleActive = (id: string) => post<{ user: AdminUser }>(`${path(id)}/toggle-active`, {})

/** `close` also closes what the user still has open at the exchange; without it such a user is not deleted. */
export const deleteUser = (id: string, close: boolean) => remove<unknown>(path(id), { close: close || undefined })

/** A stored key that no longer opens. */
export interface ClosedKey extends AccountRef {
  credentialId: string
  userId: string
  email: string
  reason: 'master_key' | 'corrupt' | 'version'
}

export interface KeyScan {
  generatedAt: Time
  summary: { total: number; failed: number }
  rows: ClosedKey[]
}

export const scanKeys = () => get<KeyScan>('/api/admin/credentials-scan')

/** A halt of the whole server: nobody enters anything while it is on. */
export interface Halt {
  on: boolean
  since: Time | null
  /** Everything is being closed as well. */
  closes: boolean
  /** Connections that their users want. */
  connections: number
  /** Accounts with an order or a trade that is not over. */
  unfinished: number
}

export const serverHalt = () => get<{ halt: Halt }>('/api/admin/halt').then((answer) => answer.halt)

export const haltServer = (closePositions: boolean) =>
  post<{ halt: Halt }>('/api/admin/halt', { closePositions }).then((answer) => answer.halt)

export const resumeServer = () => post<{ halt: Halt }>('/api/admin/resume', {}).then((answer) => answer.halt)

export const serverLimits = () => get<{ limits: Limits }>('/api/admin/limits').then((answer) => answer.limits)

export const setServerLimits = (limits: Limits) =>
  put<{ limits: Limits }>('/api/admin/limits', { limits }).then((answer) => answer.limits)
