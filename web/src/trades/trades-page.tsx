import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { ChevronLeft, ChevronRight, History } from 'lucide-react'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { history, pageSize, stats, type TradeFilter } from '@/api/trade'
import { useLive } from '@/live/store'
import { usePreferences } from '@/shell/preferences'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Empty, Failure, Skeleton } from '@/ui/notice'
import { CalendarCard } from './calendar-card'
import { EquityCard } from './equity-card'
import { ExportMenu } from './export-menu'
import { isFiltered, queryOf, readSearch, type TradeSearch } from './filter'
import { GroupCard } from './group-card'
import { StatsCards } from './stats-cards'
import { TradeDialog } from './trade-dialog'
import { TradeFilters } from './trade-filters'
import { TradeTable } from './trade-table'

const route = getRouteApi('/shell/trades')

export function TradesPage() {
  const { t } = useTranslation()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const environment = usePreferences((preferences) => preferences.environment)
  // A new filter begins at its first page; the details of a trade are a step that the browser's back button takes back.
  const change = (part: Partial<TradeSearch>) => void navigate({ search: (now) => readSearch({ ...now, page: undefined, ...part }), replace: !('trade' in part), resetScroll: false })
  const query = queryOf(search, Date.now())
  const by = search.by ?? 'strategy'
  const { closedFrom: _from, closedTo: _to, ...anyDay } = query
  const sums = useQuery({ queryKey: ['trades', 'stats', query, by], queryFn: () => stats(query, by), placeholderData: keepPreviousData })
  useRefreshOnTrade()

  const counted = sums.data?.byCurrency
  return (
    <div className="grid gap-3 sm:gap-4">
      <div className="flex items-center justify-between gap-4">
        <h1 className="text-xl">{t('trades.title')}</h1>
        <ExportMenu query={query} disabled={counted?.length === 0} />
      </div>
      <TradeFilters search={search} onChange={change} onClear={() => void navigate({ search: search.by === undefined ? {} : { by: search.by }, replace: true, resetScroll: false })} />
      <StatsCards stats={counted} error={sums.error} retry={() => void sums.refetch()} />
      <div className="grid gap-3 sm:gap-4 xl:grid-cols-[minmax(0,1fr)_28rem]">
        <EquityCard environment={search.environment ?? environment} from={query.from} to={query.to} />
        <CalendarCard query={anyDay} day={search.day} onChoose={(day) => change({ day })} />
      </div>
      {counted !== undefined && counted.length > 0 && <GroupCard by={by} groups={sums.data?.groups ?? []} onChange={(by) => change({ by, page: search.page })} />}
      <HistoryCard query={query} page={search.page ?? 1} filtered={isFiltered(search)} onPage={(page) => change({ page })} onOpen={(trade) => change({ trade, page: search.page })} />
      <TradeDialog id={search.trade} onClose={() => change({ trade: undefined, page: search.page })} />
    </div>
  )
}

interface HistoryCardProps {
  query: TradeFilter
  page: number
  filtered: boolean
  onPage: (page: number) => void
  onOpen: (id: string) => void
}

function HistoryCard({ query, page, filtered, onPage, onOpen }: HistoryCardProps) {
  const { t } = useTranslation()
  const offset = (page - 1) * pageSize
  const trades = useQuery({ queryKey: ['trades', 'list', query, offset], queryFn: () => history(query, offset), placeholderData: keepPreviousData })
  const total = trades.data?.total ?? 0
  return (
    <Card flush aria-label={t('trades.title')} data-testid="history">
      {trades.isPending ? (
        <div className="grid gap-2 p-4">
          {[1, 2, 3, 4, 5, 6].map((row) => (
            <Skeleton key={row} className="h-9" />
          ))}
        </div>
      ) : trades.data === undefined ? (
        <Failure error={trades.error} retry={() => void trades.refetch()} className="m-4" />
      ) : trades.data.trades.length === 0 ? (
        <Empty icon={<History />} title={t(filtered ? 'trades.noneFiltered' : 'trades.none')}>
          {filtered ? undefined : t('trades.noneText')}
        </Empty>
      ) : (
        <TradeTable trades={trades.data.trades} onOpen={onOpen} />
      )}
      {total > pageSize && (
        <nav aria-label={t('trades.pages')} className="flex items-center justify-end gap-2 border-t border-line px-4 py-2">
          <p aria-live="polite" className="figures mr-2 text-xs text-muted">
            {t('trades.page', { from: offset + 1, to: Math.min(total, offset + pageSize), total })}
          </p>
          <Button size="small" aria-label={t('trades.previous')} disabled={page <= 1} onClick={() => onPage(page - 1)}>
            <ChevronLeft aria-hidden className="size-4" />
          </Button>
          <Button size="small" aria-label={t('trades.next')} disabled={offset + pageSize >= total} onClick={() => onPage(page + 1)}>
            <ChevronRight aria-hidden className="size-4" />
          </Button>
        </nav>
      )}
    </Card>
  )
}

/** What is shown here comes from the database; a trade that opens or closes asks for it again. */
function useRefreshOnTrade() {
  const client = useQueryClient()
  const latest = useLive((live) => live.trades.map(({ id, status }) => id + status).join())
  useEffect(() => {
    void client.invalidateQueries({ queryKey: ['trades'] })
  }, [client, latest])
}
