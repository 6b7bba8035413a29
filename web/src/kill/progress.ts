import type { KillProgress, KillSwitch, RiskScope } from '@/api/risk'

/** What a kill switch that is on is about; undefined for a halt, which no user resets. */
export function scopeOf({ scope, venue, strategy }: KillSwitch): RiskScope | undefined {
  if (scope === 'server') return undefined
  if (scope === 'strategy') return { strategyId: strategy }
  return scope === 'connection' ? { environment: venue?.environment } : {}
}

/** The kill switch of exactly this scope, when it is on. */
export function findKill(list: readonly KillSwitch[], { environment, strategyId }: RiskScope): KillSwitch | undefined {
  return list.find((kill) => {
    const scope = scopeOf(kill)
    return scope !== undefined && scope.strategyId?.toLowerCase() === strategyId?.toLowerCase() && scope.environment === environment
  })
}

/** Still at work: what it stops is not known to be flat. A halt that closes nothing has nothing to wait for. */
export const working = (kill: KillSwitch) => kill.close && !kill.flat

export interface Progress {
  ordersLeft: number
  positionsLeft: string[]
  /** Every connection has counted what it has: a nought is a nought, not silence. */
  counted: boolean
  problems: KillProgress[]
}

/** Adds up what is left on all connections. */
export function progressOf({ connections }: KillSwitch): Progress {
  return {
    ordersLeft: connections.reduce((sum, one) => sum + one.ordersLeft, 0),
    positionsLeft: connections.flatMap((one) => one.positionsLeft),
    counted: connections.every((one) => one.flat || one.ordersLeft + one.positionsLeft.length > 0),
    problems: connections.filter((one) => one.problem),
  }
}
