import { create } from 'zustand'
import { ApiError } from '@/api/error'

/** How often the pages ask while they are shown. */
export const every = 2_000

export const actorsKey = ['admin', 'actors']

/** Holds everything still, so that an operator can read it. */
export const useWatch = create<{ paused: boolean; turn: () => void }>()((set) => ({
  paused: false,
  turn: () => set(({ paused }) => ({ paused: !paused })),
}))

/** The interval of a query that follows the actors. What is not there is not asked for again; a server that is away is. */
export function useInterval() {
  const paused = useWatch((watch) => watch.paused)
  return ({ state }: { state: { error: unknown } }) => (paused || (state.error instanceof ApiError && state.error.status === 404) ? (false as const) : every)
}
