import { useInfiniteQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import type { Environment } from '@/api/account'
import { type Candle, candles, resolutions } from '@/api/market'
import { candlesTopic } from '@/live/frame'
import { useLive, useTopic } from '@/live/store'
import { barsOf } from './bars'

/** How many candles one request for earlier ones brings. */
const pageOf = 1_000

/** The candles of a market: the newest live, earlier ones loaded page by page as the reader goes back. */
export function useBars(environment: Environment, instrument: string, minutes: number) {
  const topic = candlesTopic(environment, instrument, resolutions[minutes] ?? '1m')
  useTopic(topic)
  const live = useLive((state) => state.candles[topic])
  const refused = useLive((state) => state.refused[topic])
  const length = minutes * 60_000
  const history = useInfiniteQuery({
    queryKey: ['candles', environment, instrument, minutes],
    initialPageParam: 0,
    queryFn: ({ pageParam }) => {
      const to = pageParam === 0 ? Date.now() : pageParam
      return candles(environment, instrument, minutes, new Date(to - pageOf * length), new Date(to))
    },
    // A page with nothing new is the beginning of the market.
    getNextPageParam: (page: Candle[], _, asked) => {
      const first = page[0] === undefined ? undefined : Date.parse(page[0].openTime) - 1
      return first === undefined || page.length < 2 || first === asked ? undefined : first
    },
    staleTime: Infinity,
    refetchOnReconnect: false,
    // The market is started by the topic; before that there is nobody to ask.
    enabled: live !== undefined,
  })
  const { hasNextPage, isFetchingNextPage, fetchNextPage, isFetchNextPageError } = history
  const pages = history.data?.pages
  const loaded = useMemo(() => (pages ?? []).toReversed().flat(), [pages])
  return {
    bars: useMemo(() => barsOf(loaded, live ?? []), [loaded, live]),
    refused,
    waiting: live === undefined || history.isLoading,
    failure: pages === undefined ? history.error : null,
    retry: () => void history.refetch(),
    loadingEarlier: isFetchingNextPage,
    /** Asks for earlier candles, once at a time. */
    earlier: useCallback(() => {
      if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage()
    }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]),
  }
}
