import type { Trade } from '@/api/trade'
import { signOf } from '@/format/number'
import type { Bar } from './bars'

/** An entry or exit of the user on the candle in which it happened. */
export interface Marker {
  id: string
  time: number
  kind: 'long' | 'short' | 'gain' | 'loss'
  price: number
  /** What came of it, at an exit. */
  net?: { value: string; currency: string }
}

/** The entries and exits that fall on the candles that are there, oldest first. */
export function markersOf(trades: readonly Trade[], bars: readonly Bar[], seconds: number): Marker[] {
  const known = new Set(bars.map(({ time }) => time))
  const place = (time: string) => Math.floor(Date.parse(time) / 1000 / seconds) * seconds
  const found: Marker[] = []
  for (const trade of trades) {
    found.push({ id: `${trade.id}-in`, time: place(trade.entryTime), kind: trade.side === 'buy' ? 'long' : 'short', price: Number(trade.entryPrice) })
    if (trade.status === 'closed' && trade.exitTime !== null && trade.exitPrice !== null) {
      found.push({
        id: `${trade.id}-out`,
        time: place(trade.exitTime),
        kind: signOf(trade.net) < 0 ? 'loss' : 'gain',
        price: Number(trade.exitPrice),
        net: { value: trade.net, currency: trade.currency },
      })
    }
  }
  return found.filter(({ time }) => known.has(time)).sort((a, b) => a.time - b.time)
}

/** Candles between two words of one kind: nearer ones would be written over each other. */
const room = 12

/** Those markers that have room for words, the newest first: entries and exits are written apart. */
export function worded(markers: readonly Marker[], seconds: number): Set<string> {
  const found = new Set<string>()
  const last = { in: Infinity, out: Infinity }
  for (const { id, time, net } of markers.toReversed()) {
    const side = net === undefined ? 'in' : 'out'
    if (last[side] - time < room * seconds) continue
    last[side] = time
    found.add(id)
  }
  return found
}
