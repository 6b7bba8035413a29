import { useMutation, useQuery } from '@tanstack/react-query'
import * as api from '@/api/strategy'
import { useLive } from '@/live/store'

export function useCatalogue() {
  return useQuery({ queryKey: ['catalogue'], queryFn: api.catalogue, staleTime: 10 * 60_000 })
}

/** Shows what a command answered before the socket brings the news. */
function show(strategy: api.Strategy): void {
  useLive.setState(({ strategies }) => ({
    strategies: [...strategies.filter(({ id }) => id !== strategy.id), strategy],
  }))
}

export function useStart() {
  return useMutation({ mutationFn: api.startStrategy, onSuccess: ({ strategy }) => show(strategy) })
}

export function useChangeConfig() {
  return useMutation({ mutationFn: ({ id, config }: { id: string; config: api.Config }) => api.changeConfig(id, config), onSuccess: show })
}

export function useStop() {
  return useMutation({
    mutationFn: ({ id, closePosition }: { id: string; closePosition: boolean }) => api.stopStrategy(id, closePosition),
    onSuccess: ({ strategy }) => show(strategy),
  })
}
