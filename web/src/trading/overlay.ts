import type { Strategy } from '@/api/strategy'
import type { Bar } from './bars'

/** One line over the candles; where it has no value yet there is no point. */
export interface Overlay {
  name: string
  tone: 'fast' | 'slow' | 'band'
  points: { time: number; value: number }[]
}

/** What a running strategy looks at, worked out from the closed candles just as the server does. */
export function overlaysOf(strategy: Pick<Strategy, 'strategyName' | 'config'> | undefined, closed: readonly Bar[]): Overlay[] {
  const setting = (name: string) => Number(strategy?.config?.[name] ?? 0)
  switch (strategy?.strategyName) {
    case 'Razor':
      return [line(`EMA ${setting('emaFast')}`, 'fast', closed, ema(closed, setting('emaFast'))), line(`EMA ${setting('emaSlow')}`, 'slow', closed, ema(closed, setting('emaSlow')))]
    case 'SMA Cross':
      return [line(`SMA ${setting('smaFast')}`, 'fast', closed, sma(closed, setting('smaFast'))), line(`SMA ${setting('smaSlow')}`, 'slow', closed, sma(closed, setting('smaSlow')))]
    case 'Thor': {
      const period = setting('bbPeriod')
      const middle = sma(closed, period)
      const away = deviation(closed, period, middle).map((value) => value * setting('bbStdDev'))
      return [
        line(`SMA ${period}`, 'slow', closed, middle),
        line('BB +', 'band', closed, middle.map((value, i) => value + (away[i] ?? NaN))),
        line('BB −', 'band', closed, middle.map((value, i) => value - (away[i] ?? NaN))),
      ]
    }
    default:
      return []
  }
}

function line(name: string, tone: Overlay['tone'], bars: readonly Bar[], values: readonly number[]): Overlay {
  const points = bars.flatMap(({ time }, i) => (Number.isFinite(values[i]) ? [{ time, value: values[i] as number }] : []))
  return { name, tone, points }
}

/** Seeded with the plain mean of the first closes; NaN until there are enough. */
export function ema(bars: readonly Bar[], period: number): number[] {
  if (period < 1) return []
  const share = 2 / (period + 1)
  let sum = 0
  let value = NaN
  return bars.map(({ close }, i) => {
    sum += close
    if (i === period - 1) value = sum / period
    else if (i >= period) value += (close - value) * share
    return value
  })
}

/** The mean of the last closes; NaN until there are enough. */
export function sma(bars: readonly Bar[], period: number): number[] {
  let sum = 0
  return bars.map(({ close }, i) => {
    sum += close - (i >= period ? (bars[i - period]?.close ?? 0) : 0)
    return period < 1 || i < period - 1 ? NaN : sum / period
  })
}

/** The population deviation of the last closes from their mean. */
function deviation(bars: readonly Bar[], period: number, means: readonly number[]): number[] {
  return means.map((mean, i) => {
    let sum = 0
    for (let back = 0; back < period; back += 1) sum += ((bars[i - back]?.close ?? NaN) - mean) ** 2
    return Math.sqrt(sum / period)
  })
}
