import {
  type AutoscaleInfo,
  CandlestickSeries,
  ColorType,
  createChart,
  HistogramSeries,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  LineStyle,
  type UTCTimestamp,
} from 'lightweight-charts'
import { useEffect, useRef } from 'react'
import type { Bar } from './bars'

export interface Line {
  price: number
  title: string
  tone: 'entry' | 'stop' | 'target'
}

interface Drawn {
  chart: IChartApi
  candles: ISeriesApi<'Candlestick'>
  volume: ISeriesApi<'Histogram'>
  lines: IPriceLine[]
  bars: readonly Bar[]
}

const color = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()

/** The price chart. The library it draws with is large: this module is only ever loaded lazily. */
export default function CandlesChart({ bars, lines, decimals, language, theme }: { bars: readonly Bar[]; lines: readonly Line[]; decimals: number; language: string; theme: string }) {
  const place = useRef<HTMLDivElement>(null)
  const drawn = useRef<Drawn | undefined>(undefined)

  useEffect(() => {
    if (place.current === null) return
    const made = draw(place.current)
    drawn.current = made
    return () => {
      drawn.current = undefined
      made.chart.remove()
    }
  }, [])

  useEffect(() => drawn.current && paint(drawn.current, language, decimals), [language, decimals, theme])
  useEffect(() => drawn.current && fill(drawn.current, bars), [bars, theme])
  useEffect(() => drawn.current && rule(drawn.current, lines), [lines, theme])

  return <div ref={place} className="size-full" />
}

function draw(place: HTMLElement): Drawn {
  const chart = createChart(place, {
    autoSize: true,
    rightPriceScale: { scaleMargins: { top: 0.08, bottom: 0.22 } },
    timeScale: { timeVisible: true, secondsVisible: false, rightOffset: 4, barSpacing: 7 },
  })
  const candles = chart.addSeries(CandlestickSeries, { borderVisible: false })
  const volume = chart.addSeries(HistogramSeries, { priceScaleId: '', priceFormat: { type: 'volume' }, lastValueVisible: false, priceLineVisible: false })
  volume.priceScale().applyOptions({ scaleMargins: { top: 0.86, bottom: 0 } })
  return { chart, candles, volume, lines: [], bars: [] }
}

/** The library draws on a canvas, so the theme's colours are handed to it; its times are shown as the reader's. */
function paint({ chart, candles }: Drawn, language: string, decimals: number): void {
  const clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const day = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short' })
  const both = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const number = new Intl.NumberFormat(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
  chart.applyOptions({
    layout: { background: { type: ColorType.Solid, color: 'transparent' }, textColor: color('muted'), fontFamily: 'Inter Variable, system-ui, sans-serif', fontSize: 11 },
    grid: { vertLines: { color: color('line'), style: LineStyle.SparseDotted }, horzLines: { color: color('line'), style: LineStyle.SparseDotted } },
    rightPriceScale: { borderColor: color('line') },
    timeScale: {
      borderColor: color('line'),
      tickMarkFormatter: (time: UTCTimestamp, kind: number) => (kind < 3 ? day : clock).format(time * 1000),
    },
    localization: { locale: language, timeFormatter: (time: UTCTimestamp) => both.format(time * 1000), priceFormatter: number.format },
  })
  const up = color('up')
  const down = color('down')
  candles.applyOptions({
    upColor: up,
    wickUpColor: up,
    downColor: down,
    wickDownColor: down,
    priceFormat: { type: 'price', precision: decimals, minMove: 10 ** -decimals },
  })
}

/** Draws what changed at the end; anything else is drawn whole. */
function fill(drawn: Drawn, bars: readonly Bar[]): void {
  const before = drawn.bars
  const grown = bars.length - before.length
  const same = before.length > 0 && before[0]?.time === bars[0]?.time && grown >= 0 && grown < 3 && bars[before.length - 1]?.time === before.at(-1)?.time
  drawn.bars = bars
  if (same) {
    for (const bar of bars.slice(before.length - 1)) {
      drawn.candles.update(asCandle(bar))
      drawn.volume.update(asVolume(bar))
    }
  } else {
    drawn.candles.setData(bars.map(asCandle))
    drawn.volume.setData(bars.map(asVolume))
    drawn.chart.timeScale().scrollToRealTime()
  }
}

const asCandle = ({ time, open, high, low, close }: Bar) => ({ time: time as UTCTimestamp, open, high, low, close })
const asVolume = ({ time, open, close, volume }: Bar) => ({
  time: time as UTCTimestamp,
  value: volume,
  color: color(close >= open ? 'up-soft' : 'down-soft'),
})

const styles = { entry: 'brand-text', stop: 'down', target: 'up' } as const

function rule(drawn: Drawn, lines: readonly Line[]): void {
  for (const line of drawn.lines) drawn.candles.removePriceLine(line)
  drawn.lines = lines.map(({ price, title, tone }) =>
    drawn.candles.createPriceLine({
      price,
      title,
      color: color(styles[tone]),
      lineWidth: 1,
      lineStyle: tone === 'entry' ? LineStyle.Solid : LineStyle.Dashed,
      axisLabelVisible: true,
    }),
  )
  drawn.candles.applyOptions({
    autoscaleInfoProvider: (own: () => AutoscaleInfo | null) => stretched(own(), lines),
  })
}

/** Makes room for the lines, unless that would press the candles flat. */
function stretched(own: AutoscaleInfo | null, lines: readonly Line[]): AutoscaleInfo | null {
  if (own === null || own.priceRange === null) return own
  const { minValue, maxValue } = own.priceRange
  const low = Math.min(minValue, ...lines.map(({ price }) => price))
  const high = Math.max(maxValue, ...lines.map(({ price }) => price))
  return high - low > 3 * (maxValue - minValue) ? own : { ...own, priceRange: { minValue: low, maxValue: high } }
}
