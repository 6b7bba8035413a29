import { useInfiniteQuery } from '@tanstack/react-query'
import { ListChecks } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useInstrument } from '@/account/use-account'
import { type Decision, decisions, type Strategy } from '@/api/strategy'
import { useFormat } from '@/format/use-format'
import { named } from '@/i18n'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Empty, Failure, Skeleton } from '@/ui/notice'
import { DecisionDetail, OutcomeBadge } from './decision-view'

/** Why a strategy entered or did not, each with what it was based on. */
export function DecisionsDialog({ strategy, onClose }: { strategy: Strategy; onClose: () => void }) {
  const { t } = useTranslation()
  const list = useInfiniteQuery({
    queryKey: ['decisions', strategy.id],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => decisions(strategy.id, pageParam),
    getNextPageParam: ({ nextCursor }) => nextCursor || undefined,
    staleTime: 0,
  })
  const all = list.data?.pages.flatMap((page) => page.decisions) ?? []
  return (
    <Dialog open wide onClose={onClose} title={t('decisions.title', { name: strategy.strategyName })} description={t('decisions.text')}>
      <Failure error={list.error} retry={() => void list.refetch()} />
      {list.isPending && <Skeleton className="h-40" />}
      {list.isSuccess && all.length === 0 && (
        <Empty icon={<ListChecks />} title={t('decisions.none')}>
          {t('decisions.noneText')}
        </Empty>
      )}
      <ul className="grid gap-2" data-testid="decisions">
        {all.map((decision) => (
          <DecisionItem key={decision.id} decision={decision} strategy={strategy} />
        ))}
      </ul>
      {list.hasNextPage && (
        <div className="mt-4 flex justify-center">
          <Button size="small" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t('decisions.more')}
          </Button>
        </div>
      )}
    </Dialog>
  )
}

function DecisionItem({ decision, strategy }: { decision: Decision; strategy: Strategy }) {
  const { t } = useTranslation()
  const show = useFormat()
  const spec = useInstrument(strategy.environment, strategy.instrument)
  const long = decision.side === 'buy'
  return (
    <li>
      <details className="rounded-lg border border-line">
        <summary className="flex list-none flex-wrap items-center gap-x-2.5 gap-y-1 rounded-lg px-3 py-2.5 text-sm">
          <Badge tone={long ? 'good' : 'bad'}>{t(long ? 'position.long' : 'position.short')}</Badge>
          <OutcomeBadge outcome={decision.outcome} />
          <span className="figures ml-auto text-xs text-muted">{show.dateTime(decision.time)}</span>
          <span className="w-full text-xs text-text">{decision.reason || named('decisions.outcome', decision.outcome)}</span>
        </summary>
        <DecisionDetail detail={decision.detail} currency={spec?.settlement ?? ''} tick={spec?.tickSize} />
      </details>
    </li>
  )
}
