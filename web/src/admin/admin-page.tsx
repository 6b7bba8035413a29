import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useDeferredValue, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type AdminUser, users } from '@/api/admin'
import { useFormat } from '@/format/use-format'
import { useSession } from '@/session/store'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Input } from '@/ui/field'
import { Empty, Failure, Skeleton } from '@/ui/notice'
import { AdminFrame } from './admin-frame'
import { CeilingsCard } from './ceilings-card'
import { HaltCard } from './halt-card'
import { ScanCard } from './scan-card'
import { UserActions } from './user-actions'

export const usersKey = ['admin', 'users']

export function AdminPage() {
  const { t } = useTranslation()
  return (
    <AdminFrame title={t('nav.admin')}>
      <HaltCard />
      <Users />
      <ScanCard />
      <CeilingsCard />
    </AdminFrame>
  )
}

function Users() {
  const { t } = useTranslation()
  const [search, setSearch] = useState('')
  const query = useDeferredValue(search.trim())
  const found = useInfiniteQuery({
    queryKey: [...usersKey, query],
    queryFn: ({ pageParam }) => users(query, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor || undefined,
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
  const list = found.data?.pages.flatMap((page) => page.users) ?? []
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-end justify-between gap-3">
        <h2 className="text-base">{t('admin.title')}</h2>
        <search className="w-full sm:w-72">
          <Input bare label={t('admin.search')} placeholder={t('admin.search')} type="search" value={search} onChange={(event) => setSearch(event.target.value)} />
        </search>
      </div>
      <Card flush aria-label={t('admin.title')} data-testid="users">
        <Failure error={found.error} retry={() => void found.refetch()} className="m-4" />
        {found.isPending && <Skeleton className="m-4 h-32" />}
        {found.isSuccess && list.length === 0 && <Empty title={t('admin.none')} />}
        <ul className="divide-y divide-line">
          {list.map((user) => (
            <UserLine key={user.id} user={user} />
          ))}
        </ul>
        {found.hasNextPage && (
          <div className="grid place-items-center border-t border-line p-3">
            <Button size="small" busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
              {t('admin.more')}
            </Button>
          </div>
        )}
      </Card>
    </div>
  )
}

function UserLine({ user }: { user: AdminUser }) {
  const { t } = useTranslation()
  const show = useFormat()
  const self = useSession((session) => session.user?.id === user.id)
  return (
    <li className="flex items-center gap-3 px-4 py-3">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2 font-medium text-strong">
          <Link to="/admin/users/$id" params={{ id: user.id }} className="truncate underline-offset-4 hover:underline">
            {user.email}
          </Link>
          {user.isAdmin && <Badge tone="brand">{t('admin.owner')}</Badge>}
          {self && <Badge>{t('admin.you')}</Badge>}
          {!user.isActive && <Badge tone="bad">{t('admin.off')}</Badge>}
        </p>
        <p className="figures mt-0.5 flex flex-wrap gap-x-3 text-xs text-muted">
          {user.fullName && <span>{user.fullName}</span>}
          <span>
            {t('admin.columns.created')} {show.day(user.createdAt)}
          </span>
          <span>
            {t('admin.columns.lastLogin')} {show.dateTime(user.lastLogin)}
          </span>
          <span>
            {t('admin.columns.connections')} {user.connections}
          </span>
          <span>
            {t('admin.columns.strategies')} {user.strategies}
          </span>
        </p>
      </div>
      {!self && <UserActions user={user} />}
    </li>
  )
}
