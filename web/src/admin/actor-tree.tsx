import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { branch, type Child } from '@/api/actors'
import { Button } from '@/ui/button'
import { Failure, Skeleton } from '@/ui/notice'
import { ActorState } from './actor-state'
import { actorsKey, useInterval } from './use-actors'
import { age } from './units'

/** What is below a place of the tree, each child of it to be opened in turn. Only what is open is asked for. */
export function ActorTree({ path, open = [] }: { path: string; open?: readonly string[] }) {
  const { t } = useTranslation('operator')
  const interval = useInterval()
  const found = useInfiniteQuery({
    queryKey: [...actorsKey, 'tree', path],
    queryFn: ({ pageParam }) => branch(path, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next || undefined,
    refetchInterval: interval,
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 0,
  })
  if (found.isPending) return <Skeleton className="my-2 h-10" />
  if (found.isError) return <Failure error={found.error} retry={() => void found.refetch()} />
  const pages = found.data.pages
  const first = pages[0]
  const children = pages.flatMap((page) => page.children)
  return (
    <>
      {first !== undefined && first.total > 10 && (
        <p className="flex flex-wrap gap-x-3 gap-y-1 py-1 pl-7">
          {first.below.map((group) => (
            <span key={`${group.kind} ${group.state}`} className="inline-flex items-center gap-1.5 text-xs text-muted">
              {group.kind}
              <ActorState state={group.state} count={group.count} />
            </span>
          ))}
        </p>
      )}
      <ul>
        {children.map((child) => (
          <Node key={child.id} child={child} open={open} />
        ))}
      </ul>
      {children.length === 0 && <p className="py-1 pl-7 text-xs text-muted">{t('actors.gone')}</p>}
      {found.hasNextPage && (
        <Button kind="quiet" size="small" busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t('actors.more', { shown: children.length, total: pages.at(-1)?.total ?? 0 })}
        </Button>
      )}
    </>
  )
}

function Node({ child, open }: { child: Child; open: readonly string[] }) {
  const { t } = useTranslation('operator')
  const [opened, setOpened] = useState(open.includes(child.id))
  const busy = Math.max(child.waitingMs, child.busyMs)
  return (
    <li data-testid="actor" data-actor={child.id}>
      <div className="flex min-h-8 items-center gap-1">
        {child.below > 0 ? (
          <button
            type="button"
            aria-expanded={opened}
            aria-label={t(opened ? 'actors.collapse' : 'actors.expand', { name: child.name })}
            onClick={() => setOpened(!opened)}
            className="grid size-7 shrink-0 place-items-center rounded-md text-muted hover:bg-raised hover:text-strong"
          >
            <ChevronRight aria-hidden className={`size-4 transition-transform ${opened ? 'rotate-90' : ''}`} />
          </button>
        ) : (
          <span className="size-7 shrink-0" />
        )}
        <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-3 gap-y-0.5 py-1">
          <Name child={child} />
          <span className="text-xs text-muted">{child.kind}</span>
          <ActorState state={child.state} />
          {child.incarnation > 1 && <span className="text-xs text-warn">{t('actors.restarted', { count: child.incarnation - 1 })}</span>}
          {child.queued > 0 && <span className="figures text-xs text-warn">{t('actors.queued', { count: child.queued })}</span>}
          {busy >= 1_000 && <span className="figures text-xs text-warn">{`${child.handling ?? ''} ${age(busy)}`}</span>}
          {!opened && child.below > 0 && <span className="figures text-xs text-muted">{t('actors.below', { count: child.below })}</span>}
        </div>
      </div>
      {opened && (
        <div className="ml-3.5 border-l border-line pl-1.5">
          <ActorTree path={child.id} open={open} />
        </div>
      )}
    </li>
  )
}

/** The name of an actor; that of a user leads to the user. A strategy's name begins with its user, who stands above it. */
function Name({ child }: { child: Child }) {
  const style = 'min-w-0 truncate font-medium text-strong'
  if (child.kind === 'user') {
    return (
      <Link to="/admin/users/$id" params={{ id: child.name }} className={`${style} underline-offset-4 hover:underline`}>
        {child.name}
      </Link>
    )
  }
  return <span className={style}>{child.kind === 'executor' ? child.name.replace(/^[^:]*:/, '') : child.name}</span>
}
