import { describe, expect, it } from 'vitest'
import * as number from './number'
import * as time from './time'

/** Intl puts a no-break space in places; the eye sees a space. */
const seen = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ')

describe('numbers', () => {
  it('show a decimal exactly, beyond what a float can hold', () => {
    expect(number.amount('0.12345678', 'en')).toBe('0.12345678')
    expect(number.price('9007199254740993.5', 'en', '0.5')).toBe('9,007,199,254,740,993.5')
  })

  it('pad a price to its tick', () => {
    expect(number.price('97231', 'en', '0.5')).toBe('97,231.0')
    expect(number.price('97231.5', 'nl', '0.50')).toBe('97.231,5')
    expect(number.price('97231', 'en', '1')).toBe('97,231')
  })

  it('show money with its currency and sign', () => {
    expect(seen(number.money('12.5', 'USDC', 'en', true))).toBe('+12.50 USDC')
    expect(seen(number.money('-0.031', 'USDC', 'en', true))).toBe('-0.031 USDC')
    expect(seen(number.money('9999.9919', 'USDC', 'en'))).toBe('9,999.99 USDC')
    expect(seen(number.money('0.1', 'BTC', 'en'))).toBe('0.1000 BTC')
    expect(seen(number.money('0', 'USDC', 'en', true))).toBe('0.00 USDC')
  })

  it('never show a missing figure as zero', () => {
    expect(number.price(undefined, 'en')).toBe(number.absent)
    expect(number.money(null, 'USDC', 'en')).toBe(number.absent)
    expect(number.percent('', 'en')).toBe(number.absent)
    expect(number.plain(Number.NaN, 'en')).toBe(number.absent)
  })

  it('tell set from unset prices', () => {
    expect(number.isSet('0')).toBe(false)
    expect(number.isSet('0.00')).toBe(false)
    expect(number.isSet(null)).toBe(false)
    expect(number.isSet('0.5')).toBe(true)
  })

  it('add up exactly', () => {
    expect(number.sum([])).toBe('0')
    expect(number.sum(['0.1', '0.2'])).toBe('0.3')
    expect(number.sum(['-0.00000005', '-1.2', '1'])).toBe('-0.20000005')
    expect(number.sum(['9007199254740993', '0.5', '-0.5'])).toBe('9007199254740993.0')
  })

  it('fit into a small place, with their sign', () => {
    expect(number.short('12.345', 'en')).toBe('+12.3')
    expect(number.short('-1234.5', 'en')).toBe('-1.23K')
    expect(number.short('0', 'en')).toBe('0')
    expect(number.short('-0.224', 'en')).toBe('-0.224')
    expect(number.short('-0.00000005', 'en')).toBe('-0.000')
  })

  it('count the decimals of a tick', () => {
    expect(['0.5', '0.0001', '1', '0.50', undefined].map(number.decimalsOf)).toEqual([1, 4, 0, 1, 2])
  })
})

describe('times', () => {
  it('show spans in two parts', () => {
    expect(time.duration(14_200)).toBe('14 s')
    expect(time.duration(185_000)).toBe('3 m 05 s')
    expect(time.duration(7_620_000)).toBe('2 h 07 m')
    expect(time.duration(356_400_000)).toBe('4 d 3 h')
    expect(time.duration(-5)).toBe('0 s')
  })

  it('run to now while there is no end', () => {
    const from = '2026-11-24T03:00:00.000Z'
    expect(time.span(from, '2026-11-24T03:00:20.000Z', 0)).toBe('20 s')
    expect(time.span(from, null, Date.parse('2026-11-24T03:00:07.000Z'))).toBe('7 s')
  })

  it('name months and weekdays', () => {
    expect(time.month('2026-11', 'nl')).toBe('november 2026')
    expect(time.weekday(0, 'en')).toBe('Mon')
    expect(time.weekday(6, 'nl')).toBe('zo')
  })

  it('take Go’s zero time for never', () => {
    expect(time.clock('0001-01-01T00:00:00Z', 'en')).toBe(number.absent)
    expect(time.dateTime(null, 'en')).toBe(number.absent)
  })
})
