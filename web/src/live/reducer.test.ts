import { describe, expect, it } from 'vitest'
import type { Order, Position } from '@/api/account'
import type { Frame } from './frame'
import { disconnected, nothing, reduce } from './reducer'

const order = (id: string, state = 'open') => ({ id, state, broker: 'deribit', environment: 'paper' }) as Order
const position = (instrument: string, size: string, environment = 'paper') =>
  ({ instrument, size, broker: 'deribit', environment }) as Position
const snapshot = (topic: string, data: unknown, seq = 1): Frame => ({ type: 'snapshot', topic, seq, data })
const update = (topic: string, data: unknown, seq: number): Frame => ({ type: 'update', topic, seq, data })

const after = (...frames: Frame[]) => reduce(nothing, frames)

describe('reduce', () => {
  it('takes a snapshot and lays updates over it', () => {
    const { live, resubscribe } = after(
      snapshot('orders', [order('a')]),
      update('orders', order('b'), 2),
      update('orders', order('a', 'filled'), 3),
    )
    expect(live.orders.map(({ id }) => id)).toEqual(['b'])
    expect(live.seq.orders).toBe(3)
    expect(resubscribe).toEqual([])
  })

  it('follows a leg whose id the exchange has changed', () => {
    const stop = (id: string, state: string) => ({ ...order(id, state), role: 'stop', label: 'tb-1-s' }) as Order
    const standing = after(snapshot('orders', []), update('orders', stop('waiting', 'untriggered'), 2), update('orders', stop('real', 'untriggered'), 3))
    expect(standing.live.orders.map(({ id }) => id)).toEqual(['real'])
    const late = reduce(standing.live, [update('orders', stop('waiting', 'cancelled'), 4)])
    expect(late.live.orders.map(({ id }) => id)).toEqual(['real'])
    expect(reduce(late.live, [update('orders', stop('real', 'filled'), 5)]).live.orders).toEqual([])
  })

  it('ignores an update that comes twice', () => {
    const { live } = after(snapshot('orders', [order('a')], 4), update('orders', order('b'), 4), update('orders', order('c'), 3))
    expect(live.orders).toHaveLength(1)
  })

  it('starts a topic over when one of its updates is missing, and applies nothing until the snapshot', () => {
    const gap = after(snapshot('orders', [order('a')]), update('orders', order('c'), 3), update('orders', order('d'), 4))
    expect(gap.resubscribe).toEqual(['orders'])
    expect(gap.live.orders.map(({ id }) => id)).toEqual(['a'])
    const late = reduce(gap.live, [update('orders', order('e'), 5)])
    expect(late.live.orders).toHaveLength(1)
    const whole = reduce(gap.live, [snapshot('orders', [order('z')], 1), update('orders', order('y'), 2)])
    expect(whole.live.orders.map(({ id }) => id)).toEqual(['z', 'y'])
    expect(whole.resubscribe).toEqual([])
  })

  it('asks again after a resync', () => {
    expect(after(snapshot('trades', []), { type: 'resync', topic: 'trades' }).resubscribe).toEqual(['trades'])
  })

  it('keeps the gap of one topic away from the others', () => {
    const { live, resubscribe } = after(
      snapshot('orders', []),
      snapshot('positions', []),
      update('orders', order('a'), 9),
      update('positions', position('X', '1'), 2),
    )
    expect(resubscribe).toEqual(['orders'])
    expect(live.positions).toHaveLength(1)
  })

  it('drops a position that is flat, and only in its own environment', () => {
    const { live } = after(
      snapshot('positions', [position('X', '1'), position('X', '2', 'testnet'), position('Y', '0')]),
      update('positions', position('X', '0'), 2),
    )
    expect(live.positions.map(({ environment }) => environment)).toEqual(['testnet'])
  })

  it('replaces the growing candle and appends the next', () => {
    const topic = 'candles:deribit:paper:X:1m'
    const candle = (openTime: string, close: string) => ({ openTime, close })
    const { live } = after(
      snapshot(topic, [candle('2026-01-01T00:00:00Z', '1')]),
      update(topic, candle('2026-01-01T00:00:00Z', '2'), 2),
      update(topic, candle('2026-01-01T00:01:00Z', '3'), 3),
    )
    expect(live.candles[topic]?.map(({ close }) => close)).toEqual(['2', '3'])
  })

  it('counts from the start on a new socket and keeps what is shown until then', () => {
    const before = after(snapshot('orders', [order('a')], 7)).live
    const fresh = disconnected(before)
    expect(fresh.orders).toHaveLength(1)
    expect(reduce(fresh, [update('orders', order('b'), 8)]).live.orders).toHaveLength(1)
    expect(reduce(fresh, [snapshot('orders', [order('c')], 1)]).live.orders.map(({ id }) => id)).toEqual(['c'])
  })

  it('remembers why a topic was refused', () => {
    expect(after({ type: 'error', topic: 'ticker:x', code: 'not_found', error: 'No such market.' }).live.refused).toEqual({
      'ticker:x': 'No such market.',
    })
  })
})
