import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Environment } from '@/api/account'
import { history, type Trade } from '@/api/trade'
import { useLive } from '@/live/store'
import { environmentOf } from './use-account'

/**
 * The newest trades of an environment, newest first: those that the database has, with what has happened since laid
 * over them. The topic itself begins with the open ones only.
 */
export function useRecentTrades(environment: Environment, strategyName?: string): Trade[] {
  const stored = useQuery({
    queryKey: ['trades', 'recent', environment, strategyName],
    queryFn: () => history({ environment, strategyName }, 0),
    staleTime: 60_000,
  }).data?.trades
  const live = useLive((state) => state.trades)
  return useMemo(() => {
    const own = live.filter(
      (trade) => environmentOf(trade) === environment && (strategyName === undefined || trade.strategyName === strategyName),
    )
    const byId = new Map([...(stored ?? []), ...own].map((trade) => [trade.id, trade]))
    return [...byId.values()].sort((a, b) => b.entryTime.localeCompare(a.entryTime))
  }, [stored, live, environment, strategyName])
}
