import { useIsMutating, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Halt } from '@/api/admin'
import * as api from '@/api/risk'
import { working } from './progress'

export const killsKey = ['kill-switches']
const engaging = ['kill-switches', 'engage']

const none: api.KillSwitch[] = []
const whileWorking = 2_000
/** Another page, or an administrator, may turn one on. */
const otherwise = 30_000

/** The kill switches that are on, and a halt of the server, followed closely while one is at work. */
export function useKills(): api.KillSwitch[] {
  const busy = useIsMutating({ mutationKey: engaging }) > 0
  const kills = useQuery({
    queryKey: killsKey,
    queryFn: api.killSwitches,
    refetchInterval: ({ state }) => (busy || state.data?.some(working) ? whileWorking : otherwise),
    refetchOnWindowFocus: true,
  })
  return kills.data ?? none
}

export function useEngageKill() {
  const client = useQueryClient()
  return useMutation({
    mutationKey: engaging,
    mutationFn: api.engageKill,
    onSettled: () => client.invalidateQueries({ queryKey: killsKey }),
  })
}

export function useResetKill() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: api.resetKill,
    onSuccess: (kills) => client.setQueryData(killsKey, kills),
  })
}

/** Shows a halt that was just begun or ended: word of it takes a moment to reach the user's own list. */
export function useShowHalt() {
  const client = useQueryClient()
  return (halt: Halt) => {
    void client.cancelQueries({ queryKey: killsKey })
    client.setQueryData(killsKey, (kills: api.KillSwitch[] = []) => {
      const own = kills.filter(({ scope }) => scope !== 'server')
      const all: api.KillSwitch = { scope: 'server', close: halt.closes, at: halt.since ?? '', stopped: 0, connections: [], flat: false }
      return halt.on ? [...own, all] : own
    })
  }
}
