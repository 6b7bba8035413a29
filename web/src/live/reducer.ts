import { replaceEqualDeep } from '@tanstack/react-query'
import type { Balance, Connection, Order, Position } from '@/api/account'
import type { Candle, Ticker } from '@/api/market'
import type { Analysis, Strategy } from '@/api/strategy'
import type { Trade } from '@/api/trade'
import type { Frame } from './frame'

/** Everything the server pushes, as the page shows it. Replaced, never changed in place. */
export interface Live {
  /** Last sequence number per topic of this socket; absent until its snapshot has come. */
  seq: Readonly<Record<string, number>>
  connection: readonly Connection[]
  strategies: readonly Strategy[]
  orders: readonly Order[]
  positions: readonly Position[]
  balance: readonly Balance[]
  trades: readonly Trade[]
  /** By topic. */
  tickers: Readonly<Record<string, Ticker>>
  candles: Readonly<Record<string, readonly Candle[]>>
  analyses: Readonly<Record<string, Analysis>>
  /** Why the server refuses a topic, by topic. */
  refused: Readonly<Record<string, string>>
}

export const nothing: Live = {
  seq: {},
  connection: [],
  strategies: [],
  orders: [],
  positions: [],
  balance: [],
  trades: [],
  tickers: {},
  candles: {},
  analyses: {},
  refused: {},
}

export interface Reduced {
  live: Live
  /** Topics whose thread was lost: the socket asks for a new snapshot of each. */
  resubscribe: string[]
}

/** Applies a batch of frames. An update that is not the next one is not applied; its topic starts over. */
export function reduce(live: Live, frames: readonly Frame[]): Reduced {
  const lost = new Set<string>()
  let next = live
  for (const frame of frames) {
    const { topic } = frame
    if (topic === undefined) continue
    if (frame.type === 'error') {
      next = { ...next, refused: { ...next.refused, [topic]: frame.error ?? frame.code ?? '' } }
    } else if (frame.type === 'resync') {
      next = forget(next, topic)
      lost.add(topic)
    } else if (frame.type === 'snapshot') {
      lost.delete(topic)
      next = merge(note(next, topic, frame.seq ?? 0), topic, frame.data, true)
    } else if (frame.type === 'update' && !lost.has(topic)) {
      const last = next.seq[topic]
      if (last === undefined) continue // an old update that overtook its snapshot
      const seq = frame.seq ?? last + 1
      if (seq <= last) continue
      if (seq > last + 1) {
        next = forget(next, topic)
        lost.add(topic)
      } else {
        next = merge(note(next, topic, seq), topic, frame.data, false)
      }
    }
  }
  return { live: next, resubscribe: [...lost] }
}

/** A new socket counts from the start; what is shown stays until its snapshots come. */
export function disconnected(live: Live): Live {
  return { ...live, seq: {}, refused: {} }
}

function note(live: Live, topic: string, seq: number): Live {
  return { ...live, seq: { ...live.seq, [topic]: seq } }
}

function forget(live: Live, topic: string): Live {
  const { [topic]: _, ...seq } = live.seq
  return { ...live, seq }
}

function merge(live: Live, topic: string, data: unknown, whole: boolean): Live {
  const kind = topic.split(':', 1)[0]
  switch (kind) {
    case 'connection':
      return { ...live, connection: collect(live.connection, data, whole, account, () => true) }
    case 'strategies':
      return { ...live, strategies: collect(live.strategies, data, whole, (item) => item.id, () => true) }
    case 'orders':
      return { ...live, orders: collect(live.orders, data, whole, leg, isLive, (a, b) => a.id === b.id) }
    case 'positions':
      return {
        ...live,
        positions: collect(live.positions, data, whole, (item) => account(item) + item.instrument, isOpen),
      }
    case 'balance':
      return { ...live, balance: collect(live.balance, data, whole, (item) => account(item) + item.currency, () => true) }
    case 'trades':
      return { ...live, trades: newest(collect(live.trades, data, whole, (item) => item.id, () => true)) }
    case 'ticker':
      return { ...live, tickers: { ...live.tickers, [topic]: data as Ticker } }
    case 'candles':
      return { ...live, candles: { ...live.candles, [topic]: grow(live.candles[topic] ?? [], data, whole) } }
    case 'analysis':
      return { ...live, analyses: { ...live.analyses, [topic]: replaceEqualDeep(live.analyses[topic], data as Analysis) } }
    default:
      return live
  }
}

const account = (item: { broker: string; environment: string }) => `${item.broker}:${item.environment}:`

/**
 * A leg of a bracket keeps its label when the exchange gives it another id: the leg that waited for the entry is
 * replaced by the one that stands, and nobody tells of the end of the former.
 */
const leg = (order: Order) => account(order) + (order.role && order.label ? order.label : order.id)

/** An order that has ended leaves the list of live ones. */
const isLive = (order: Order) => !['filled', 'cancelled', 'rejected', 'expired', 'triggered'].includes(order.state)

const isOpen = (position: Position) => Number(position.size) !== 0

/** Lays one item or a list of items over a list; a snapshot replaces the list. */
function collect<T>(
  old: readonly T[],
  data: unknown,
  whole: boolean,
  key: (item: T) => string,
  keep: (item: T) => boolean,
  /** Whether the end of the second is the end of the first. */
  ends: (old: T, item: T) => boolean = () => true,
): readonly T[] {
  const items = (Array.isArray(data) ? data : data === null || data === undefined ? [] : [data]) as T[]
  const byKey = new Map((whole ? [] : old).map((item) => [key(item), item]))
  for (const item of items) {
    const before = byKey.get(key(item))
    if (keep(item)) byKey.set(key(item), item)
    else if (before !== undefined && ends(before, item)) byKey.delete(key(item))
  }
  return [...byKey.values()]
}

/** The trades topic only feeds "just now"; older ones are on the trades page. */
function newest(trades: readonly Trade[]): readonly Trade[] {
  return [...trades].sort((a, b) => b.entryTime.localeCompare(a.entryTime)).slice(0, 50)
}

/** Candles of the topic, oldest first: an update replaces the growing last one or appends the next. */
function grow(old: readonly Candle[], data: unknown, whole: boolean): readonly Candle[] {
  const items = (Array.isArray(data) ? data : data === null || data === undefined ? [] : [data]) as Candle[]
  if (whole) return items
  const [item] = items
  const last = old.at(-1)
  if (item !== undefined && items.length === 1 && (last === undefined || item.openTime >= last.openTime)) {
    const before = item.openTime === last?.openTime ? old.slice(0, -1) : old.slice(-499)
    return [...before, item]
  }
  const byTime = new Map(old.map((candle) => [candle.openTime, candle]))
  for (const candle of items) byTime.set(candle.openTime, candle)
  return [...byTime.values()].sort((a, b) => a.openTime.localeCompare(b.openTime)).slice(-500)
}
