import type { Position, StopPlace } from '@/api/account'
import type { Instrument } from '@/api/market'
import { openResult } from './profit'

export type StopMode = 'price' | 'percent'

/** Where a stop would come to stand. Only shown: the server works it out again from the newest mark price. */
export interface StopPreview {
  price: number
  /** From the mark price, in percent. */
  away: number
  /** What the position would have made, or lost, at that price. */
  result: number
}

export type StopRead = { place: StopPlace; preview: StopPreview } | { complaint: 'number' | 'percent' | 'side' }

/** Reads what was typed into where the stop goes. A stop stands on the losing side of the mark price. */
export function readStop(mode: StopMode, typed: string, position: Position, mark: string, spec: Instrument | undefined): StopRead {
  const text = typed.trim().replace(',', '.')
  const value = Number(text)
  if (!/^\d+(\.\d+)?$/.test(text) || value === 0) return { complaint: 'number' }
  if (mode === 'percent' && value >= 100) return { complaint: 'percent' }
  const from = Number(mark)
  const below = position.size.startsWith('-') ? -1 : 1
  const price = onTick(mode === 'price' ? value : from * (1 - (below * value) / 100), Number(spec?.tickSize ?? 0))
  if (price <= 0 || (from - price) * below <= 0) return { complaint: 'side' }
  return {
    place: mode === 'price' ? { price: text } : { percent: text },
    preview: { price, away: (Math.abs(from - price) / from) * 100, result: openResult(position, String(price), spec) },
  }
}

const onTick = (price: number, tick: number) => (tick > 0 ? Math.round(price / tick) * tick : price)
