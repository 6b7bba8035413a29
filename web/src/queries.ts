import { QueryClient } from '@tanstack/react-query'
import { ApiError } from './api/error'

/** A refusal stays a refusal; only a server that is away is asked again. */
function worthRetrying(failures: number, reason: unknown): boolean {
  if (failures >= 3) return false
  return !(reason instanceof ApiError) || reason.offline || reason.status === 503
}

export const queries = new QueryClient({
  defaultOptions: {
    queries: { retry: worthRetrying, staleTime: 30_000, refetchOnWindowFocus: false },
    mutations: { retry: false },
  },
})

