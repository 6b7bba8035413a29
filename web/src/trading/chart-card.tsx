import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useInstrument, usePositions } from '@/account/use-account'
import type { Environment } from '@/api/account'
import { candles } from '@/api/market'
import { decimalsOf, isSet } from '@/format/number'
import { candlesTopic } from '@/live/frame'
import { useLive, useTopic } from '@/live/store'
import { prefer, shownTheme, usePreferences } from '@/shell/preferences'
import { Card } from '@/ui/card'
import { Choice } from '@/ui/choice'
import { Failure, Skeleton } from '@/ui/notice'
import { barsOf } from './bars'
import type { Line } from './candles-chart'

const CandlesChart = lazy(() => import('./candles-chart'))

const timeframes = [1, 5, 15, 60] as const
/** The most that the server gives at once, in minutes; and how many candles the chart wants. */
const longest = 4_990
const shown = 500

export function ChartCard({ environment, instrument }: { environment: Environment; instrument: string }) {
  const { t, i18n } = useTranslation()
  const { timeframe, theme } = usePreferences()
  const tick = useInstrument(environment, instrument)?.tickSize
  const topic = candlesTopic(environment, instrument)
  useTopic(topic)
  const live = useLive((state) => state.candles[topic])
  const refused = useLive((state) => state.refused[topic])
  // The topic begins with the last hours; only longer candles need more, once the market is there to ask.
  const minutes = Math.min(longest, timeframe * shown)
  const history = useQuery({
    queryKey: ['candles', environment, instrument, minutes],
    queryFn: () => candles(environment, instrument, new Date(Date.now() - minutes * 60_000)),
    staleTime: 60_000,
    enabled: timeframe > 1 && live !== undefined,
  })
  const waiting = live === undefined || history.isLoading
  const bars = useMemo(() => barsOf(history.data ?? [], live ?? [], timeframe), [history.data, live, timeframe])
  const lines = useLines(environment, instrument)

  return (
    <Card
      title={t('chart.title')}
      flush
      aside={
        <Choice
          label={t('chart.timeframe')}
          value={String(timeframe)}
          onChange={(next) => prefer({ timeframe: Number(next) })}
          options={timeframes.map((each) => ({
            value: String(each),
            text: each === 60 ? t('chart.hour') : t('chart.minutes', { count: each }),
          }))}
        />
      }
    >
      <div className="relative h-72 px-1 pb-1 sm:h-96 xl:h-[26rem]" data-testid="chart">
        {history.isError ? (
          <Failure error={history.error} retry={() => void history.refetch()} className="m-3" />
        ) : refused !== undefined ? (
          <Failure error={refused} className="m-3" />
        ) : waiting ? (
          <Skeleton className="m-3 h-[calc(100%-1.5rem)]" />
        ) : bars.length === 0 ? (
          <p className="grid h-full place-items-center text-muted">{t('chart.empty')}</p>
        ) : (
          <Suspense fallback={<Skeleton className="m-3 h-[calc(100%-1.5rem)]" />}>
            <CandlesChart
              key={`${environment}:${instrument}:${timeframe}`}
              bars={bars}
              lines={lines}
              decimals={decimalsOf(tick)}
              language={i18n.language}
              theme={shownTheme(theme)}
            />
          </Suspense>
        )}
      </div>
    </Card>
  )
}

/** Entry, stop and target of the open position. */
function useLines(environment: Environment, instrument: string): Line[] {
  const { t } = useTranslation()
  const position = usePositions(environment).find((one) => one.instrument === instrument)
  const { averagePrice, stopLoss, takeProfit } = position ?? {}
  return useMemo(() => {
    const lines: Line[] = []
    if (isSet(averagePrice)) lines.push({ price: Number(averagePrice), title: t('chart.entry'), tone: 'entry' })
    if (isSet(stopLoss)) lines.push({ price: Number(stopLoss), title: t('chart.stop'), tone: 'stop' })
    if (isSet(takeProfit)) lines.push({ price: Number(takeProfit), title: t('chart.target'), tone: 'target' })
    return lines
  }, [averagePrice, stopLoss, takeProfit, t])
}
