import { useTranslation } from 'react-i18next'
import { type Grouping, groupings, type TradeStats } from '@/api/trade'
import { signOf } from '@/format/number'
import { useFormat } from '@/format/use-format'
import { Card } from '@/ui/card'
import { Select } from '@/ui/field'

interface GroupCardProps {
  by: Grouping
  groups: readonly TradeStats[]
  onChange: (by: Grouping) => void
}

/** The results side by side: per strategy, instrument, version, day, week or month. */
export function GroupCard({ by, groups, onChange }: GroupCardProps) {
  const { t } = useTranslation()
  return (
    <Card
      flush
      title={t('trades.group.title')}
      aside={
        <div className="w-44">
          <Select bare label={t('trades.group.by')} value={by} onChange={(event) => onChange(event.target.value as Grouping)}>
            {groupings.map((one) => (
              <option key={one} value={one}>
                {t(`trades.group.kinds.${one}`)}
              </option>
            ))}
          </Select>
        </div>
      }
      data-testid="groups"
    >
      <GroupTable by={by} groups={groups} />
    </Card>
  )
}

function GroupTable({ by, groups }: { by: Grouping; groups: readonly TradeStats[] }) {
  const { t } = useTranslation()
  const mixed = groups.some(({ environment }) => environment !== groups[0]?.environment)
  const figures = ['trades', 'winRate', 'net', 'averageWin', 'averageLoss', 'profitFactor', 'drawdown'] as const
  return (
    <div tabIndex={0} role="region" aria-label={t('trades.group.table')} className="overflow-x-auto pb-2">
      <table className="w-full min-w-[44rem] text-xs sm:text-sm">
        <thead className="text-xs text-muted">
          <tr>
            <th scope="col" className="px-4 py-2 text-left font-medium">
              {t(`trades.group.kinds.${by}`)}
            </th>
            {figures.map((figure) => (
              <th key={figure} scope="col" className="px-2 py-2 text-right font-medium last:pr-4">
                {figure === 'trades' ? t('trades.stats.total') : t(`trades.stats.${figure}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <GroupRow key={`${group.group} ${group.environment} ${group.currency}`} stats={group} mixed={mixed} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function GroupRow({ stats, mixed }: { stats: TradeStats; mixed: boolean }) {
  const { t } = useTranslation()
  const show = useFormat()
  const money = (value: string) => show.money(value, stats.currency, true)
  const tone = signOf(stats.totalPnl)
  return (
    <tr className="figures border-t border-line" data-testid="group-row">
      <th scope="row" className="px-4 py-2 text-left font-medium text-strong">
        {stats.group}
        {mixed && <span className="font-normal text-muted"> · {t(`environment.${stats.environment}`)}</span>}
      </th>
      <td className="px-2 py-2 text-right">{stats.totalTrades}</td>
      <td className="px-2 py-2 text-right">{stats.closedTrades === 0 ? '–' : show.percent(stats.winRate, false, 1)}</td>
      <td className={`px-2 py-2 text-right ${tone > 0 ? 'text-up' : tone < 0 ? 'text-down' : ''}`}>{money(stats.totalPnl)}</td>
      <td className="px-2 py-2 text-right">{money(stats.avgWin)}</td>
      <td className="px-2 py-2 text-right">{money(stats.avgLoss)}</td>
      <td className="px-2 py-2 text-right">{show.plain(stats.profitFactor)}</td>
      <td className="py-2 pr-4 pl-2 text-right">{show.money(stats.maxDrawdown, stats.currency)}</td>
    </tr>
  )
}
