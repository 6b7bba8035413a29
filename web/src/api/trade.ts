import type { AccountRef, Decimal, Environment, Side, Time } from './account'
import { get, getFile } from './client'

/** A round trip: from flat through a position and back to flat. */
export interface Trade extends Partial<AccountRef> {
  id: string
  strategyId: string
  strategyName: string
  /** Of the parameters that its entry was decided with. */
  configVersion: number
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
  side?: string
  exitReason?: string
  /** Opened at or after, and before. */
  from?: string
  to?: string
  /** Closed at or after, and before. */
  closedFrom?: string
  closedTo?: string
}

export const exitReasons = ['tp', 'sl', 'break_even', 'time', 'manual', 'stop', 'kill_switch', 'target_passed', 'liquidation', 'reconciled'] as const

/** Sums of a filter's round trips in one currency. */
export interface TradeStats {
  /** What these trades have in common, when grouped. */
  group?: string
  environment: Environment
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

/** One fill of a trade; role is absent for an order that is not ours. */
export interface Fill {
  id: string
  role?: string
  side: Side
  price: Decimal
  amount: Decimal
  fee: Decimal
  feeCurrency: string
  profitLoss: Decimal
  maker: boolean
  liquidation: boolean
  time: Time
}

/** What a trade would bring at one price. */
interface Prospect {
  price: Decimal
  gross: Decimal
  net: Decimal
}

/** What a decision was made of. A strategy of one's own may leave parts out. */
export interface DecisionDetail {
  entry?: Decimal
  stop?: Decimal
  target?: Decimal
  scoreLong?: number
  scoreShort?: number
  sizing?: { mode: string; steps?: { step: string; why: string; amount: Decimal }[] }
  atStop?: Prospect
  atTarget?: Prospect
}

/** Why a strategy entered, or did not. */
export interface Decision {
  id: string
  /** Open time of the deciding candle; Go's zero time for a strategy that waits for none. */
  candleTime: Time
  time: Time
  side: string
  outcome: string
  reason: string
  detail: DecisionDetail
}

/** A trade with what it was made of. */
export interface TradeDetail {
  trade: Trade
  fills: Fill[]
  decision: Decision | null
}

/** Results of one UTC day in one currency of one environment. */
export interface Day {
  day: string
  environment: Environment
  currency: string
  trades: number
  wins: number
  losses: number
  net: Decimal
  fees: Decimal
  funding: Decimal
}

/** One currency of an account at one moment. */
export interface EquityPoint extends AccountRef {
  currency: string
  time: Time
  equity: Decimal
}

export const pageSize = 25

export const history = (filter: TradeFilter, offset: number) =>
  get<{ trades: Trade[]; total: number }>('/api/user/trades/history', { ...filter, limit: pageSize, offset })

/** What results can be grouped by; a day, week or month is that of the exit, in UTC. */
export const groupings = ['strategy', 'instrument', 'version', 'day', 'week', 'month'] as const
export type Grouping = (typeof groupings)[number]

/** One entry per environment and currency that the filter's trades settled in, for each group too: simulated and real money are never added up. */
export const stats = (filter: TradeFilter, by?: Grouping) =>
  get<{ byCurrency: TradeStats[]; groups?: TradeStats[] }>('/api/user/trades/stats', { ...filter, by })

export const trade = (id: string) => get<TradeDetail>(`/api/user/trades/${encodeURIComponent(id)}`)

/** Closed trades per day; days without one are left out. */
export const calendar = (filter: TradeFilter) => get<{ days: Day[] }>('/api/user/trades/calendar', { ...filter }).then(({ days }) => days)

/** Points oldest first, at most `limit` of all series together, evenly thinned. */
export const equity = (query: { environment?: string; from?: string; to?: string }) =>
  get<{ points: EquityPoint[] }>('/api/user/trades/equity', { ...query, limit: 1500 }).then(({ points }) => points)

export const tradeFile = (filter: TradeFilter, format: 'csv' | 'json') => getFile('/api/user/trades/export', { ...filter, format })
