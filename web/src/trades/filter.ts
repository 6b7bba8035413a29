import { type Environment, environments, type Side } from '@/api/account'
import { exitReasons, type Grouping, groupings, type TradeFilter } from '@/api/trade'

export const periods = ['all', 'today', 'week', 'month', 'custom'] as const
export type Period = (typeof periods)[number]

/** What the trades page shows, as it stands in its address. A day is a UTC day, 2026-11-24. */
export interface TradeSearch {
  environment?: Environment
  strategy?: string
  instrument?: string
  status?: 'open' | 'closed'
  side?: Side
  reason?: string
  period?: Exclude<Period, 'all'>
  /** First and last day of a period of one's own. */
  from?: string
  to?: string
  /** Only what closed on this day. */
  day?: string
  by?: Grouping
  page?: number
  /** The trade whose details are open. */
  trade?: string
}

const days = { today: 1, week: 7, month: 30 } as const

/** Keeps of an address what this page understands. */
export function readSearch(raw: Record<string, unknown>): TradeSearch {
  const one = <T extends string>(name: string, of: readonly T[]) => of.find((value) => value === raw[name])
  const text = (name: string) => (typeof raw[name] === 'string' && raw[name] !== '' ? raw[name].slice(0, 60) : undefined)
  const day = (name: string) => (isDay(raw[name]) ? raw[name] : undefined)
  const page = Number(raw.page)
  return dropAbsent({
    environment: one('environment', environments),
    strategy: text('strategy'),
    instrument: text('instrument'),
    status: one('status', ['open', 'closed'] as const),
    side: one('side', ['buy', 'sell'] as const),
    reason: one('reason', exitReasons),
    period: one('period', ['today', 'week', 'month', 'custom'] as const),
    from: day('from'),
    to: day('to'),
    day: day('day'),
    by: one('by', groupings),
    page: Number.isInteger(page) && page > 1 && page <= 10_000 ? page : undefined,
    trade: text('trade'),
  })
}

const isDay = (value: unknown): value is string => typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value))

function dropAbsent<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T
}

/** Whether anything narrows the list down. */
export function isFiltered({ by: _by, page: _page, trade: _trade, ...rest }: TradeSearch): boolean {
  return Object.keys(rest).length > 0
}

/** What the server is asked for. Whole UTC days, so that the same choice asks the same thing all day. */
export function queryOf(search: TradeSearch, now: number): TradeFilter {
  const [from, to] = span(search, now)
  return {
    environment: search.environment,
    strategyName: search.strategy,
    instrument: search.instrument,
    status: search.status,
    side: search.side,
    exitReason: search.reason,
    from,
    to,
    closedFrom: search.day && startOf(search.day),
    closedTo: search.day && startOf(search.day, 1),
  }
}

function span({ period, from, to }: TradeSearch, now: number): [string | undefined, string | undefined] {
  if (period === undefined) return [undefined, undefined]
  // A last day before the first one is not meant yet: the user is still choosing.
  if (period === 'custom') return [from && startOf(from), to && (from === undefined || to >= from) ? startOf(to, 1) : undefined]
  return [startOf(dayOf(now), 1 - days[period]), undefined]
}

const day = 86_400_000

export const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10)

/** When a UTC day begins, or one so many days later. */
const startOf = (of: string, later = 0) => new Date(Date.parse(of) + later * day).toISOString()
