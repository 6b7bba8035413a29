import type { Day } from '@/api/trade'
import { sum } from '@/format/number'

/** A day of the month grid; result is absent when nothing closed on it. */
export interface Cell {
  day: string
  number: number
  result?: Day
}

/** The weeks of a month (2026-11), Monday first; days of other months are undefined. */
export function weeksOf(month: string, days: readonly Day[]): (Cell | undefined)[][] {
  const [year = 1970, one = 1] = month.split('-').map(Number)
  const length = new Date(Date.UTC(year, one, 0)).getUTCDate()
  const before = (new Date(Date.UTC(year, one - 1, 1)).getUTCDay() + 6) % 7
  const byDay = new Map(days.map((day) => [day.day, day]))
  const cells: (Cell | undefined)[] = Array.from({ length: before }, () => undefined)
  for (let number = 1; number <= length; number++) {
    const day = `${month}-${String(number).padStart(2, '0')}`
    cells.push({ day, number, result: byDay.get(day) })
  }
  while (cells.length % 7 !== 0) cells.push(undefined)
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7))
}

/** The month before or after. */
export function shift(month: string, by: number): string {
  const [year = 1970, one = 1] = month.split('-').map(Number)
  return new Date(Date.UTC(year, one - 1 + by, 1)).toISOString().slice(0, 7)
}

/** What the results of a day are of, such as "paper USDC": days of different ones are never added up. */
export const purseOf = ({ environment, currency }: Pick<Day, 'environment' | 'currency'>) => `${environment} ${currency}`

/** The purses of some days, the one with the most trades first. */
export function pursesOf(days: readonly Day[]): Pick<Day, 'environment' | 'currency'>[] {
  const trades = new Map<string, number>()
  for (const day of days) trades.set(purseOf(day), (trades.get(purseOf(day)) ?? 0) + day.trades)
  const busiest = [...trades].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]))
  return busiest.flatMap(([purse]) => days.find((day) => purseOf(day) === purse) ?? [])
}

export interface MonthSum {
  trades: number
  net: string
  winningDays: number
  losingDays: number
}

export function sumOf(month: string, days: readonly Day[]): MonthSum {
  const own = days.filter(({ day }) => day.startsWith(month))
  return {
    trades: own.reduce((all, { trades }) => all + trades, 0),
    net: sum(own.map(({ net }) => net)),
    winningDays: own.filter(({ net }) => Number(net) > 0).length,
    losingDays: own.filter(({ net }) => Number(net) < 0).length,
  }
}
