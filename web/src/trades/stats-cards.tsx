import { useTranslation } from 'react-i18next'
import type { TradeStats } from '@/api/trade'
import { signOf } from '@/format/number'
import { useFormat } from '@/format/use-format'
import { Card, Figure } from '@/ui/card'
import { Failure, Skeleton } from '@/ui/notice'

/** The sums of the filter, one row per currency: amounts of different currencies are never added up. */
export function StatsCards({ stats, error, retry }: { stats: TradeStats[] | undefined; error: unknown; retry: () => void }) {
  const { t } = useTranslation()
  if (stats === undefined) return error ? <Failure error={error} retry={retry} /> : <Skeleton className="h-20" />
  if (stats.length === 0) return null
  return (
    <div className="grid gap-3" data-testid="stats">
      {stats.map((one) => (
        <Card key={one.currency} aria-label={`${t('trades.stats.title')} ${one.currency}`}>
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
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-4 text-base sm:grid-cols-4 xl:grid-cols-7">
      <Figure label={t('trades.stats.net')} tone={signOf(stats.totalPnl)}>
        {money(stats.totalPnl)}
      </Figure>
      <Figure label={t('trades.stats.total')}>{stats.totalTrades}</Figure>
      <Figure label={t('trades.stats.winRate')}>
        <span title={t('trades.stats.won', { won: stats.winningTrades, lost: stats.losingTrades })}>
          {stats.closedTrades === 0 ? '–' : show.percent(stats.winRate, false, 1)}
        </span>
      </Figure>
      <Figure label={t('trades.stats.average')} tone={signOf(stats.avgPnl)}>
        {money(stats.avgPnl)}
      </Figure>
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
      <Figure label={t('trades.stats.profitFactor')}>{show.plain(stats.profitFactor)}</Figure>
      <Figure label={t('trades.stats.drawdown')}>{money(stats.maxDrawdown, false)}</Figure>
      <Figure label={t('trades.stats.winStreak')}>{stats.winStreak}</Figure>
      <Figure label={t('trades.stats.lossStreak')}>{stats.lossStreak}</Figure>
      <Figure label={t('trades.stats.fees')}>{money(stats.fees, false)}</Figure>
    </dl>
  )
}
