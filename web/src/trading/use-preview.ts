import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { Environment } from '@/api/account'
import { type Config, previewStart } from '@/api/strategy'
import { useSettled } from '@/ui/use-settled'

interface Wanted {
  strategyName: string
  environment: Environment
  instrument: string
  config: Config
}

/** What a start would risk, cost and bring, from the server's own plan at the price of now. */
export function usePreview(wanted: Wanted, ready: boolean) {
  const text = useSettled(JSON.stringify(wanted))
  return useQuery({
    queryKey: ['preview', text],
    queryFn: () => previewStart(JSON.parse(text) as Wanted),
    enabled: ready,
    placeholderData: keepPreviousData,
    refetchInterval: 5_000,
    staleTime: 0,
    gcTime: 30_000,
    retry: false,
  })
}
