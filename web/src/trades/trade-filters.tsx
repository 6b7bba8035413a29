import { useTranslation } from 'react-i18next'
import { useInstruments } from '@/account/use-account'
import { useCatalogue } from '@/account/use-strategy'
import { environments } from '@/api/account'
import { usePreferences } from '@/shell/preferences'
import { Select } from '@/ui/field'

export type Period = 'all' | 'day' | 'week' | 'month'

export interface Filter {
  environment: string
  strategyName: string
  instrument: string
  status: string
  period: Period
}

export const noFilter: Filter = { environment: '', strategyName: '', instrument: '', status: '', period: 'all' }

const days: Record<Period, number> = { all: 0, day: 1, week: 7, month: 30 }

/** Start of a period as the server wants it; undefined for all time. */
export function since(period: Period): string | undefined {
  return period === 'all' ? undefined : new Date(Date.now() - days[period] * 86_400_000).toISOString()
}

export function TradeFilters({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  const { t } = useTranslation()
  const environment = usePreferences((preferences) => preferences.environment)
  const strategies = useCatalogue().data ?? []
  const instruments = useInstruments(environment).data ?? []
  const change = (part: Partial<Filter>) => onChange({ ...filter, ...part })
  return (
    <search aria-label={t('trades.filter')} className="grid grid-cols-2 gap-2 sm:grid-cols-3 lg:grid-cols-5">
      <Select bare label={t('trades.columns.environment')} value={filter.environment} onChange={(event) => change({ environment: event.target.value })}>
        <option value="">{t('trades.allEnvironments')}</option>
        {environments.map((one) => (
          <option key={one} value={one}>
            {t(`environment.${one}`)}
          </option>
        ))}
      </Select>
      <Select bare label={t('trades.columns.strategy')} value={filter.strategyName} onChange={(event) => change({ strategyName: event.target.value })}>
        <option value="">{t('trades.allStrategies')}</option>
        {strategies.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </Select>
      <Select bare label={t('trades.columns.instrument')} value={filter.instrument} onChange={(event) => change({ instrument: event.target.value })}>
        <option value="">{t('trades.allInstruments')}</option>
        {instruments.map(({ instrument }) => (
          <option key={instrument}>{instrument}</option>
        ))}
      </Select>
      <Select bare label={t('trades.columns.status')} value={filter.status} onChange={(event) => change({ status: event.target.value })}>
        <option value="">{t('trades.allStatuses')}</option>
        <option value="open">{t('trades.status.open')}</option>
        <option value="closed">{t('trades.status.closed')}</option>
      </Select>
      <Select bare label={t('trades.period')} value={filter.period} onChange={(event) => change({ period: event.target.value as Period })}>
        {(['all', 'day', 'week', 'month'] as const).map((period) => (
          <option key={period} value={period}>
            {t(`trades.periods.${period}`)}
          </option>
        ))}
      </Select>
    </search>
  )
}
