import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { environmentOf } from '@/account/use-account'
import type { Environment } from '@/api/account'
import { get } from '@/api/client'
import type { Trade } from '@/api/trade'
import { useLive } from '@/live/store'

/** The user's newest trades on one market, with what has happened since laid over them. */
export function useChartTrades(environment: Environment, instrument: string): Trade[] {
  const stored = useQuery({
    queryKey: ['trades', 'chart', environment, instrument],
    queryFn: () => get<{ trades: Trade[] }>('/api/user/trades/history', { environment, instrument, limit: 200 }),
    staleTime: 60_000,
  }).data?.trades
  const live = useLive((state) => state.trades)
  return useMemo(() => {
    const own = live.filter((trade) => environmentOf(trade) === environment && trade.instrument === instrument)
    return [...new Map([...(stored ?? []), ...own].map((trade) => [trade.id, trade])).values()]
  }, [stored, live, environment, instrument])
}
