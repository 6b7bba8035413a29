import type { Position } from '@/api/account'
import type { Instrument } from '@/api/market'

/**
 * The open result at a mark price, for a figure that moves with the price between the exchange's own. Only shown:
 * what is booked is the exchange's.
 */
export function openResult(position: Position, mark: string | undefined, spec: Instrument | undefined): number {
  const entry = Number(position.averagePrice)
  const price = Number(mark ?? 0)
  const size = Number(position.size)
  if (spec === undefined || entry <= 0 || price <= 0) return Number(position.unrealizedPnl)
  return spec.kind === 'linear' ? size * (price - entry) : size * (1 / entry - 1 / price)
}

/** Where the price stands between stop (0) and target (1); undefined when one of them is missing. */
export function progress(position: Position, mark: string | undefined): number | undefined {
  const stop = Number(position.stopLoss)
  const target = Number(position.takeProfit)
  const price = Number(mark ?? position.markPrice)
  if (stop <= 0 || target <= 0 || price <= 0 || stop === target) return undefined
  return Math.min(1, Math.max(0, (price - stop) / (target - stop)))
}

/** How far the price has gone in the position's favour, in percent of its entry. */
export function returnOf(position: Position, mark: string | undefined): number {
  const entry = Number(position.averagePrice)
  const price = Number(mark ?? position.markPrice)
  if (entry <= 0 || price <= 0) return 0
  return (price / entry - 1) * 100 * Math.sign(Number(position.size))
}
