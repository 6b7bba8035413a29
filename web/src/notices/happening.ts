import type { Connection } from '@/api/account'
import type { Activity } from '@/api/activity'
import type { Strategy } from '@/api/strategy'
import type { Trade } from '@/api/trade'
import { environmentOf } from '@/account/use-account'
import type { Live } from '@/live/reducer'

/** What only the socket tells, and the server does not keep. */
const liveKinds = ['link_lost', 'link_back', 'key_refused', 'connection_degraded', 'strategy_paused', 'strategy_error', 'stop_moved_by_strategy'] as const

/** One thing that happened, whoever told it: the socket at once, or the server's records after a reload. */
export interface Happening extends Activity {
  /** The page saw it happen: it is told at once, not only listed. */
  seen: boolean
}

/** What has to be remembered from one change to the next. */
export interface Memory {
  /** Environments whose link was lost and is not back yet. */
  lost: ReadonlySet<string>
}

const blank: Happening = {
  id: '',
  kind: '',
  time: '',
  broker: 'deribit',
  environment: '',
  instrument: '',
  strategyId: '',
  strategyName: '',
  tradeId: '',
  side: '',
  amount: null,
  price: null,
  net: null,
  currency: '',
  reason: '',
  message: '',
  seen: true,
}

type Slices = Pick<Live, 'connection' | 'strategies' | 'trades'>

/** What has happened between two states of the page. What was there from the start has not just happened. */
export function happened(memory: Memory, before: Slices, after: Slices, now: string): { memory: Memory; happenings: Happening[] } {
  const lost = new Set(memory.lost)
  return {
    happenings: [
      ...after.trades.flatMap((trade) => ofTrade(before.trades.find(({ id }) => id === trade.id), trade, before.trades.length > 0, now)),
      ...after.strategies.flatMap((strategy) => ofStrategy(before.strategies.find(({ id }) => id === strategy.id), strategy)),
      ...after.connection.flatMap((connection) => ofConnection(before.connection.find((one) => venue(one) === venue(connection)), connection, lost, now)),
    ],
    memory: { lost },
  }
}

const venue = ({ broker, environment }: { broker: string; environment: string }) => `${broker}:${environment}`

function ofTrade(before: Trade | undefined, trade: Trade, begun: boolean, now: string): Happening[] {
  if (before === undefined && !begun && trade.status === 'open') return [] // of the first snapshot
  const about = {
    ...blank,
    environment: environmentOf(trade) ?? '',
    instrument: trade.instrument,
    strategyId: trade.strategyId,
    strategyName: trade.strategyName,
    tradeId: trade.id,
    side: trade.side,
    amount: trade.amount,
    currency: trade.currency,
  }
  const found: Happening[] = []
  if (before === undefined) found.push({ ...about, id: `opened:${trade.id}`, kind: 'trade_opened', time: trade.entryTime, price: trade.entryPrice })
  if (trade.status === 'closed' && before?.status !== 'closed') {
    found.push({ ...about, id: `closed:${trade.id}`, kind: 'trade_closed', time: trade.exitTime ?? now, price: trade.exitPrice, net: trade.net, reason: trade.exitReason ?? '' })
  }
  if (before !== undefined && trade.status === 'open' && trade.breakEvenDone && !before.breakEvenDone) {
    found.push({ ...about, id: `stop:${trade.id}`, kind: 'stop_moved_by_strategy', time: now, price: trade.stopLoss })
  }
  return found
}

function ofStrategy(before: Strategy | undefined, strategy: Strategy): Happening[] {
  const { status } = strategy
  if ((status !== 'paused' && status !== 'error') || before?.status === status) return []
  return [
    {
      ...blank,
      id: `strategy:${strategy.id}:${status}`,
      kind: status === 'error' ? 'strategy_error' : 'strategy_paused',
      time: strategy.updatedAt,
      broker: strategy.broker,
      environment: strategy.environment,
      instrument: strategy.instrument,
      strategyId: strategy.id,
      strategyName: strategy.strategyName,
      reason: strategy.lastAction,
      message: strategy.errorMessage || strategy.stateReason || '',
      seen: before !== undefined,
    },
  ]
}

function ofConnection(before: Connection | undefined, connection: Connection, lost: Set<string>, now: string): Happening[] {
  if (before === undefined || before.state === connection.state) return []
  const name = venue(connection)
  const about = { ...blank, time: now, broker: connection.broker, environment: connection.environment, message: connection.lastError ?? '' }
  const told = (kind: (typeof liveKinds)[number]): Happening[] => [{ ...about, kind, id: `${kind}:${name}:${now}` }]
  switch (connection.state) {
    case 'key_invalid':
      lost.delete(name)
      return told('key_refused')
    case 'degraded':
      lost.delete(name)
      return told('connection_degraded')
    case 'disconnected':
      lost.delete(name) // by the user's own act
      return []
    case 'connected':
      return lost.delete(name) ? told('link_back') : []
    default:
      if (before.state !== 'connected') return []
      lost.add(name)
      return told('link_lost')
  }
}

/** Both lists as one, newest first. What both tell counts once, as it was seen. */
export function merged(stored: readonly Activity[], seen: readonly Happening[]): Happening[] {
  const byId = new Map<string, Happening>(stored.map((one) => [one.id, { ...one, seen: false }]))
  for (const one of seen) byId.set(one.id, one)
  return [...byId.values()].sort((a, b) => b.time.localeCompare(a.time))
}

/** What a user did is no news to that user. */
const ownActs = new Set(['killswitch_on', 'killswitch_reset', 'stop_moved', 'key_saved', 'key_deleted', 'disconnected'])

/** How many are newer than what was last looked at. */
export const unread = (list: readonly Happening[], readUntil: string) => list.filter(({ kind, time }) => time > readUntil && !ownActs.has(kind)).length

/** Whether to interrupt for it: money was made or lost, or something waits for the user. */
export function matters({ kind, reason, seen }: Happening): boolean {
  if (!seen) return false
  return kind === 'trade_closed' || kind === 'key_refused' || kind === 'connection_degraded' || kind === 'strategy_error' || (kind === 'strategy_paused' && reason !== 'manual_disconnect')
}

/** Whether it is good news, bad news or just news. */
export function toneOf({ kind, net, reason }: Happening): 'good' | 'bad' | 'warn' | 'info' {
  if (kind === 'trade_closed') return reason === 'liquidation' || Number(net) < 0 ? 'bad' : Number(net) > 0 ? 'good' : 'info'
  if (['key_refused', 'connection_degraded', 'strategy_error', 'killswitch_on'].includes(kind)) return 'bad'
  if (['link_lost', 'strategy_paused', 'repaired', 'entry_refused', 'disconnected'].includes(kind)) return 'warn'
  return kind === 'link_back' ? 'good' : 'info'
}
