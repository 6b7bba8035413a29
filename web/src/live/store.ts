import { useEffect } from 'react'
import { create } from 'zustand'
import { socketTicket } from '@/api/session'
import type { Frame } from './frame'
import { accountTopics } from './frame'
import { disconnected, type Live, nothing, reduce } from './reducer'
import { type Link, LiveSocket } from './socket'

interface LiveStore extends Live {
  link: Link
  /** When the next attempt to link is, in milliseconds since 1970. */
  retryAt: number | undefined
}

/** What the server pushes. Written at most once per animation frame. */
export const useLive = create<LiveStore>()(() => ({ ...nothing, link: 'idle' as Link, retryAt: undefined }))

let waiting: Frame[] = []
let scheduled = false

/** A hidden page gets no animation frames, so it is flushed by a timer and stays current. */
function schedule(): void {
  if (scheduled) return
  scheduled = true
  if (document.hidden) setTimeout(flush, 250)
  else requestAnimationFrame(flush)
}

function flush(): void {
  scheduled = false
  const frames = waiting
  waiting = []
  const { live, resubscribe } = reduce(useLive.getState(), frames)
  useLive.setState(live)
  if (resubscribe.length > 0) socket.again(resubscribe)
}

const socket = new LiveSocket({
  ticket: socketTicket,
  open(ticket) {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    return new WebSocket(`${scheme}://${location.host}/ws?ticket=${encodeURIComponent(ticket)}`)
  },
  onFrame(frame) {
    waiting.push(frame)
    schedule()
  },
  onLink(link, retryAt) {
    useLive.setState((live) => ({ ...(link === 'online' ? live : disconnected(live)), link, retryAt }))
  },
  random: Math.random,
})

/** Opens the socket for a signed-in user. Returns how to close it and forget everything that was shown. */
export function goLive(): () => void {
  const releases = accountTopics.map((topic) => socket.want(topic))
  socket.start()
  window.addEventListener('online', hurry)
  document.addEventListener('visibilitychange', hurry)
  return () => {
    window.removeEventListener('online', hurry)
    document.removeEventListener('visibilitychange', hurry)
    for (const release of releases) release()
    socket.stop()
    waiting = []
    useLive.setState({ ...nothing, link: 'idle' })
  }
}

/** Whether the server has told what there is of a topic; until then an empty list means nothing. */
export const useArrived = (topic: string) => useLive((live) => live.seq[topic] !== undefined)

/** Tries to link now rather than at the next attempt. */
export const hurry = () => socket.hurry()

/** Follows a topic while the component is shown; undefined follows nothing. */
export function useTopic(topic: string | undefined): void {
  useEffect(() => (topic === undefined ? undefined : socket.want(topic)), [topic])
}
