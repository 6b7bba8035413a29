import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/format/use-format'
import type { Bar } from './bars'
import type { Line } from './candles-chart'

/** The chart for those who cannot see it: a summary, and the last closed candles as a table. */
export const ChartText = memo(function ChartText({ bars, tick, instrument, timeframe }: { bars: readonly Bar[]; tick: string | undefined; instrument: string; timeframe: string }) {
  const { t } = useTranslation()
  const show = useFormat()
  const last = bars.at(-1)
  if (last === undefined) return null
  const price = (value: number) => show.price(value, tick)
  const summary = { instrument, timeframe, count: bars.length, close: price(last.close), high: price(Math.max(...bars.map(({ high }) => high))), low: price(Math.min(...bars.map(({ low }) => low))) }
  return (
    <div className="sr-only" data-testid="chart-text">
      <p>{t('chart.summary', summary)}</p>
      <table>
        <caption>{t('chart.lastCandles')}</caption>
        <thead>
          <tr>
            <th>{t('chart.time')}</th>
            <th>{t('chart.open')}</th>
            <th>{t('chart.high')}</th>
            <th>{t('chart.low')}</th>
            <th>{t('chart.close')}</th>
          </tr>
        </thead>
        <tbody>
          {bars.slice(-10).map((bar) => (
            <tr key={bar.time}>
              <th>{show.clock(new Date(bar.time * 1000).toISOString())}</th>
              <td>{price(bar.open)}</td>
              <td>{price(bar.high)}</td>
              <td>{price(bar.low)}</td>
              <td>{price(bar.close)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
})

/** What is marked in the chart: entries and exits, and the lines of the running position. */
export function ChartMarks({ marked, lines, tick }: { marked: number; lines: readonly Line[]; tick: string | undefined }) {
  const { t } = useTranslation()
  const show = useFormat()
  return (
    <p className="sr-only" data-testid="chart-marks">
      {t('chart.marks', { count: marked })} {lines.map(({ title, price }) => t('chart.lineAt', { name: title, price: show.price(price, tick) })).join(' ')}
    </p>
  )
}
