import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { ChevronLeft, ChevronRight, History } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Grouping, history, pageSize, stats, type TradeFilter } from '@/api/trade'
import { useLive } from '@/live/store'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Empty, Failure, Skeleton } from '@/ui/notice'
import { GroupCard } from './group-card'
import { StatsCards } from './stats-cards'
import { type Filter, noFilter, since, TradeFilters } from './trade-filters'
import { TradeTable } from './trade-table'

export function TradesPage() {
  const { t } = useTranslation()
  const [filter, setFilter] = useState<Filter>(noFilter)
  const [by, setBy] = useState<Grouping>()
  const [offset, setOffset] = useState(0)
  // Frozen per choice, so that a page of the list does not slide while it is read.
  const [from, setFrom] = useState<string>()
  const query: TradeFilter = {
    environment: filter.environment || undefined,
    strategyName: filter.strategyName || undefined,
    instrument: filter.instrument || undefined,
    status: filter.status || undefined,
    from,
  }
  const trades = useQuery({
    queryKey: ['trades', query, offset],
    queryFn: () => history(query, offset),
    placeholderData: keepPreviousData,
  })
  const sums = useQuery({ queryKey: ['trade-stats', query, by], queryFn: () => stats(query, by), placeholderData: keepPreviousData })
  useRefreshOnTrade()

  function choose(next: Filter) {
    setFilter(next)
    setFrom(since(next.period))
    setOffset(0)
  }

  const total = trades.data?.total ?? 0
  const filtered = JSON.stringify(filter) !== JSON.stringify(noFilter)
  return (
    <div className="grid gap-3 sm:gap-4">
      <h1 className="text-xl">{t('trades.title')}</h1>
      <TradeFilters filter={filter} onChange={choose} />
      <StatsCards stats={sums.data?.byCurrency} error={sums.error} retry={() => void sums.refetch()} />
      {sums.data !== undefined && sums.data.byCurrency.length > 0 && <GroupCard by={by} groups={sums.data.groups ?? []} onChange={setBy} />}
      <Card flush aria-label={t('trades.title')} data-testid="history">
        {trades.isPending ? (
          <div className="grid gap-2 p-4">
            <Skeleton className="h-10" />
            <Skeleton className="h-10" />
            <Skeleton className="h-10" />
          </div>
        ) : trades.data === undefined ? (
          <Failure error={trades.error} retry={() => void trades.refetch()} className="m-4" />
        ) : trades.data.trades.length === 0 ? (
          <Empty icon={<History />} title={t(filtered ? 'trades.noneFiltered' : 'trades.none')}>
            {filtered ? undefined : t('trades.noneText')}
          </Empty>
        ) : (
          <TradeTable trades={trades.data.trades} />
        )}
        {total > pageSize && (
          <nav aria-label={t('trades.title')} className="flex items-center justify-end gap-2 border-t border-line px-4 py-2">
            <p className="figures mr-2 text-xs text-muted">
              {t('trades.page', { from: offset + 1, to: Math.min(total, offset + pageSize), total })}
            </p>
            <Button size="small" aria-label={t('trades.previous')} disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - pageSize))}>
              <ChevronLeft aria-hidden className="size-4" />
            </Button>
            <Button size="small" aria-label={t('trades.next')} disabled={offset + pageSize >= total} onClick={() => setOffset(offset + pageSize)}>
              <ChevronRight aria-hidden className="size-4" />
            </Button>
          </nav>
        )}
      </Card>
    </div>
  )
}

/** What is shown here comes from the database; a trade that opens or closes asks for it again. */
function useRefreshOnTrade() {
  const client = useQueryClient()
  const latest = useLive((live) => live.trades.map(({ id, status }) => id + status).join())
  useEffect(() => {
    void client.invalidateQueries({ queryKey: ['trades'] })
    void client.invalidateQueries({ queryKey: ['trade-stats'] })
  }, [client, latest])
}
