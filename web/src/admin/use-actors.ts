import { create } from 'zustand'

/** How often the pages ask while they are shown. */
export const every = 2_000

export const actorsKey = ['admin', 'actors']

/** Holds everything still, so that an operator can read it. */
export const useWatch = create<{ paused: boolean; turn: () => void }>()((set) => ({
  paused: false,
  turn: () => set(({ paused }) => ({ paused: !paused })),
}))

/** The interval of a query that follows the actors. */
export const useInterval = () => useWatch(({ paused }) => (paused ? (false as const) : every))
