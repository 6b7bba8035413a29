import {
  type AutoscaleInfo,
  CandlestickSeries,
  ColorType,
  createChart,
  createSeriesMarkers,
  HistogramSeries,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  LineSeries,
  LineStyle,
  type LogicalRange,
  type MouseEventParams,
  type SeriesMarker,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts'
import { memo, useEffect, useRef } from 'react'
import type { Bar } from './bars'
import type { Marker } from './markers'
import type { Overlay } from './overlay'
import { PositionZone, type Zone } from './position-zone'

export interface Line {
  price: number
  title: string
  tone: 'entry' | 'stop' | 'target'
}

interface ChartProps {
  bars: readonly Bar[]
  lines: readonly Line[]
  markers: readonly (Marker & { text: string })[]
  overlays: readonly Overlay[]
  zone: Zone | undefined
  decimals: number
  language: string
  theme: string
  /** Open time of the candle under the pointer; undefined when it has left. */
  onHover: (time: number | undefined) => void
  /** The reader has gone back to the first candles that there are. */
  onStart: () => void
}

interface Drawn {
  chart: IChartApi
  candles: ISeriesApi<'Candlestick'>
  volume: ISeriesApi<'Histogram'>
  markers: ISeriesMarkersPluginApi<Time>
  zone: PositionZone
  lines: Map<Line['tone'], IPriceLine>
  overlays: ISeriesApi<'Line'>[]
  bars: readonly Bar[]
}

const color = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()

/** The price chart. The library it draws with is large: this module is only ever loaded lazily. */
function CandlesChart({ bars, lines, markers, overlays, zone, decimals, language, theme, onHover, onStart }: ChartProps) {
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

  useEffect(() => drawn.current && follow(drawn.current.chart, onHover, onStart), [onHover, onStart])
  useEffect(() => drawn.current && paint(drawn.current, language, decimals), [language, decimals, theme])
  useEffect(() => drawn.current && fill(drawn.current, bars), [bars])
  useEffect(() => drawn.current && tint(drawn.current), [theme])
  useEffect(() => drawn.current && rule(drawn.current, lines), [lines, theme])
  useEffect(() => drawn.current && trace(drawn.current, overlays), [overlays, theme])
  useEffect(() => drawn.current?.markers.setMarkers(markers.map(asMarker)), [markers, theme])
  useEffect(() => drawn.current?.zone.show({ zone, gain: color('up-soft'), loss: color('down-soft') }), [zone, theme])

  return <div ref={place} className="size-full" />
}

export default memo(CandlesChart)

function draw(place: HTMLElement): Drawn {
  const chart = createChart(place, {
    autoSize: true,
    rightPriceScale: { scaleMargins: { top: 0.12, bottom: 0.2 } },
    timeScale: { timeVisible: true, secondsVisible: false, rightOffset: 6, barSpacing: 7, minBarSpacing: 1.5 },
    handleScale: { axisPressedMouseMove: true },
  })
  const candles = chart.addSeries(CandlestickSeries, { borderVisible: false })
  const volume = chart.addSeries(HistogramSeries, { priceScaleId: '', priceFormat: { type: 'volume' }, lastValueVisible: false, priceLineVisible: false })
  volume.priceScale().applyOptions({ scaleMargins: { top: 0.86, bottom: 0 } })
  const zone = new PositionZone(chart, candles)
  candles.attachPrimitive(zone)
  return { chart, candles, volume, zone, markers: createSeriesMarkers(candles, []), lines: new Map(), overlays: [], bars: [] }
}

/** How near the first candle the reader may come before earlier ones are asked for. */
const nearStart = 30

function follow(chart: IChartApi, onHover: ChartProps['onHover'], onStart: ChartProps['onStart']): () => void {
  const moved = ({ time }: MouseEventParams) => onHover(time as number | undefined)
  const scrolled = (range: LogicalRange | null) => range !== null && range.from < nearStart && onStart()
  chart.subscribeCrosshairMove(moved)
  chart.timeScale().subscribeVisibleLogicalRangeChange(scrolled)
  return () => {
    chart.unsubscribeCrosshairMove(moved)
    chart.timeScale().unsubscribeVisibleLogicalRangeChange(scrolled)
  }
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
    crosshair: { vertLine: { color: color('muted'), labelBackgroundColor: color('raised') }, horzLine: { color: color('muted'), labelBackgroundColor: color('raised') } },
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

/** Draws what changed at the end; anything else is drawn whole. What is looked at stays where it is. */
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
    return
  }
  drawn.candles.setData(bars.map(asCandle))
  drawn.volume.setData(bars.map(asVolume))
  if (before.length === 0) drawn.chart.timeScale().scrollToRealTime()
}

/** Volume carries its colour in its data. */
const tint = ({ volume, bars }: Drawn) => volume.setData(bars.map(asVolume))

const asCandle = ({ time, open, high, low, close }: Bar) => ({ time: time as UTCTimestamp, open, high, low, close })
const asVolume = ({ time, open, close, volume }: Bar) => ({
  time: time as UTCTimestamp,
  value: volume,
  color: color(close >= open ? 'up-soft' : 'down-soft'),
})

const shapes = {
  long: { position: 'belowBar', shape: 'arrowUp', tone: 'brand-text' },
  short: { position: 'aboveBar', shape: 'arrowDown', tone: 'brand-text' },
  gain: { position: 'atPriceMiddle', shape: 'circle', tone: 'up' },
  loss: { position: 'atPriceMiddle', shape: 'circle', tone: 'down' },
} as const

function asMarker({ id, time, kind, price, text }: Marker & { text: string }): SeriesMarker<Time> {
  const { position, shape, tone } = shapes[kind]
  return { id, time: time as UTCTimestamp, position, shape, color: color(tone), price, text } as SeriesMarker<Time>
}

const styles = { entry: 'brand-text', stop: 'down', target: 'up' } as const

/** Moves the lines that stay, so that a stop that is amended glides instead of blinking. */
function rule(drawn: Drawn, lines: readonly Line[]): void {
  const wanted = new Set(lines.map(({ tone }) => tone))
  for (const [tone, line] of drawn.lines) {
    if (wanted.has(tone)) continue
    drawn.candles.removePriceLine(line)
    drawn.lines.delete(tone)
  }
  for (const { price, title, tone } of lines) {
    const look = { price, title, color: color(styles[tone]), axisLabelColor: color(styles[tone]), axisLabelTextColor: color('panel') }
    const line = drawn.lines.get(tone)
    if (line !== undefined) line.applyOptions(look)
    else drawn.lines.set(tone, drawn.candles.createPriceLine({ ...look, lineWidth: 1, lineStyle: tone === 'entry' ? LineStyle.Solid : LineStyle.Dashed, axisLabelVisible: true }))
  }
  drawn.candles.applyOptions({ autoscaleInfoProvider: (own: () => AutoscaleInfo | null) => stretched(own(), lines) })
}

/** Makes room for the lines, unless that would press the candles flat. */
function stretched(own: AutoscaleInfo | null, lines: readonly Line[]): AutoscaleInfo | null {
  if (own === null || own.priceRange === null) return own
  const { minValue, maxValue } = own.priceRange
  const low = Math.min(minValue, ...lines.map(({ price }) => price))
  const high = Math.max(maxValue, ...lines.map(({ price }) => price))
  return high - low > 3 * (maxValue - minValue) ? own : { ...own, priceRange: { minValue: low, maxValue: high } }
}

export const overlayColors = { fast: 'overlay-fast', slow: 'overlay-slow', band: 'muted' } as const

function trace(drawn: Drawn, overlays: readonly Overlay[]): void {
  while (drawn.overlays.length > overlays.length) drawn.chart.removeSeries(drawn.overlays.pop() as ISeriesApi<'Line'>)
  overlays.forEach(({ tone, points }, i) => {
    const look = { color: color(overlayColors[tone]), lineWidth: 1 as const, lineStyle: tone === 'band' ? LineStyle.Dashed : LineStyle.Solid }
    const series = drawn.overlays[i] ?? drawn.chart.addSeries(LineSeries, { priceLineVisible: false, lastValueVisible: false, crosshairMarkerVisible: false })
    drawn.overlays[i] = series
    series.applyOptions(look)
    series.setData(points.map(({ time, value }) => ({ time: time as UTCTimestamp, value })))
  })
}
