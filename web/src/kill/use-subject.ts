import { useTranslation } from 'react-i18next'
import type { RiskScope } from '@/api/risk'
import { strategyOf } from '@/limits/scope'

/** What a kill switch is about, in words: everything, an environment, or a strategy and its market. */
export function useSubject({ environment, strategyId }: RiskScope): string {
  const { t } = useTranslation()
  const strategy = strategyOf(strategyId)
  if (strategy !== undefined) return t('kill.strategy', { ...strategy, environment: t(`environment.${strategy.environment}`) })
  return environment === undefined ? t('kill.everything') : t(`environment.${environment}`)
}
