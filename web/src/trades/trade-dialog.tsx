import { useQuery } from '@tanstack/react-query'
import { ArrowDownRight, ArrowUpRight } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { EnvironmentBadge } from '@/account/simulated-badge'
import { environmentOf, useInstrument } from '@/account/use-account'
import { ApiError } from '@/api/error'
import { type Decision, type Fill, type Trade, trade as findTrade } from '@/api/trade'
import { isSet, signOf } from '@/format/number'
import { isTime, span } from '@/format/time'
import { useFormat } from '@/format/use-format'
import { named } from '@/i18n'
import { usePreferences } from '@/shell/preferences'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Figure } from '@/ui/card'
import { Dialog } from '@/ui/dialog'
import { Empty, Failure, Skeleton } from '@/ui/notice'
import { useNow } from '@/ui/use-now'
import { exitTone } from './stats-cards'

/** Everything about one trade: what it made, of which fills, why it was entered and why it ended. */
export function TradeDialog({ id, onClose }: { id: string | undefined; onClose: () => void }) {
  const { t } = useTranslation()
  const found = useQuery({ queryKey: ['trades', 'one', id], queryFn: () => findTrade(id ?? ''), enabled: id !== undefined })
  return (
    <Dialog wide open={id !== undefined} onClose={onClose} title={t('trades.detail.title')} footer={<Button onClick={onClose}>{t('app.close')}</Button>}>
      {found.data !== undefined ? (
        <div className="grid gap-5" data-testid="trade-detail">
          <Headline trade={found.data.trade} />
          <Money trade={found.data.trade} />
          <Fills fills={found.data.fills} trade={found.data.trade} />
          <Why decision={found.data.decision} trade={found.data.trade} />
        </div>
      ) : found.error instanceof ApiError && found.error.status === 404 ? (
        <Empty title={t('trades.detail.gone')} />
      ) : found.error ? (
        <Failure error={found.error} retry={() => void found.refetch()} />
      ) : (
        <Skeleton className="h-96" />
      )}
    </Dialog>
  )
}

/** Formatters of a trade's own market and currency. */
function useFigures(trade: Trade) {
  const show = useFormat()
  const shown = usePreferences((preferences) => preferences.environment)
  const tick = useInstrument(environmentOf(trade) ?? shown, trade.instrument)?.tickSize
  return { ...show, price: (value: string | null | undefined) => (isSet(value) ? show.price(value, tick) : '–'), money: (value: string, signed = true) => show.money(value, trade.currency, signed) }
}

function Headline({ trade }: { trade: Trade }) {
  const { t } = useTranslation()
  const show = useFigures(trade)
  const now = useNow(trade.status === 'open')
  const long = trade.side === 'buy'
  const Arrow = long ? ArrowUpRight : ArrowDownRight
  const environment = environmentOf(trade)
  const sign = signOf(trade.net)
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Badge tone={long ? 'good' : 'bad'}>
          <Arrow aria-hidden className="size-3.5" />
          {t(long ? 'position.long' : 'position.short')}
        </Badge>
        <span className="font-medium text-strong">{trade.instrument}</span>
        {environment !== undefined && <EnvironmentBadge environment={environment} />}
        <span className={`figures ml-auto text-xl font-semibold ${sign > 0 ? 'text-up' : sign < 0 ? 'text-down' : 'text-strong'}`}>{show.money(trade.net)}</span>
      </div>
      <p className="text-xs text-muted">
        {trade.strategyName === '' ? t('trades.detail.byHand') : t('trades.detail.strategy', { name: trade.strategyName, version: trade.configVersion })}
        {' · '}
        <span className="figures">{t('trades.detail.held', { span: span(trade.entryTime, trade.exitTime, now) })}</span>
      </p>
      {trade.status === 'open' ? (
        <p className="rounded-lg bg-brand-soft px-3 py-2.5 text-sm">{t('trades.detail.open')}</p>
      ) : (
        <p className="flex flex-wrap items-center gap-x-2.5 gap-y-1 rounded-lg bg-raised px-3 py-2.5 text-sm" data-testid="exit-about">
          <Badge tone={exitTone(trade.exitReason)}>{named('trades.exit', trade.exitReason ?? '')}</Badge>
          <span className="min-w-0 flex-1 basis-60">{named('trades.exitAbout', trade.exitReason ?? '', '')}</span>
        </p>
      )}
    </div>
  )
}

function Money({ trade }: { trade: Trade }) {
  const { t } = useTranslation()
  const show = useFigures(trade)
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-3 sm:grid-cols-4">
      <Figure label={t('trades.columns.entry')}>{show.price(trade.entryPrice)}</Figure>
      <Figure label={t('trades.columns.exit')}>{show.price(trade.exitPrice)}</Figure>
      <Figure label={t('position.stop')}>
        {show.price(trade.stopLoss)}
        {trade.breakEvenDone && <span className="ml-1.5 text-xs font-normal text-muted">{t('trades.exit.break_even')}</span>}
      </Figure>
      <Figure label={t('position.target')}>{show.price(trade.takeProfit)}</Figure>
      <Figure label={t('trades.columns.opened')}>{show.dateTime(trade.entryTime)}</Figure>
      <Figure label={t('trades.detail.closed')}>{show.dateTime(trade.exitTime)}</Figure>
      <Figure label={t('trades.columns.amount')}>{show.amount(trade.amount)}</Figure>
      <Figure label={t('trades.detail.gross')} tone={signOf(trade.pnl)}>
        {show.money(trade.pnl)}
      </Figure>
      <Figure label={t('trades.columns.fees')}>{show.money(trade.fees, false)}</Figure>
      <Figure label={t('trades.stats.funding')} tone={signOf(trade.funding)}>
        {show.money(trade.funding)}
      </Figure>
      <Figure label={t('trades.columns.net')} tone={signOf(trade.net)}>
        {show.money(trade.net)}
      </Figure>
    </dl>
  )
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="min-w-0 border-t border-line pt-4">
      <h3 className="mb-2 text-sm">{title}</h3>
      {children}
    </section>
  )
}

function Fills({ fills, trade }: { fills: readonly Fill[]; trade: Trade }) {
  const { t } = useTranslation()
  const show = useFigures(trade)
  const cell = 'py-1.5 pr-3 last:pr-0'
  if (fills.length === 0) return null
  return (
    <Part title={t('trades.detail.fills')}>
      <div tabIndex={0} role="region" aria-label={t('trades.detail.fills')} className="overflow-x-auto">
        <table className="figures w-full text-xs whitespace-nowrap">
          <thead className="text-left text-muted">
            <tr>
              <th className={`${cell} font-medium`}>{t('trades.detail.time')}</th>
              <th className={`${cell} font-medium`}>{t('trades.detail.order')}</th>
              <th className={`${cell} text-right font-medium`}>{t('orders.price')}</th>
              <th className={`${cell} text-right font-medium`}>{t('trades.columns.amount')}</th>
              <th className={`${cell} text-right font-medium`}>{t('trades.columns.fees')}</th>
              <th className={`${cell} text-right font-medium`}>{t('trades.detail.result')}</th>
            </tr>
          </thead>
          <tbody className="divide-y divide-line border-t border-line">
            {fills.map((fill) => (
              <tr key={fill.id}>
                <td className={cell}>{show.clock(fill.time)}</td>
                <td className={cell}>
                  {named('orders.role', fill.role ?? 'foreign')}, <span className={fill.side === 'buy' ? 'text-up' : 'text-down'}>{t(`orders.${fill.side}`)}</span>
                  {fill.liquidation && `, ${t('trades.exit.liquidation')}`}
                </td>
                <td className={`${cell} text-right`}>{show.price(fill.price)}</td>
                <td className={`${cell} text-right`}>{show.amount(fill.amount)}</td>
                <td className={`${cell} text-right`} title={t(fill.maker ? 'trades.detail.maker' : 'trades.detail.taker')}>
                  {show.money(fill.fee, false)}
                </td>
                <td className={`${cell} text-right`}>{show.money(fill.profitLoss)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Part>
  )
}

/** What the strategy saw and reckoned when it entered. */
function Why({ decision, trade }: { decision: Decision | null; trade: Trade }) {
  const { t } = useTranslation()
  const show = useFigures(trade)
  if (decision === null) return <Part title={t('trades.detail.why')}>{<p className="text-sm text-muted">{t('trades.detail.noDecision')}</p>}</Part>
  const { detail } = decision
  const scored = (detail.scoreLong ?? 0) !== 0 || (detail.scoreShort ?? 0) !== 0
  return (
    <Part title={t('trades.detail.why')}>
      <div className="grid gap-3 text-sm">
        <p>{decision.reason}</p>
        <p className="figures text-xs text-muted">
          {isTime(decision.candleTime) ? t('trades.detail.candle', { time: show.dateTime(decision.candleTime) }) : t('trades.detail.decided', { time: show.dateTime(decision.time) })}
        </p>
        <dl className="grid grid-cols-2 gap-x-4 gap-y-3 sm:grid-cols-4">
          {scored && (
            <Figure label={t('trades.detail.scores')}>
              {show.plain(detail.scoreLong, 1)} / {show.plain(detail.scoreShort, 1)}
            </Figure>
          )}
          {detail.entry !== undefined && <Figure label={t('trades.detail.plannedEntry')}>{show.price(detail.entry)}</Figure>}
          {detail.atTarget !== undefined && (
            <Figure label={t('trades.detail.atTarget')} tone={signOf(detail.atTarget.net)}>
              {show.money(detail.atTarget.net)}
            </Figure>
          )}
          {detail.atStop !== undefined && (
            <Figure label={t('trades.detail.atStop')} tone={signOf(detail.atStop.net)}>
              {show.money(detail.atStop.net)}
            </Figure>
          )}
        </dl>
        {detail.sizing?.steps !== undefined && detail.sizing.steps.length > 0 && (
          <div>
            <p className="mb-1 text-xs text-muted">{t('trades.detail.sizing')}</p>
            <ol className="figures grid gap-1 text-xs">
              {detail.sizing.steps.map((step) => (
                <li key={step.step} className="flex justify-between gap-4">
                  <span className="min-w-0 text-text">{step.why}</span>
                  <span className="text-strong">{show.amount(step.amount)}</span>
                </li>
              ))}
            </ol>
          </div>
        )}
      </div>
    </Part>
  )
}
