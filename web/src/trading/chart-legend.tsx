import { useTranslation } from 'react-i18next'
import { useFormat } from '@/format/use-format'
import type { Bar } from './bars'
import type { Overlay } from './overlay'

interface LegendProps {
  bar: Bar
  before: Bar | undefined
  overlays: readonly Overlay[]
  tick: string | undefined
}

const tones = { fast: 'text-overlay-fast', slow: 'text-overlay-slow', band: 'text-muted' }

/** The figures of the candle under the pointer, or of the newest one. */
export function ChartLegend({ bar, before, overlays, tick }: LegendProps) {
  const { t } = useTranslation()
  const show = useFormat()
  const change = before === undefined || before.close === 0 ? 0 : (bar.close / before.close - 1) * 100
  const tone = bar.close >= bar.open ? 'text-up' : 'text-down'
  return (
    <div aria-hidden className="figures pointer-events-none absolute top-1 right-20 left-3 z-10 grid gap-0.5 text-[0.6875rem] leading-4 text-muted" data-testid="chart-legend">
      <p className="flex flex-wrap gap-x-2.5">
        <span className="max-sm:hidden">{show.dateTime(new Date(bar.time * 1000).toISOString()).replace(/:\d\d$/, '')}</span>
        {(['open', 'high', 'low', 'close'] as const).map((name) => (
          <span key={name}>
            {t(`chart.short.${name}`)} <span className={tone}>{show.price(bar[name], tick)}</span>
          </span>
        ))}
        <span className={`min-w-14 ${change > 0 ? 'text-up' : change < 0 ? 'text-down' : ''}`}>{show.percent(change, true)}</span>
        <span>
          {t('chart.short.volume')} <span className="text-text">{show.plain(bar.volume, 3)}</span>
        </span>
      </p>
      {overlays.length > 0 && (
        <p className="flex flex-wrap gap-x-2.5">
          {overlays.map(({ name, tone, points }) => (
            <span key={name} className={tones[tone]}>
              {name} {show.price(valueAt(points, bar.time), tick)}
            </span>
          ))}
        </p>
      )}
    </div>
  )
}

/** The newest value at or before a time: the growing candle has none of its own. */
function valueAt(points: Overlay['points'], time: number): number | undefined {
  const last = points.at(-1)
  return last !== undefined && last.time < time ? last.value : points.find((point) => point.time === time)?.value
}
