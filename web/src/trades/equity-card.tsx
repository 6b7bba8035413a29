import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { ChartArea } from 'lucide-react'
import { lazy, Suspense, useCallback, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useBalances } from '@/account/use-account'
import type { Balance, Environment } from '@/api/account'
import { type EquityPoint, equity } from '@/api/trade'
import { signOf } from '@/format/number'
import { useFormat } from '@/format/use-format'
import { shownTheme, usePreferences } from '@/shell/preferences'
import { Card, Figure } from '@/ui/card'
import { Choice } from '@/ui/choice'
import { Empty, Failure, Skeleton } from '@/ui/notice'
import { type Curve, curveOf, seriesOf } from './equity'

const EquityChart = lazy(() => import('./equity-chart'))

interface EquityCardProps {
  environment: Environment
  from: string | undefined
  to: string | undefined
}

/** What an account was worth over the period, and how far below its peak it was. */
export function EquityCard({ environment, from, to }: EquityCardProps) {
  const { t } = useTranslation()
  const points = useQuery({
    queryKey: ['equity', environment, from, to],
    queryFn: () => equity({ environment, from: from ?? beginning, to }),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  })
  const balances = useBalances(environment)
  // The curve ends at what the account is worth now, unless the period ended earlier.
  const series = useMemo(() => seriesOf([...(points.data ?? []), ...(to === undefined ? nowOf(balances) : [])]), [points.data, balances, to])
  const [chosen, choose] = useState<string>()
  const names = [...series.keys()]
  const name = chosen !== undefined && series.has(chosen) ? chosen : (names.find((one) => one.endsWith(' USDC')) ?? names[0])
  const curve = useMemo(() => curveOf(series.get(name ?? '') ?? []), [series, name])
  const currency = name?.split(' ')[1] ?? ''
  return (
    <Card
      title={t('trades.equity.title', { environment: t(`environment.${environment}`) })}
      aside={
        names.length > 1 &&
        name !== undefined && (
          <Choice label={t('trades.equity.currency')} value={name} onChange={choose} options={names.map((value) => ({ value, text: value.split(' ')[1] }))} />
        )
      }
      className="flex flex-col [&>div]:flex-1"
      data-testid="equity-curve"
    >
      <div className="flex h-full min-h-72 flex-col gap-3">
        {points.isPending ? (
          <Skeleton className="min-h-72 flex-1" />
        ) : points.data === undefined ? (
          <Failure error={points.error} retry={() => void points.refetch()} />
        ) : curve === undefined || curve.points.length < 2 ? (
          <Empty icon={<ChartArea />} title={t('trades.equity.none')}>
            {t('trades.equity.noneText')}
          </Empty>
        ) : (
          <Drawing curve={curve} currency={currency} />
        )}
      </div>
    </Card>
  )
}

const nowOf = (balances: readonly Balance[]): EquityPoint[] => balances.map((balance) => ({ ...balance, time: new Date().toISOString() }))

const beginning = '2020-01-01T00:00:00.000Z'

function Drawing({ curve, currency }: { curve: Curve; currency: string }) {
  const { t, i18n } = useTranslation()
  const show = useFormat()
  const theme = shownTheme(usePreferences((preferences) => preferences.theme))
  const money = useCallback((value: number) => show.money(value, currency), [show, currency])
  const percent = useCallback((value: number) => show.percent(value), [show])
  const change = curve.last - curve.first
  return (
    <>
      <dl className="grid grid-cols-3 gap-4">
        <Figure label={t('trades.equity.now')}>{money(curve.last)}</Figure>
        <Figure label={t('trades.equity.change')} tone={signOf(change)}>
          {show.percent(curve.first === 0 ? undefined : (change / curve.first) * 100, true)}
        </Figure>
        <Figure label={t('trades.equity.deepest')} tone={signOf(curve.deepest)}>
          {show.percent(curve.deepest)}
        </Figure>
      </dl>
      <div aria-hidden className="relative min-h-52 flex-1">
        <div className="absolute inset-0">
          <Suspense fallback={<Skeleton className="size-full" />}>
            <EquityChart points={curve.points} money={money} percent={percent} language={i18n.language} theme={theme} />
          </Suspense>
        </div>
      </div>
    </>
  )
}
