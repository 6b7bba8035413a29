import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Decimal, Time } from '@/api/account'
import * as number from './number'
import * as time from './time'

type Value = Decimal | number | null | undefined

/** Every formatter, bound to the language of the page. */
export function useFormat() {
  const { i18n } = useTranslation()
  const language = i18n.language
  return useMemo(
    () => ({
      price: (value: Value, tick?: Decimal) => number.price(value, language, tick),
      money: (value: Value, currency: string, signed = false) => number.money(value, currency, language, signed),
      amount: (value: Value) => number.amount(value, language),
      plain: (value: Value, digits = 2) => number.plain(value, language, digits),
      short: (value: Value) => number.short(value, language),
      percent: (value: Value, signed = false, digits = 2) => number.percent(value, language, signed, digits),
      dateTime: (value: Time | null | undefined) => time.dateTime(value, language),
      clock: (value: Time | null | undefined) => time.clock(value, language),
      day: (value: Time | null | undefined) => time.day(value, language),
      utcDay: (day: string) => time.utcDay(day, language),
      month: (month: string) => time.month(month, language),
      weekday: (number: number) => time.weekday(number, language),
    }),
    [language],
  )
}
