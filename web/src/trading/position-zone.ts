import type { IChartApi, IPrimitivePaneRenderer, ISeriesApi, ISeriesPrimitive, Time, UTCTimestamp } from 'lightweight-charts'

/** The running position as two fields: from its entry to its target, and from its entry to its stop. */
export interface Zone {
  /** Open time of the candle in which it was entered, in seconds. */
  since: number
  entry: number
  stop: number | undefined
  target: number | undefined
}

interface Painted {
  zone: Zone | undefined
  gain: string
  loss: string
}

/** Draws a Zone behind the candles, from the entry to the right edge. */
export class PositionZone implements ISeriesPrimitive<Time> {
  private painted: Painted = { zone: undefined, gain: '', loss: '' }
  private redraw: (() => void) | undefined

  private readonly chart: IChartApi
  private readonly series: ISeriesApi<'Candlestick'>

  constructor(chart: IChartApi, series: ISeriesApi<'Candlestick'>) {
    this.chart = chart
    this.series = series
  }

  attached({ requestUpdate }: { requestUpdate: () => void }): void {
    this.redraw = requestUpdate
  }

  show(painted: Painted): void {
    this.painted = painted
    this.redraw?.()
  }

  paneViews() {
    return [{ zOrder: () => 'bottom' as const, renderer: () => this.renderer }]
  }

  private readonly renderer: IPrimitivePaneRenderer = {
    draw: (target) => {
      const { zone, gain, loss } = this.painted
      if (zone === undefined) return
      const entry = this.series.priceToCoordinate(zone.entry)
      // An entry on a candle that is not loaded lies left of everything.
      const from = this.chart.timeScale().timeToCoordinate(zone.since as UTCTimestamp) ?? 0
      if (entry === null) return
      target.useMediaCoordinateSpace(({ context, mediaSize }) => {
        for (const [price, color] of [[zone.target, gain], [zone.stop, loss]] as const) {
          const to = price === undefined ? null : this.series.priceToCoordinate(price)
          if (to === null) continue
          context.fillStyle = color
          context.fillRect(Math.max(0, from), Math.min(entry, to), mediaSize.width, Math.abs(to - entry))
        }
      })
    },
  }
}
