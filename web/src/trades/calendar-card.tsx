import { keepPreviousData, useQuery } from '@tanstack/react-query'
import clsx from 'clsx'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { calendar, type Day, type TradeFilter } from '@/api/trade'
import { signOf } from '@/format/number'
import { useFormat } from '@/format/use-format'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Choice } from '@/ui/choice'
import { Failure, Skeleton } from '@/ui/notice'
import { type Cell, purseOf, pursesOf, shift, sumOf, weeksOf } from './calendar'
import { dayOf } from './filter'

interface CalendarCardProps {
  /** Without the chosen day, which the calendar shows by itself. */
  query: TradeFilter
  day: string | undefined
  onChoose: (day: string | undefined) => void
}

/** Results per day of the close, a month at a time. A press on a day shows its trades. */
export function CalendarCard({ query, day, onChoose }: CalendarCardProps) {
  const { t } = useTranslation()
  const days = useQuery({ queryKey: ['trades', 'calendar', query], queryFn: () => calendar(query), placeholderData: keepPreviousData })
  const [turned, turn] = useState<string>()
  const [chosen, choose] = useState<string>()
  const found = days.data ?? []
  const purses = pursesOf(found)
  const purse = purses.find((one) => purseOf(one) === chosen) ?? purses[0]
  const currency = purse?.currency ?? 'USDC'
  const own = purse === undefined ? [] : found.filter((one) => purseOf(one) === purseOf(purse))
  const mixed = purses.some(({ environment }) => environment !== purse?.environment)
  const month = turned ?? (day ?? own.at(-1)?.day ?? dayOf(Date.now())).slice(0, 7)
  return (
    <Card
      title={t('trades.calendar.title')}
      aside={
        purse !== undefined &&
        purses.length > 1 && (
          <Choice
            label={t('trades.equity.currency')}
            value={purseOf(purse)}
            onChange={choose}
            options={purses.map((one) => ({ value: purseOf(one), text: mixed ? `${t(`environment.${one.environment}`)} ${one.currency}` : one.currency }))}
          />
        )
      }
      data-testid="calendar"
    >
      {days.isPending ? (
        <Skeleton className="h-80" />
      ) : days.data === undefined ? (
        <Failure error={days.error} retry={() => void days.refetch()} />
      ) : (
        <>
          <MonthBar month={month} days={own} currency={currency} onTurn={(by) => turn(shift(month, by))} />
          <Month month={month} days={own} currency={currency} day={day} onChoose={onChoose} />
        </>
      )}
    </Card>
  )
}

function MonthBar({ month, days, currency, onTurn }: { month: string; days: readonly Day[]; currency: string; onTurn: (by: number) => void }) {
  const { t } = useTranslation()
  const show = useFormat()
  const { trades, net } = sumOf(month, days)
  const sign = signOf(net)
  return (
    <div className="mb-2 flex items-center gap-1">
      <Button kind="quiet" size="small" aria-label={t('trades.calendar.before')} onClick={() => onTurn(-1)} className="px-2">
        <ChevronLeft aria-hidden className="size-4" />
      </Button>
      <p aria-live="polite" className="min-w-32 text-center font-medium text-strong first-letter:uppercase">
        {show.month(month)}
      </p>
      <Button kind="quiet" size="small" aria-label={t('trades.calendar.after')} onClick={() => onTurn(1)} className="px-2">
        <ChevronRight aria-hidden className="size-4" />
      </Button>
      <p className="figures ml-auto min-w-0 text-right text-xs text-muted">
        <span data-testid="month-net" className={clsx('text-sm font-semibold', sign > 0 ? 'text-up' : sign < 0 ? 'text-down' : 'text-strong')}>
          {show.money(net, currency, true)}
        </span>{' '}
        <span className="whitespace-nowrap">{t('trades.calendar.trades', { count: trades })}</span>
      </p>
    </div>
  )
}

function Month({ month, days, currency, day, onChoose }: { month: string; days: readonly Day[]; currency: string; day: string | undefined; onChoose: (day: string | undefined) => void }) {
  const { t } = useTranslation()
  const show = useFormat()
  return (
    <table className="w-full table-fixed border-separate border-spacing-1">
      <caption className="sr-only">{t('trades.calendar.about')}</caption>
      <thead className="text-[0.6875rem] text-muted">
        <tr>
          {[0, 1, 2, 3, 4, 5, 6].map((number) => (
            <th key={number} scope="col" className="pb-1 font-medium">
              {show.weekday(number)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeksOf(month, days).map((week, index) => (
          <tr key={`${month} ${index}`}>
            {week.map((cell, place) => (
              <td key={cell?.day ?? `gap ${place}`} className="h-12 p-0 sm:h-14">
                {cell !== undefined && <DayCell cell={cell} currency={currency} chosen={cell.day === day} onChoose={onChoose} />}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const tones = { '1': 'bg-up-soft text-up hover:border-up', '0': 'bg-raised text-strong hover:border-muted', '-1': 'bg-down-soft text-down hover:border-down' }

function DayCell({ cell, currency, chosen, onChoose }: { cell: Cell; currency: string; chosen: boolean; onChoose: (day: string | undefined) => void }) {
  const { t } = useTranslation()
  const show = useFormat()
  const { day, number, result } = cell
  const frame = 'flex size-full flex-col items-stretch justify-between rounded-lg border p-1 text-left sm:p-1.5'
  const date = (
    <span aria-hidden className="figures block text-[0.6875rem] leading-none text-muted">
      {number}
    </span>
  )
  if (result === undefined) return <div className={clsx(frame, 'border-line/60')}>{date}</div>
  const tone = tones[String(signOf(result.net)) as keyof typeof tones]
  const label = t('trades.calendar.day', { day: show.utcDay(day), net: show.money(result.net, currency, true), count: result.trades })
  return (
    <button
      type="button"
      aria-pressed={chosen}
      title={label}
      onClick={() => onChoose(chosen ? undefined : day)}
      className={clsx(frame, tone, chosen ? 'border-brand-text ring-1 ring-brand-text' : 'border-transparent')}
      data-testid="calendar-day"
      data-day={day}
    >
      {date}
      <span className="sr-only">{label}</span>
      <span aria-hidden className="figures block truncate text-[0.6875rem] font-semibold tracking-tight">
        {show.short(result.net)}
      </span>
    </button>
  )
}
