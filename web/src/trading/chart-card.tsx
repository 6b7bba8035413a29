import clsx from 'clsx'
import { Activity } from 'lucide-react'
import { lazy, Suspense, useCallback, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useInstrument, usePosition, useStrategies } from '@/account/use-account'
import type { Environment } from '@/api/account'
import { decimalsOf, isSet } from '@/format/number'
import { useFormat } from '@/format/use-format'
import { prefer, shownTheme, usePreferences } from '@/shell/preferences'
import { Card } from '@/ui/card'
import { Choice } from '@/ui/choice'
import { Failure, Skeleton } from '@/ui/notice'
import type { Bar } from './bars'
import type { Line } from './candles-chart'
import { ChartLegend } from './chart-legend'
import { ChartMarks, ChartText } from './chart-text'
import { useTicker } from './market-bar'
import { type Marker, markersOf, worded } from './markers'
import { type Overlay, overlaysOf } from './overlay'
import type { Zone } from './position-zone'
import { openResult } from './profit'
import { useBars } from './use-bars'
import { useChartTrades } from './use-chart-trades'

const CandlesChart = lazy(() => import('./candles-chart'))

const timeframes = [1, 5, 15, 60] as const

/** The price of a market with what the user did there. */
export function ChartCard({ environment, instrument }: { environment: Environment; instrument: string }) {
  const { t } = useTranslation()
  const { timeframe, indicators } = usePreferences()
  return (
    <Card
      title={t('chart.title')}
      flush
      aside={
        <div className="flex items-center gap-2">
          <button
            type="button"
            aria-pressed={indicators}
            title={t('chart.indicatorsAbout')}
            onClick={() => prefer({ indicators: !indicators })}
            className={clsx('inline-flex h-9 items-center gap-1.5 rounded-lg border px-2.5 text-xs font-medium', indicators ? 'border-line bg-raised text-strong' : 'border-line text-muted hover:text-strong')}
          >
            <Activity aria-hidden className="size-3.5" />
            <span className="max-xs:sr-only">{t('chart.indicators')}</span>
          </button>
          <Choice
            label={t('chart.timeframe')}
            value={String(timeframe)}
            onChange={(next) => prefer({ timeframe: Number(next) })}
            options={timeframes.map((each) => ({
              value: String(each),
              text: each === 60 ? t('chart.hour') : t('chart.minutes', { count: each }),
            }))}
          />
        </div>
      }
    >
      <div className="relative h-80 px-1 pb-1 sm:h-96 xl:h-[27rem]" data-testid="chart">
        <ChartPanel key={`${environment}:${instrument}:${timeframe}`} environment={environment} instrument={instrument} timeframe={timeframe} indicators={indicators} />
      </div>
    </Card>
  )
}

interface PanelProps {
  environment: Environment
  instrument: string
  timeframe: number
  indicators: boolean
}

function ChartPanel({ environment, instrument, timeframe, indicators }: PanelProps) {
  const { t, i18n } = useTranslation()
  const theme = usePreferences((preferences) => shownTheme(preferences.theme))
  const tick = useInstrument(environment, instrument)?.tickSize
  const { bars, waiting, refused, failure, retry, earlier, loadingEarlier } = useBars(environment, instrument, timeframe)
  const [hovered, hover] = useState<number>()
  const shown = useShown(bars)
  const closed = useMemo(() => shown.slice(0, -1), [shown])
  const overlays = useOverlays(environment, instrument, closed, indicators && timeframe === 1)
  const markers = useMarkers(environment, instrument, shown, timeframe)
  const { lines, zone } = usePositionMarks(environment, instrument, timeframe)
  const onHover = useCallback((time: number | undefined) => hover(time), [])

  if (refused !== undefined || failure !== null) return <Failure error={refused ?? failure} retry={refused === undefined ? retry : undefined} className="m-3" />
  if (waiting) return <Skeleton className="m-3 h-[calc(100%-1.5rem)]" />
  if (bars.length === 0) return <p className="grid h-full place-items-center text-muted">{t('chart.empty')}</p>
  const at = hovered === undefined ? -1 : bars.findLastIndex(({ time }) => time === hovered)
  const index = at < 0 ? bars.length - 1 : at
  return (
    <>
      <ChartLegend bar={bars[index] as Bar} before={bars[index - 1]} overlays={overlays} tick={tick} />
      {loadingEarlier && <p className="absolute bottom-9 left-3 z-10 rounded bg-raised px-2 py-0.5 text-xs text-muted">{t('chart.loadingEarlier')}</p>}
      <Suspense fallback={<Skeleton className="m-3 h-[calc(100%-1.5rem)]" />}>
        <CandlesChart
          bars={bars}
          lines={lines}
          markers={markers}
          overlays={overlays}
          zone={zone}
          decimals={decimalsOf(tick)}
          language={i18n.language}
          theme={theme}
          onHover={onHover}
          onStart={earlier}
        />
      </Suspense>
      <ChartText bars={closed} tick={tick} instrument={instrument} timeframe={timeframe === 60 ? t('chart.hour') : t('chart.minutes', { count: timeframe })} />
      <ChartMarks marked={markers.length} lines={lines} tick={tick} />
    </>
  )
}

/** The candles, as the same list until the next one begins or earlier ones come: the newest moves with every trade. */
function useShown(bars: readonly Bar[]): readonly Bar[] {
  return useMemo(() => bars, [bars[0]?.time, bars.at(-2), bars.at(-1)?.time])
}

const none: readonly Overlay[] = []

/** What the strategy that runs on this market looks at; it decides on minutes, so only they show it. */
function useOverlays(environment: Environment, instrument: string, closed: readonly Bar[], wanted: boolean): readonly Overlay[] {
  const running = useStrategies(environment).find((one) => one.instrument === instrument && one.status !== 'stopped')
  const { strategyName, config } = running ?? {}
  return useMemo(() => (wanted && strategyName !== undefined ? overlaysOf({ strategyName, config: config ?? null }, closed) : none), [strategyName, config, closed, wanted])
}

function useMarkers(environment: Environment, instrument: string, bars: readonly Bar[], timeframe: number): (Marker & { text: string })[] {
  const { t } = useTranslation()
  const show = useFormat()
  const trades = useChartTrades(environment, instrument)
  return useMemo(() => {
    const found = markersOf(trades, bars, timeframe * 60)
    const words = worded(found, timeframe * 60)
    return found.map((marker) => ({
      ...marker,
      text: !words.has(marker.id) ? '' : marker.net !== undefined ? show.money(marker.net.value, marker.net.currency, true) : t(marker.kind === 'long' ? 'position.long' : 'position.short'),
    }))
  }, [trades, bars, timeframe, show, t])
}

/** Entry, stop and target of the open position, and the field between them. */
function usePositionMarks(environment: Environment, instrument: string, timeframe: number): { lines: Line[]; zone: Zone | undefined } {
  const { t } = useTranslation()
  const show = useFormat()
  const spec = useInstrument(environment, instrument)
  const position = usePosition(environment, instrument)
  const strategyTrade = useStrategies(environment).find(({ id }) => id === position?.strategyId)?.trade
  const mark = useTicker(environment, instrument)?.mark ?? position?.markPrice
  const result = position === undefined ? '' : show.money(openResult(position, mark, spec), spec?.settlement ?? '', true)
  const { averagePrice, stopLoss, takeProfit } = position ?? {}
  const long = !position?.size.startsWith('-')

  const lines = useMemo(() => {
    const all: Line[] = []
    if (isSet(averagePrice)) all.push({ price: Number(averagePrice), title: `${t(long ? 'position.long' : 'position.short')} ${result}`, tone: 'entry' })
    if (isSet(stopLoss)) all.push({ price: Number(stopLoss), title: t('chart.stop'), tone: 'stop' })
    if (isSet(takeProfit)) all.push({ price: Number(takeProfit), title: t('chart.target'), tone: 'target' })
    return all
  }, [averagePrice, stopLoss, takeProfit, long, result, t])

  const entered = strategyTrade?.entryTime
  const zone = useMemo((): Zone | undefined => {
    if (!isSet(averagePrice) || entered === undefined) return undefined
    const seconds = timeframe * 60
    const price = (value: string | undefined) => (isSet(value) ? Number(value) : undefined)
    return { since: Math.floor(Date.parse(entered) / 1000 / seconds) * seconds, entry: Number(averagePrice), stop: price(stopLoss), target: price(takeProfit) }
  }, [averagePrice, stopLoss, takeProfit, entered, timeframe])

  return { lines, zone }
}
