import type { Decimal } from '@/api/account'

/** What stands where a figure is not known: as wide as a digit, and never read as a zero. */
export const absent = '–'

type Value = Decimal | number | null | undefined

const formats = new Map<string, Intl.NumberFormat>()

function format(language: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = language + JSON.stringify(options)
  let found = formats.get(key)
  if (found === undefined) {
    found = new Intl.NumberFormat(language, options)
    formats.set(key, found)
  }
  return found
}

/** Intl reads a decimal string exactly; a number is only passed where the server sends one. */
function text(value: Value, language: string, options: Intl.NumberFormatOptions): string {
  if (value === null || value === undefined || value === '' || Number.isNaN(Number(value))) return absent
  return format(language, options).format(value as Intl.StringNumericLiteral)
}

/** Digits behind the point that a step such as "0.5" or "0.0001" shows. */
export function decimalsOf(step: Decimal | undefined): number {
  if (step === undefined) return 2
  const point = step.indexOf('.')
  return point < 0 ? 0 : step.slice(point + 1).replace(/0+$/, '').length
}

/** A price, padded to its market's tick so that it never changes width while it moves. */
export function price(value: Value, language: string, tick?: Decimal): string {
  const digits = decimalsOf(tick)
  return text(value, language, { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** Coins keep eight digits, money two. */
const cents = new Set(['USD', 'USDC', 'USDT', 'EURR', 'EUR'])

/** An amount of money with its currency behind it, to the cent; less than ten cents shows more. Signed: "+" before a gain too. */
export function money(value: Value, currency: string, language: string, signed = false): string {
  const small = signOf(value) !== 0 && Math.abs(Number(value)) < 0.1
  const shown = text(value, language, {
    minimumFractionDigits: cents.has(currency) ? 2 : 4,
    maximumFractionDigits: cents.has(currency) ? (small ? 4 : 2) : 8,
    signDisplay: signed ? 'exceptZero' : 'negative',
  })
  return shown === absent || currency === '' ? shown : `${shown} ${currency}`
}

/** A size, as precise as it was sent. */
export function amount(value: Value, language: string): string {
  return text(value, language, { maximumFractionDigits: 8 })
}

export function plain(value: Value, language: string, digits = 2): string {
  return text(value, language, { minimumFractionDigits: 0, maximumFractionDigits: digits })
}

/** A gain or loss where there is little room: three figures, and the sign also of what rounds to nothing. */
export function short(value: Value, language: string): string {
  const size = Math.abs(Number(value))
  if (size > 0 && size < 1) return text(value, language, { minimumFractionDigits: 3, maximumFractionDigits: 3, signDisplay: 'always' })
  return text(value, language, { notation: 'compact', maximumSignificantDigits: 3, signDisplay: 'exceptZero' })
}

/** Percent points, as in 0.65 -> "0.65 %". */
export function percent(value: Value, language: string, signed = false, digits = 2): string {
  const shown = text(value, language, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    signDisplay: signed ? 'exceptZero' : 'negative',
  })
  return shown === absent ? shown : `${shown} %`
}

/** -1, 0 or 1. */
export function signOf(value: Value): number {
  const number = Number(value ?? 0)
  return Number.isNaN(number) ? 0 : Math.sign(number)
}

/** The server writes "0" where there is no price: no stop, an empty side of the book. */
export function isSet(value: Value): value is Decimal {
  return value !== null && value !== undefined && value !== '' && signOf(value) !== 0
}

/** A size without its sign. */
export function unsigned(value: Decimal): Decimal {
  return value.startsWith('-') ? value.slice(1) : value
}

/** Adds decimals up exactly: a float would lose cents on the way. */
export function sum(values: readonly Decimal[]): Decimal {
  const places = Math.max(0, ...values.map(digitsBehind))
  const total = values.reduce((all, value) => all + scaled(value, places), 0n)
  const digits = String(total < 0n ? -total : total).padStart(places + 1, '0')
  const shown = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`
  return total < 0n ? `-${shown}` : shown
}

const digitsBehind = (value: Decimal) => value.split('.')[1]?.length ?? 0

const scaled = (value: Decimal, places: number) => BigInt(value.replace('.', '') + '0'.repeat(places - digitsBehind(value)))
