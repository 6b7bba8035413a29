import type { Frame } from './frame'
import { parseFrame } from './frame'

/** What a page can tell about its link to the server. */
export type Link = 'idle' | 'connecting' | 'online' | 'offline'

/** What the socket needs of the world; tests hand in their own. */
export interface SocketWorld {
  ticket(): Promise<string>
  open(ticket: string): WebSocket
  onFrame(frame: Frame): void
  /** `retryAt` (milliseconds since 1970) tells when the next attempt is, while there is none. */
  onLink(link: Link, retryAt?: number): void
  /** Between 0 and 1. */
  random(): number
}

const pingEvery = 20_000
const silentAfter = 50_000
const longestWait = 30_000

/** Full jitter: somewhere between nothing and twice the last ceiling, so that pages do not all return at once. */
export function backOff(attempt: number, random: number): number {
  return Math.round(random * Math.min(longestWait, 1_000 * 2 ** attempt))
}

/** One WebSocket for the whole page. It keeps the wanted topics subscribed, whatever happens to the link. */
export class LiveSocket {
  private readonly world: SocketWorld
  private readonly topics = new Map<string, number>()
  private socket: WebSocket | undefined
  private running = false
  private attempt = 0
  private heard = 0
  private retry: ReturnType<typeof setTimeout> | undefined
  private ping: ReturnType<typeof setInterval> | undefined

  constructor(world: SocketWorld) {
    this.world = world
  }

  start(): void {
    if (this.running) return
    this.running = true
    this.attempt = 0
    void this.connect()
  }

  stop(): void {
    this.running = false
    clearTimeout(this.retry)
    this.drop()
    this.world.onLink('idle')
  }

  /** Tries at once: the network is back, or the user looks at the page again. */
  hurry(): void {
    if (!this.running || this.socket !== undefined || this.retry === undefined) return
    clearTimeout(this.retry)
    void this.connect()
  }

  /** Follows a topic as long as anybody wants it. */
  want(topic: string): () => void {
    const wanted = this.topics.get(topic) ?? 0
    this.topics.set(topic, wanted + 1)
    if (wanted === 0) this.send('subscribe', [topic])
    let released = false
    return () => {
      if (released) return
      released = true
      const left = (this.topics.get(topic) ?? 1) - 1
      if (left > 0) {
        this.topics.set(topic, left)
      } else {
        this.topics.delete(topic)
        this.send('unsubscribe', [topic])
      }
    }
  }

  /** Asks for new snapshots. */
  again(topics: readonly string[]): void {
    const wanted = topics.filter((topic) => this.topics.has(topic))
    this.send('unsubscribe', wanted)
    this.send('subscribe', wanted)
  }

  private async connect(): Promise<void> {
    this.retry = undefined
    this.world.onLink('connecting')
    try {
      const ticket = await this.world.ticket()
      if (!this.running) return
      this.follow(this.world.open(ticket))
    } catch {
      this.later()
    }
  }

  private follow(socket: WebSocket): void {
    this.socket = socket
    socket.onopen = () => {
      this.heard = Date.now()
      this.ping = setInterval(() => this.check(), pingEvery)
      this.send('subscribe', [...this.topics.keys()])
      this.world.onLink('online')
    }
    socket.onmessage = (event: MessageEvent) => {
      this.heard = Date.now()
      this.attempt = 0
      const frame = typeof event.data === 'string' ? parseFrame(event.data) : undefined
      if (frame !== undefined) this.world.onFrame(frame)
    }
    socket.onclose = () => {
      if (this.socket !== socket) return
      this.drop()
      this.later()
    }
  }

  /** A link that says nothing, not even pong, is a dead one. */
  private check(): void {
    if (Date.now() - this.heard > silentAfter) {
      this.drop()
      this.later()
    } else if (this.socket?.readyState === WebSocket.OPEN) {
      this.socket.send('{"type":"ping"}')
    }
  }

  private later(): void {
    if (!this.running) return
    const wait = backOff(this.attempt, this.world.random())
    this.world.onLink('offline', Date.now() + wait)
    this.retry = setTimeout(() => void this.connect(), wait)
    this.attempt = Math.min(this.attempt + 1, 10)
  }

  private drop(): void {
    clearInterval(this.ping)
    const socket = this.socket
    this.socket = undefined
    if (socket === undefined) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
  }

  private send(type: 'subscribe' | 'unsubscribe', topics: string[]): void {
    if (topics.length > 0 && this.socket?.readyState === WebSocket.OPEN) {
      this.socket.send(JSON.stringify({ type, topics }))
    }
  }
}
