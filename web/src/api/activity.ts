import type { Decimal, Time } from './account'
import { get } from './client'

/** One thing that happened, as the server has it stored. What does not belong to its kind is empty. */
export interface Activity {
  id: string
  kind: string
  time: Time
  broker: string
  environment: string
  instrument: string
  strategyId: string
  strategyName: string
  tradeId: string
  side: string
  amount: Decimal | null
  /** Of the entry, the exit or the stop. */
  price: Decimal | null
  net: Decimal | null
  currency: string
  /** A code: an exit reason, the kind of a repair, or why an entry was refused. */
  reason: string
  /** A sentence of the server. */
  message: string
}

/** What happened, newest first. */
export const activity = () => get<{ activity: Activity[] }>('/api/user/activity', { limit: 100 }).then((answer) => answer.activity)
