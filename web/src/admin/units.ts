import { plain } from '@/format/number'
import { duration } from '@/format/time'

/** A handling time of so many microseconds in the unit that fits. */
export function micros(value: number, language: string): string {
  if (value <= 0) return '–'
  if (value < 1_000) return `${value} µs`
  if (value < 1_000_000) return `${plain(value / 1_000, language, value < 10_000 ? 1 : 0)} ms`
  return `${plain(value / 1_000_000, language, 1)} s`
}

/** How long nothing has moved. */
export function age(milliseconds: number): string {
  return milliseconds < 1_000 ? `${milliseconds} ms` : duration(milliseconds)
}

/** The points of a line chart in a box of the given size, the newest at the right; a flat line lies on the ground. */
export function linePoints(values: readonly number[], width: number, height: number): string {
  const most = Math.max(...values, 0)
  const step = values.length > 1 ? width / (values.length - 1) : 0
  return values.map((value, i) => `${round(i * step)},${round(height - (most === 0 ? 0 : (value / most) * height))}`).join(' ')
}

const round = (value: number) => Math.round(value * 10) / 10
