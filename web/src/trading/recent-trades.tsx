import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useRecentTrades } from '@/account/use-trades'
import type { Environment } from '@/api/account'
import type { Trade } from '@/api/trade'
import { signOf } from '@/format/number'
import { span } from '@/format/time'
import { useFormat } from '@/format/use-format'
import { named } from '@/i18n'
import { Badge } from '@/ui/badge'
import { Card } from '@/ui/card'
import { Empty } from '@/ui/notice'
import { useNow } from '@/ui/use-now'

export function RecentTrades({ environment }: { environment: Environment }) {
  const { t } = useTranslation()
  const own = useRecentTrades(environment).slice(0, 6)
  const now = useNow(own.some(({ status }) => status === 'open'))
  return (
    <Card
      title={t('trades.recent')}
      flush
      data-testid="recent-trades"
      aside={
        <Link to="/trades" className="text-xs font-medium text-brand-text underline-offset-4 hover:underline">
          {t('trades.all')}
        </Link>
      }
    >
      {own.length === 0 ? (
        <Empty title={t('trades.none')}>{t('trades.noneText')}</Empty>
      ) : (
        <ul className="pb-2">
          {own.map((trade) => (
            <TradeLine key={trade.id} trade={trade} now={now} />
          ))}
        </ul>
      )}
    </Card>
  )
}

function TradeLine({ trade, now }: { trade: Trade; now: number }) {
  const { t } = useTranslation()
  const show = useFormat()
  const open = trade.status === 'open'
  const sign = signOf(trade.net)
  return (
    <li className="flex items-center gap-3 border-t border-line px-4 py-2.5" data-testid={`trade-${trade.status}`}>
      <div className="min-w-0 flex-1">
        <p className="truncate text-strong">
          {trade.strategyName} <span className="text-muted">{trade.instrument}</span>
        </p>
        <p className="figures truncate text-xs text-muted">
          {show.clock(trade.entryTime)}, {span(trade.entryTime, trade.exitTime, now)}
        </p>
      </div>
      {open ? (
        <Badge tone="brand">{t('trades.status.open')}</Badge>
      ) : (
        <div className="text-right">
          <p className={`figures font-medium ${sign > 0 ? 'text-up' : sign < 0 ? 'text-down' : 'text-strong'}`}>{show.money(trade.net, trade.currency, true)}</p>
          <p className="text-xs text-muted">{named('trades.exit', trade.exitReason ?? '')}</p>
        </div>
      )}
    </li>
  )
}
