import type { AccountRef, Decimal, Side, Time } from './account'
import { get } from './client'

/** A round trip: from flat through a position and back to flat. */
export interface Trade extends Partial<AccountRef> {
  id: string
  strategyId: string
  strategyName: string
  instrument: string
  side: Side
  entryPrice: Decimal
  exitPrice: Decimal | null
  amount: Decimal
  stopLoss: Decimal
  takeProfit: Decimal
  breakEvenDone: boolean
  entryTime: Time
  exitTime: Time | null
  exitReason?: string
  /** Realised, without fees and funding. */
  pnl: Decimal
  fees: Decimal
  funding: Decimal
  /** pnl - fees + funding. */
  net: Decimal
  currency: string
  status: 'open' | 'closed'
}

export interface TradeFilter {
  strategyName?: string
  instrument?: string
  environment?: string
  status?: string
  from?: string
  to?: string
}

/** Sums of a filter's round trips in one currency. */
export interface TradeStats {
  /** What these trades have in common, when grouped. */
  group?: string
  currency: string
  totalTrades: number
  closedTrades: number
  winningTrades: number
  losingTrades: number
  winRate: Decimal
  totalPnl: Decimal
  avgPnl: Decimal
  avgWin: Decimal
  avgLoss: Decimal
  /** The longest rows of wins and of losses. */
  winStreak: number
  lossStreak: number
  bestTrade: Decimal
  worstTrade: Decimal
  fees: Decimal
  funding: Decimal
  profitFactor: Decimal | null
  expectancy: Decimal
  maxDrawdown: Decimal
  exitsByReason: Record<string, number>
}

export const pageSize = 25

export const history = (filter: TradeFilter, offset: number) =>
  get<{ trades: Trade[]; total: number }>('/api/user/trades/history', { ...filter, limit: pageSize, offset })

/** What results can be grouped by; a day, week or month is that of the exit, in UTC. */
export const groupings = ['strategy', 'instrument', 'version', 'day', 'week', 'month'] as const
export type Grouping = (typeof groupings)[number]

/** One entry per currency that the filter's trades settled in; grouped, one per group and currency as well. */
export const stats = (filter: TradeFilter, by?: Grouping) =>
  get<{ byCurrency: TradeStats[]; groups?: TradeStats[] }>('/api/user/trades/stats', { ...filter, by })
