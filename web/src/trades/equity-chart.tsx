import { AreaSeries, ColorType, createChart, type IChartApi, type ISeriesApi, LineStyle, type UTCTimestamp } from 'lightweight-charts'
import { useEffect, useRef } from 'react'
import type { CurvePoint } from './equity'

interface Drawn {
  chart: IChartApi
  equity: ISeriesApi<'Area'>
  fall: ISeriesApi<'Area'>
}

interface EquityChartProps {
  points: readonly CurvePoint[]
  money: (value: number) => string
  percent: (value: number) => string
  language: string
  theme: string
}

const color = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()

/** The equity with its drawdown below it. Only ever loaded lazily, with the library that it draws with. */
export default function EquityChart({ points, money, percent, language, theme }: EquityChartProps) {
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

  useEffect(() => drawn.current && paint(drawn.current, language, money, percent), [language, theme, money, percent])
  useEffect(() => drawn.current && fill(drawn.current, points), [points])

  return <div ref={place} className="size-full" />
}

function draw(place: HTMLElement): Drawn {
  const chart = createChart(place, {
    autoSize: true,
    handleScroll: { mouseWheel: false, vertTouchDrag: false },
    handleScale: { mouseWheel: false },
    timeScale: { timeVisible: true, secondsVisible: false, fixLeftEdge: true, fixRightEdge: true },
  })
  const equity = chart.addSeries(AreaSeries, { lineWidth: 2, priceLineVisible: false })
  const fall = chart.addSeries(AreaSeries, { lineWidth: 1, priceLineVisible: false, invertFilledArea: true }, 1)
  const [above, below] = chart.panes()
  above?.setStretchFactor(3)
  below?.setStretchFactor(1)
  return { chart, equity, fall }
}

function paint({ chart, equity, fall }: Drawn, language: string, money: (value: number) => string, percent: (value: number) => string): void {
  const day = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short' })
  const clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const both = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  chart.applyOptions({
    layout: {
      background: { type: ColorType.Solid, color: 'transparent' },
      textColor: color('muted'),
      fontFamily: 'Inter Variable, system-ui, sans-serif',
      fontSize: 11,
      panes: { separatorColor: color('line'), enableResize: false },
    },
    grid: { vertLines: { visible: false }, horzLines: { color: color('line'), style: LineStyle.SparseDotted } },
    rightPriceScale: { borderColor: color('line') },
    timeScale: { borderColor: color('line'), tickMarkFormatter: (time: UTCTimestamp, kind: number) => (kind < 3 ? day : clock).format(time * 1000) },
    localization: { locale: language, timeFormatter: (time: UTCTimestamp) => both.format(time * 1000) },
  })
  equity.applyOptions({
    lineColor: color('brand-text'),
    topColor: color('brand-soft'),
    bottomColor: 'transparent',
    priceFormat: { type: 'custom', formatter: money, minMove: 1e-8 },
  })
  fall.applyOptions({
    lineColor: color('down'),
    topColor: color('down-soft'),
    bottomColor: color('down-soft'),
    priceFormat: { type: 'custom', formatter: percent, minMove: 1e-4 },
  })
}

function fill({ chart, equity, fall }: Drawn, points: readonly CurvePoint[]): void {
  equity.setData(points.map(({ time, value }) => ({ time: time as UTCTimestamp, value })))
  fall.setData(points.map(({ time, fall: value }) => ({ time: time as UTCTimestamp, value })))
  chart.timeScale().fitContent()
}
