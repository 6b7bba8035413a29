import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import * as api from '@/api/account'
import { ApiError } from '@/api/error'
import { instruments } from '@/api/market'
import { strategies } from '@/api/strategy'
import { useLive } from '@/live/store'

type Environment = api.Environment

const here = (environment: Environment) => (item: api.AccountRef) =>
  item.broker === api.broker && item.environment === environment

export function useConnection(environment: Environment): api.Connection | undefined {
  return useLive((live) => live.connection.find(here(environment)))
}

export function useBalances(environment: Environment): api.Balance[] {
  const all = useLive((live) => live.balance)
  return useMemo(() => all.filter(here(environment)), [all, environment])
}

export function usePositions(environment: Environment): api.Position[] {
  const all = useLive((live) => live.positions)
  return useMemo(() => all.filter(here(environment)), [all, environment])
}

export function usePosition(environment: Environment, instrument: string): api.Position | undefined {
  return useLive((live) => live.positions.find((one) => one.instrument === instrument && here(environment)(one)))
}

export function useOrders(environment: Environment): api.Order[] {
  const all = useLive((live) => live.orders)
  return useMemo(() => all.filter(here(environment)), [all, environment])
}

export function useStrategies(environment: Environment) {
  const all = useLive((live) => live.strategies)
  return useMemo(() => all.filter(here(environment)), [all, environment])
}

/** The environment of anything that belongs to a strategy instance: the last part of its id. */
export function environmentOf(item: { environment?: Environment; strategyId?: string }): Environment | undefined {
  if (item.environment !== undefined) return item.environment
  const last = item.strategyId?.split(':').at(-1)
  return api.environments.find((environment) => environment === last)
}

export const credentialsKey = ['credentials']

export function useCredentials() {
  return useQuery({ queryKey: credentialsKey, queryFn: api.credentials })
}

export function useCredential(environment: Environment): api.Credential | undefined {
  return useCredentials().data?.find(here(environment))
}

/** The instruments of an environment; known only once the user has a way in. */
export function useInstruments(environment: Environment) {
  return useQuery({
    queryKey: ['instruments', environment],
    queryFn: () => instruments(environment),
    staleTime: 10 * 60_000,
  })
}

export function useInstrument(environment: Environment, instrument: string) {
  return useInstruments(environment).data?.find((one) => one.instrument === instrument)
}

/** Until the socket brings the news itself, what a command changed is asked for once. */
function useRefreshed() {
  const client = useQueryClient()
  return async () => {
    await client.invalidateQueries({ queryKey: credentialsKey })
    const [connection, mine] = await Promise.all([api.connectionStatus(), strategies()])
    useLive.setState({ connection, strategies: mine })
  }
}

export function useConnect() {
  const refreshed = useRefreshed()
  return useMutation({ mutationFn: api.connect, onSettled: refreshed })
}

export function useDisconnect() {
  const refreshed = useRefreshed()
  return useMutation({ mutationFn: api.disconnect, onSettled: refreshed })
}

/** Takes a paper account; having one already is as good. */
export function useTakePaperAccount() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async () => {
      try {
        await api.takePaperAccount()
      } catch (reason) {
        if (!(reason instanceof ApiError && reason.status === 409)) throw reason
      }
    },
    onSettled: () => client.invalidateQueries({ queryKey: credentialsKey }),
  })
}
