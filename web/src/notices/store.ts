import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { create } from 'zustand'
import { activity } from '@/api/activity'
import { useLive } from '@/live/store'
import { useSession } from '@/session/store'
import { prefer, usePreferences } from '@/shell/preferences'
import { type Happening, happened, type Memory, merged, unread } from './happening'

const most = 100

const useSeen = create<{ seen: readonly Happening[] }>()(() => ({ seen: [] }))

let memory: Memory = { lost: new Set() }

/** Watches what the socket tells, and gives each thing that happens to `tell`. Returns how to stop. */
export function watchLive(tell: (one: Happening) => void): () => void {
  const stop = useLive.subscribe((after, before) => {
    if (after.trades === before.trades && after.strategies === before.strategies && after.connection === before.connection) return
    const step = happened(memory, before, after, new Date().toISOString())
    memory = step.memory
    if (step.happenings.length === 0) return
    useSeen.setState(({ seen }) => ({ seen: merged([], [...seen, ...step.happenings]).slice(0, most) }))
    step.happenings.forEach(tell)
  })
  return () => {
    stop()
    memory = { lost: new Set() }
    useSeen.setState({ seen: [] })
  }
}

const never = ''

/** What happened, newest first, and how much of it is new to the user. */
export function useNotices() {
  const user = useSession((session) => session.user?.id ?? '')
  const readUntil = usePreferences((preferences) => preferences.noticesRead[user] ?? never)
  const seen = useSeen((state) => state.seen)
  const stored = useQuery({ queryKey: ['activity'], queryFn: activity, placeholderData: keepPreviousData, refetchInterval: 60_000 })
  useRefresh()
  const list = useMemo(() => merged(stored.data ?? [], seen).slice(0, most), [stored.data, seen])
  return {
    list,
    stored,
    readUntil,
    unread: unread(list, readUntil),
    markRead: () => list[0] !== undefined && prefer({ noticesRead: { ...usePreferences.getState().noticesRead, [user]: list[0].time } }),
  }
}

/** What the server stored meanwhile is asked for when something has changed: repairs come with a new link. */
function useRefresh() {
  const client = useQueryClient()
  const changes = useLive((live) => [...live.trades.map(({ id, status }) => id + status), ...live.connection.map(({ environment, state }) => environment + state), ...live.strategies.map(({ id, status }) => id + status)].join())
  useEffect(() => {
    void client.invalidateQueries({ queryKey: ['activity'] })
  }, [client, changes])
}
