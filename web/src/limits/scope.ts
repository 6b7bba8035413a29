import { type Environment, environments } from '@/api/account'
import type { Limits, RiskScope, ScopedLimits } from '@/api/risk'

/** What the id of a strategy says: userId:strategyName:instrument:broker:environment. */
export function strategyOf(id: string | undefined): { name: string; instrument: string; environment: Environment } | undefined {
  const [, name, instrument, , last] = id?.split(':') ?? []
  const environment = environments.find((one) => one === last)
  return name === undefined || instrument === undefined || environment === undefined ? undefined : { name, instrument, environment }
}

/** The limits of exactly this scope; none when they were never set. */
export function limitsOf(list: readonly ScopedLimits[], { environment, strategyId }: RiskScope): Limits {
  const found = list.find((one) => {
    if (strategyId !== undefined) return one.strategy?.toLowerCase() === strategyId.toLowerCase()
    return environment !== undefined ? one.scope === 'connection' && one.venue?.environment === environment : one.scope === 'user'
  })
  return found?.limits ?? {}
}
