import type { Time } from './account'
import { get } from './client'

/** What one actor and its mailbox look like. */
export interface Mailbox {
  /** Its path in the tree. */
  id: string
  kind: string
  state: string
  queued: number
  waitingMs: number
  busyMs: number
  handling?: string
  /** Above 1 it was restarted. */
  incarnation: number
}

export interface ActorKind {
  kind: string
  alive: number
  states: Record<string, number>
  queued: number
  handled: number
  refused: number
  restarts: number
  panics: number
  spent: number
  p50Micros: number
  p99Micros: number
}

export interface Failure {
  number: number
  at: Time
  id: string
  kind: string
  message: string
  reason: string
  stack?: string
  outcome: string
  count: number
}

export interface Rate {
  at: Time
  handledPerSecond: number
  refusedPerSecond: number
  restarts: number
}

export interface Overview {
  at: Time
  alive: number
  queued: number
  deadLetters: number
  kinds: ActorKind[]
  deepest: Mailbox[]
  oldest: Mailbox[]
  failures: Failure[]
  rates: { everySeconds: number; points: Rate[] }
}

export interface Child extends Mailbox {
  name: string
  /** Living actors under it. */
  below: number
}

export interface Branch {
  path: string
  actor: Mailbox | null
  below: { kind: string; state: string; count: number }[]
  children: Child[]
  total: number
  next?: string
}

export interface FoundUser {
  id: string
  email: string
}

export const overview = () => get<Overview>('/api/admin/actors', { stacks: false })

/** One page of the children at a path, those whose names follow after. */
export const branch = (path: string, after: string | undefined) => get<{ tree: Branch }>('/api/admin/actors/tree', { path, after }).then((answer) => answer.tree)

/** Where the actors of a user are, who is named by address or id. */
export const userTree = (user: string) => get<{ tree: Branch; user: FoundUser | null }>('/api/admin/actors/tree', { user })

export const failure = (number: number) => get<{ failure: Failure }>(`/api/admin/actors/failures/${number}`).then((answer) => answer.failure)
