import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Frame } from './frame'
import { backOff, type Link, LiveSocket } from './socket'

class FakeSocket {
  readyState = 0
  sent: string[] = []
  closed = false
  onopen: (() => void) | null = null
  onmessage: ((event: MessageEvent) => void) | null = null
  onclose: (() => void) | null = null
  send(text: string) {
    this.sent.push(text)
  }
  close() {
    this.closed = true
  }
  opens() {
    this.readyState = 1
    this.onopen?.()
  }
  says(frame: object) {
    this.onmessage?.({ data: JSON.stringify(frame) } as MessageEvent)
  }
}

function world() {
  const sockets: FakeSocket[] = []
  const links: Link[] = []
  const retries: (number | undefined)[] = []
  const frames: Frame[] = []
  const ticket = vi.fn(async () => 'ticket')
  const socket = new LiveSocket({
    ticket,
    open() {
      const fake = new FakeSocket()
      sockets.push(fake)
      return fake as unknown as WebSocket
    },
    onFrame: (frame) => frames.push(frame),
    onLink: (link, retryAt) => {
      links.push(link)
      retries.push(retryAt)
    },
    random: () => 0.5,
  })
  const at = (index: number) => sockets[index] as FakeSocket
  return { socket, at, sockets, links, retries, frames, ticket }
}

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

describe('LiveSocket', () => {
  it('takes a ticket, opens and subscribes to what is wanted', async () => {
    const { socket, at, links } = world()
    socket.want('orders')
    socket.start()
    await vi.advanceTimersByTimeAsync(0)
    at(0).opens()
    expect(links).toEqual(['connecting', 'online'])
    expect(at(0).sent).toEqual(['{"type":"subscribe","topics":["orders"]}'])
  })

  it('subscribes once for several followers and leaves with the last', async () => {
    const { socket, at } = world()
    socket.start()
    await vi.advanceTimersByTimeAsync(0)
    at(0).opens()
    const one = socket.want('trades')
    const two = socket.want('trades')
    one()
    one()
    expect(at(0).sent).toHaveLength(1)
    two()
    expect(at(0).sent[1]).toBe('{"type":"unsubscribe","topics":["trades"]}')
  })

  it('comes back with a new ticket and the same topics', async () => {
    const { socket, at, sockets, links, ticket } = world()
    socket.want('orders')
    socket.start()
    await vi.advanceTimersByTimeAsync(0)
    at(0).opens()
    at(0).onclose?.()
    expect(links.at(-1)).toBe('offline')
    await vi.advanceTimersByTimeAsync(backOff(0, 0.5))
    expect(sockets).toHaveLength(2)
    expect(ticket).toHaveBeenCalledTimes(2)
    at(1).opens()
    expect(at(1).sent).toEqual(['{"type":"subscribe","topics":["orders"]}'])
  })

  it('waits longer after each failed ticket, and never beyond its ceiling', async () => {
    const { socket, ticket, links, retries } = world()
    ticket.mockRejectedValue(new Error('away'))
    socket.start()
    await vi.advanceTimersByTimeAsync(0)
    expect([links.at(-1), (retries.at(-1) ?? 0) - Date.now()]).toEqual(['offline', 500])
    await vi.advanceTimersByTimeAsync(500)
    expect(ticket).toHaveBeenCalledTimes(2)
    await vi.advanceTimersByTimeAsync(999)
    expect(ticket).toHaveBeenCalledTimes(2)
    await vi.advanceTimersByTimeAsync(1)
    expect(ticket).toHaveBeenCalledTimes(3)
    expect(backOff(10, 1)).toBe(30_000)
  })

  it('drops a link that has gone silent', async () => {
    const { socket, at, links } = world()
    socket.start()
    await vi.advanceTimersByTimeAsync(0)
    at(0).opens()
    await vi.advanceTimersByTimeAsync(61_000)
    expect(at(0).closed).toBe(true)
    expect(links).toContain('offline')
  })

  it('stays closed once it is stopped', async () => {
    const { socket, at, sockets, links } = world()
    socket.start()
    await vi.advanceTimersByTimeAsync(0)
    at(0).opens()
    socket.stop()
    await vi.advanceTimersByTimeAsync(120_000)
    expect(sockets).toHaveLength(1)
    expect(links.at(-1)).toBe('idle')
  })

  it('passes over what is not a frame', async () => {
    const { socket, at, frames } = world()
    socket.start()
    await vi.advanceTimersByTimeAsync(0)
    at(0).opens()
    at(0).onmessage?.({ data: 'not json' } as MessageEvent)
    at(0).says({ type: 'pong' })
    expect(frames).toEqual([{ type: 'pong' }])
  })
})
