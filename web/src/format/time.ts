import type { Time } from '@/api/account'
import { absent } from './number'

const formats = new Map<string, Intl.DateTimeFormat>()

function format(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options)
  let found = formats.get(key)
  if (found === undefined) {
    found = new Intl.DateTimeFormat(language, options)
    formats.set(key, found)
  }
  return found
}

/** Go's zero time means "never". */
export function isTime(time: Time | null | undefined): time is Time {
  return time !== null && time !== undefined && time !== '' && !time.startsWith('0001-')
}

/** Day and time in the reader's own time zone. */
export function dateTime(time: Time | null | undefined, language: string): string {
  if (!isTime(time)) return absent
  return format(language, {
    day: '2-digit',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(new Date(time))
}

export function clock(time: Time | null | undefined, language: string): string {
  if (!isTime(time)) return absent
  return format(language, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(
    new Date(time),
  )
}

export function day(time: Time | null | undefined, language: string): string {
  if (!isTime(time)) return absent
  return format(language, { day: '2-digit', month: 'short', year: 'numeric' }).format(new Date(time))
}

/** A day such as 2026-11-24, which is a day in UTC wherever the reader is. */
export function utcDay(of: string, language: string): string {
  return format(language, { day: '2-digit', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(new Date(of))
}

/** A month such as 2026-11, by its name. */
export function month(of: string, language: string): string {
  return format(language, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(of))
}

/** The name of a day of the week; 0 is Monday. */
export function weekday(number: number, language: string): string {
  return format(language, { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2026, 0, 5 + number))
}

/** A span as "14 s", "3 m 05 s", "2 h 07 m" or "4 d 3 h": two parts at most. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000))
  const pad = (value: number) => String(value).padStart(2, '0')
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${pad(seconds % 60)} s`
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ${pad(Math.floor((seconds % 3600) / 60))} m`
  return `${Math.floor(seconds / 86400)} d ${Math.floor((seconds % 86400) / 3600)} h`
}

/** From one time to another, or until now. */
export function span(from: Time, to: Time | null | undefined, now: number): string {
  return duration((isTime(to) ? Date.parse(to) : now) - Date.parse(from))
}
