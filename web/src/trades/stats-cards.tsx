import clsx from 'clsx'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { TradeStats } from '@/api/trade'
import { signOf } from '@/format/number'
import { useFormat } from '@/format/use-format'
import { named } from '@/i18n'
import { Card, Figure } from '@/ui/card'
import { Failure, Skeleton } from '@/ui/notice'

/** The sums of the filter, one card per environment and currency: what is simulated and what is real is never added up. */
export function StatsCards({ stats, error, retry }: { stats: TradeStats[] | undefined; error: unknown; retry: () => void }) {
  const { t } = useTranslation()
  if (stats === undefined) return error ? <Failure error={error} retry={retry} /> : <Skeleton className="h-60 rounded-xl sm:h-48" />
  const list = stats.toSorted((a, b) => b.totalTrades - a.totalTrades)
  const mixed = list.some(({ environment }) => environment !== list[0]?.environment)
  return (
    <div className="grid gap-3 sm:gap-4" data-testid="stats">
      {list.map((one) => (
        <Card
          key={`${one.environment} ${one.currency}`}
          aria-label={`${t('trades.stats.title')} ${t(`environment.${one.environment}`)} ${one.currency}`}
          title={mixed ? `${t(`environment.${one.environment}`)} ${one.currency}` : undefined}
          flush
        >
          <Sums stats={one} />
        </Card>
      ))}
    </div>
  )
}

function Sums({ stats }: { stats: TradeStats }) {
  const { t } = useTranslation()
  const show = useFormat()
  const money = (value: string, signed = true) => show.money(value, stats.currency, signed)
  const none = stats.closedTrades === 0
  return (
    <>
      <dl className="grid grid-cols-2 border-b border-line sm:grid-cols-3 xl:grid-cols-6">
        <Tile label={t('trades.stats.net')} about={t('trades.stats.netAbout')} tone={signOf(stats.totalPnl)}>
          {money(stats.totalPnl)}
        </Tile>
        <Tile label={t('trades.stats.winRate')} about={t('trades.stats.won', { won: stats.winningTrades, lost: stats.losingTrades })}>
          {none ? '–' : show.percent(stats.winRate, false, 1)}
        </Tile>
        <Tile label={t('trades.stats.profitFactor')} about={t('trades.stats.profitFactorAbout')}>
          {show.plain(stats.profitFactor)}
        </Tile>
        <Tile label={t('trades.stats.expectancy')} about={t('trades.stats.expectancyAbout')} tone={signOf(stats.expectancy)}>
          {none ? '–' : money(stats.expectancy)}
        </Tile>
        <Tile label={t('trades.stats.drawdown')} about={t('trades.stats.drawdownAbout')}>
          {money(stats.maxDrawdown, false)}
        </Tile>
        <Tile label={t('trades.stats.total')} about={t('trades.stats.closed', { count: stats.closedTrades })}>
          {stats.totalTrades}
        </Tile>
      </dl>
      <div className="grid gap-x-8 gap-y-4 p-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <dl className="grid grid-cols-2 content-start gap-x-4 gap-y-3 sm:grid-cols-4">
          <Figure label={t('trades.stats.averageWin')} tone={signOf(stats.avgWin)}>
            {money(stats.avgWin)}
          </Figure>
          <Figure label={t('trades.stats.averageLoss')} tone={signOf(stats.avgLoss)}>
            {money(stats.avgLoss)}
          </Figure>
          <Figure label={t('trades.stats.best')} tone={signOf(stats.bestTrade)}>
            {money(stats.bestTrade)}
          </Figure>
          <Figure label={t('trades.stats.worst')} tone={signOf(stats.worstTrade)}>
            {money(stats.worstTrade)}
          </Figure>
          <Figure label={t('trades.stats.winStreak')}>{stats.winStreak}</Figure>
          <Figure label={t('trades.stats.lossStreak')}>{stats.lossStreak}</Figure>
          <Figure label={t('trades.stats.fees')}>{money(stats.fees, false)}</Figure>
          <Figure label={t('trades.stats.funding')}>{money(stats.funding)}</Figure>
        </dl>
        <Exits counts={stats.exitsByReason} total={stats.closedTrades} />
      </div>
    </>
  )
}

/** A figure that is read first. */
function Tile({ label, about, tone = 0, children }: { label: string; about: string; tone?: number; children: ReactNode }) {
  return (
    <div className="min-w-0 px-4 py-3" title={about}>
      <dt className="truncate text-xs text-muted">{label}</dt>
      <dd className={clsx('figures text-base leading-snug font-semibold tracking-[-0.01em] break-words sm:text-lg', tone > 0 ? 'text-up' : tone < 0 ? 'text-down' : 'text-strong')}>{children}</dd>
      <dd className="truncate text-[0.6875rem] text-muted">{about}</dd>
    </div>
  )
}

/** How the trades ended, the most usual way first. */
function Exits({ counts, total }: { counts: Record<string, number>; total: number }) {
  const { t } = useTranslation()
  const show = useFormat()
  const rows = Object.entries(counts).sort((a, b) => b[1] - a[1])
  if (rows.length === 0) return null
  return (
    <div>
      <p aria-hidden className="mb-1.5 text-xs text-muted">
        {t('trades.stats.exits')}
      </p>
      <ul aria-label={t('trades.stats.exits')} className="grid gap-1.5" data-testid="exits">
        {rows.map(([reason, count]) => (
          <li key={reason} className="grid grid-cols-[7rem_1fr_4.5rem] items-center gap-2 text-xs">
            <span className="truncate">{named('trades.exit', reason)}</span>
            <span aria-hidden className="h-1.5 overflow-hidden rounded-full bg-raised">
              <span style={{ width: `${(count / total) * 100}%` }} className={clsx('block h-full rounded-full', exitTone(reason) === 'good' ? 'bg-up' : exitTone(reason) === 'bad' ? 'bg-down' : 'bg-brand-text')} />
            </span>
            <span className="figures text-right text-muted">
              {count} · {show.percent((count / total) * 100, false, 0)}
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}

/** Whether a trade ended as it was meant to. */
export const exitTone = (reason: string | undefined) => (reason === 'tp' ? 'good' : reason === 'sl' || reason === 'liquidation' ? 'bad' : 'neutral')
