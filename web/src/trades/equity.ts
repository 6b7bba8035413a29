import type { EquityPoint } from '@/api/trade'

/** One point of a curve, with how far it lies below the highest one before it. */
export interface CurvePoint {
  /** Seconds since 1970. */
  time: number
  value: number
  /** Percent of the peak; 0 or less. */
  fall: number
}

export interface Curve {
  points: CurvePoint[]
  first: number
  last: number
  /** The deepest fall, in percent of its peak; 0 or less. */
  deepest: number
}

/** The series of some points, such as "paper USDC", the longest first; a currency that was never held has none. */
export function seriesOf(points: readonly EquityPoint[]): Map<string, EquityPoint[]> {
  const series = new Map<string, EquityPoint[]>()
  for (const point of points) {
    const name = `${point.environment} ${point.currency}`
    const known = series.get(name)
    if (known === undefined) series.set(name, [point])
    else known.push(point)
  }
  const held = [...series].filter(([, points]) => points.some(({ equity }) => Number(equity) !== 0))
  return new Map(held.sort((a, b) => b[1].length - a[1].length || b[0].localeCompare(a[0])))
}

/** A curve to draw. Drawing needs numbers: the exact figures stand in the statistics. */
export function curveOf(points: readonly EquityPoint[]): Curve | undefined {
  let peak = Number.NEGATIVE_INFINITY
  const bySecond = new Map<number, CurvePoint>()
  for (const { time, equity } of points) {
    const value = Number(equity)
    peak = Math.max(peak, value)
    const second = Math.floor(Date.parse(time) / 1000)
    bySecond.set(second, { time: second, value, fall: peak > 0 ? ((value - peak) / peak) * 100 : 0 })
  }
  const drawn = [...bySecond.values()].sort((a, b) => a.time - b.time)
  const [first] = drawn
  const last = drawn.at(-1)
  if (first === undefined || last === undefined) return undefined
  return { points: drawn, first: first.value, last: last.value, deepest: Math.min(...drawn.map(({ fall }) => fall)) }
}
