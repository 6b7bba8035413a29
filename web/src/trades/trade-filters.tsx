import { X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useInstruments } from '@/account/use-account'
import { useCatalogue } from '@/account/use-strategy'
import { environments } from '@/api/account'
import { exitReasons } from '@/api/trade'
import { useFormat } from '@/format/use-format'
import { named } from '@/i18n'
import { usePreferences } from '@/shell/preferences'
import { Button } from '@/ui/button'
import { Choice } from '@/ui/choice'
import { Input, Select } from '@/ui/field'
import { isFiltered, type Period, periods, type TradeSearch } from './filter'

interface TradeFiltersProps {
  search: TradeSearch
  /** Leaves out what is undefined. */
  onChange: (part: Partial<TradeSearch>) => void
  onClear: () => void
}

export function TradeFilters({ search, onChange, onClear }: TradeFiltersProps) {
  const { t } = useTranslation()
  const environment = usePreferences((preferences) => preferences.environment)
  const strategies = useCatalogue().data?.map(({ name }) => name) ?? []
  const instruments = useInstruments(search.environment ?? environment).data?.map(({ instrument }) => instrument) ?? []
  return (
    <search aria-label={t('trades.filter')} className="grid gap-2">
      <div className="grid grid-cols-2 gap-2 sm:grid-cols-3 xl:grid-cols-6">
        <Pick label={t('trades.columns.environment')} all={t('trades.allEnvironments')} value={search.environment} onChange={(value) => onChange({ environment: value })} options={environments.map((one) => [one, t(`environment.${one}`)])} />
        <Pick label={t('trades.columns.strategy')} all={t('trades.allStrategies')} value={search.strategy} onChange={(value) => onChange({ strategy: value })} options={withValue(strategies, search.strategy)} />
        <Pick label={t('trades.columns.instrument')} all={t('trades.allInstruments')} value={search.instrument} onChange={(value) => onChange({ instrument: value })} options={withValue(instruments, search.instrument)} />
        <Pick label={t('trades.columns.status')} all={t('trades.allStatuses')} value={search.status} onChange={(value) => onChange({ status: value })} options={(['open', 'closed'] as const).map((one) => [one, t(`trades.status.${one}`)])} />
        <Pick
          label={t('trades.columns.side')}
          all={t('trades.allSides')}
          value={search.side}
          onChange={(value) => onChange({ side: value })}
          options={[
            ['buy', t('position.long')],
            ['sell', t('position.short')],
          ]}
        />
        <Pick label={t('trades.columns.reason')} all={t('trades.allReasons')} value={search.reason} onChange={(value) => onChange({ reason: value })} options={exitReasons.map((one) => [one, named('trades.exit', one)])} />
      </div>
      <PeriodPicker search={search} onChange={onChange} onClear={onClear} />
    </search>
  )
}

/** What is chosen stays to be seen, also when it is no longer offered. */
const withValue = (names: string[], value: string | undefined): [string, string][] =>
  (value === undefined || names.includes(value) ? names : [value, ...names]).map((name) => [name, name])

interface PickProps<T extends string> {
  label: string
  /** What choosing nothing is called. */
  all: string
  value: T | undefined
  options: readonly (readonly [T, string])[]
  onChange: (value: T | undefined) => void
}

function Pick<T extends string>({ label, all, value, options, onChange }: PickProps<T>) {
  return (
    <Select bare label={label} value={value ?? ''} onChange={(event) => onChange((event.target.value || undefined) as T | undefined)} className={value === undefined ? undefined : 'border-brand-text! font-medium'}>
      <option value="">{all}</option>
      {options.map(([option, text]) => (
        <option key={option} value={option}>
          {text}
        </option>
      ))}
    </Select>
  )
}

function PeriodPicker({ search, onChange, onClear }: TradeFiltersProps) {
  const { t } = useTranslation()
  const show = useFormat()
  const period: Period = search.period ?? 'all'
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Choice
        label={t('trades.period')}
        value={period}
        onChange={(next) => onChange({ period: next === 'all' ? undefined : next, from: undefined, to: undefined })}
        options={periods.map((value) => ({ value, text: t(`trades.periods.${value}`), title: t('trades.periodAbout') }))}
        className="max-sm:w-full max-sm:overflow-x-auto"
      />
      {period === 'custom' && (
        <div className="grid grid-cols-2 gap-2 max-sm:w-full">
          <Input bare type="date" label={t('trades.from')} title={t('trades.from')} max={search.to} value={search.from ?? ''} onChange={(event) => onChange({ from: event.target.value || undefined })} />
          <Input bare type="date" label={t('trades.to')} title={t('trades.to')} min={search.from} value={search.to ?? ''} onChange={(event) => onChange({ to: event.target.value || undefined })} />
        </div>
      )}
      {search.day !== undefined && (
        <Button size="small" onClick={() => onChange({ day: undefined })} aria-label={t('trades.dayOff', { day: show.utcDay(search.day) })} className="h-9 border-brand-text!" data-testid="day-chip">
          {t('trades.closedOn', { day: show.utcDay(search.day) })}
          <X aria-hidden className="size-3.5" />
        </Button>
      )}
      {isFiltered(search) && (
        <Button kind="quiet" size="small" onClick={onClear} className="h-9">
          {t('trades.clear')}
        </Button>
      )}
    </div>
  )
}
