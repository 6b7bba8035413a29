import { useConnection, useCredential, useCredentials, useStrategies } from '@/account/use-account'
import { useCatalogue } from '@/account/use-strategy'
import { useRecentTrades } from '@/account/use-trades'
import { useSession } from '@/session/store'
import { prefer, usePreferences } from '@/shell/preferences'
import { useAnalysis } from '@/trading/analysis-card'
import { doneSteps, type Seen } from './progress'

export const guideInstrument = 'BTC_USDC-PERPETUAL'

/** Where the newcomer stands, and whether the guide is wanted at all. */
export function useGuide() {
  const user = useSession((session) => session.user?.id ?? '')
  const guided = usePreferences((preferences) => preferences.guided)
  const environment = usePreferences((preferences) => preferences.environment)
  const loaded = useCredentials().isSuccess
  const hasFastTest = useCatalogue().data?.some(({ name }) => name === 'Fast Test') ?? true

  const credential = useCredential('paper')
  const connection = useConnection('paper')
  const strategies = useStrategies('paper')
  const fastTest = newest(strategies.filter(({ strategyName }) => strategyName === 'Fast Test'))
  const razor =
    strategies.find(({ strategyName, status }) => strategyName === 'Razor' && status !== 'stopped') ??
    strategies.find(({ strategyName }) => strategyName === 'Razor')
  const analysis = useAnalysis(razor !== undefined && razor.status !== 'stopped' ? razor.id : undefined)
  const trade = useRecentTrades('paper', 'Fast Test')[0]

  const seen: Seen = { credential, connection, fastTest, trade: trade ?? fastTest?.trade ?? undefined, razor, analysis }
  return {
    seen,
    done: doneSteps(seen),
    shown: loaded && hasFastTest && environment === 'paper' && guided[user] !== true,
    dismiss: () => prefer({ guided: { ...guided, [user]: true } }),
  }
}

function newest<T extends { updatedAt: string }>(items: T[]): T | undefined {
  return items.toSorted((a, b) => b.updatedAt.localeCompare(a.updatedAt))[0]
}
