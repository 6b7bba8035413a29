import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Pause, Play } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { type Overview, overview } from '@/api/actors'
import { useFormat } from '@/format/use-format'
import '@/i18n/operator'
import { Button } from '@/ui/button'
import { Card, Figure } from '@/ui/card'
import { Failure, Skeleton } from '@/ui/notice'
import { ActorTree } from './actor-tree'
import { AdminFrame } from './admin-frame'
import { FailuresCard } from './failures-card'
import { KindsCard } from './kinds-card'
import { MailboxesCard } from './mailboxes-card'
import { Sparkline } from './sparkline'
import { actorsKey, useInterval, useWatch } from './use-actors'
import { UserSearch } from './user-search'

/** How the actors of the server are, every two seconds. */
export function ActorsPage() {
  const { t } = useTranslation('operator')
  const interval = useInterval()
  const found = useQuery({ queryKey: actorsKey, queryFn: overview, refetchInterval: interval, placeholderData: keepPreviousData, staleTime: 0 })
  return (
    <AdminFrame wide title={t('actors.title')} aside={<Watch at={found.data?.at} />}>
      <Failure error={found.error} retry={() => void found.refetch()} />
      {found.isPending && <Skeleton className="h-96" />}
      {found.data !== undefined && <Everything all={found.data} />}
    </AdminFrame>
  )
}

function Watch({ at }: { at?: string }) {
  const { t } = useTranslation('operator')
  const show = useFormat()
  const { paused, turn } = useWatch()
  const Icon = paused ? Play : Pause
  return (
    <div className="flex items-center gap-3">
      <p className="figures text-xs text-muted">{paused ? t('actors.paused') : t('actors.updated', { time: show.clock(at) })}</p>
      <Button size="small" onClick={turn}>
        <Icon aria-hidden className="size-3.5" />
        {t(paused ? 'actors.resume' : 'actors.pause')}
      </Button>
    </div>
  )
}

function Everything({ all }: { all: Overview }) {
  const { t } = useTranslation('operator')
  const show = useFormat()
  const points = all.rates.points
  return (
    <>
      <Card>
        <dl className="grid grid-cols-2 gap-4 sm:grid-cols-4">
          <Figure label={t('actors.alive')}>{show.plain(all.alive, 0)}</Figure>
          <Figure label={t('actors.waiting')}>{show.plain(all.queued, 0)}</Figure>
          <Figure label={t('actors.columns.failures')}>{show.plain(all.kinds.reduce((sum, { panics }) => sum + panics, 0), 0)}</Figure>
          <Figure label={t('actors.deadLetters')}>{show.plain(all.deadLetters, 0)}</Figure>
        </dl>
      </Card>
      <div className="grid gap-3 sm:grid-cols-3 sm:gap-4">
        <Sparkline name={t('actors.handledRate')} values={points.map((point) => point.handledPerSecond)} />
        <Sparkline name={t('actors.refusedRate')} values={points.map((point) => point.refusedPerSecond)} tone="text-warn" />
        <Sparkline name={t('actors.restartRate')} values={points.map((point) => point.restarts)} tone="text-down" />
      </div>
      <KindsCard kinds={all.kinds} />
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Card title={t('actors.tree')} data-testid="tree">
          <ActorTree path="" open={['tradebaas']} />
        </Card>
        <UserSearch />
      </div>
      <FailuresCard failures={all.failures} />
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <MailboxesCard title={t('actors.deepest')} none={t('actors.quiet')} mailboxes={all.deepest} />
        <MailboxesCard title={t('actors.oldest')} none={t('actors.moving')} mailboxes={all.oldest} />
      </div>
    </>
  )
}
