import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { userTree } from '@/api/actors'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Input } from '@/ui/field'
import { Empty, Failure, Skeleton } from '@/ui/notice'
import { ActorState } from './actor-state'
import { ActorTree } from './actor-tree'
import { actorsKey, useInterval } from './use-actors'

/** Finds one user and shows what of them is alive. */
export function UserSearch() {
  const { t } = useTranslation('operator')
  const [text, setText] = useState('')
  const [user, setUser] = useState('')
  const search = (event: FormEvent) => {
    event.preventDefault()
    setUser(text.trim())
  }
  return (
    <Card title={t('actors.find')} data-testid="find-user">
      <form role="search" onSubmit={search} className="flex items-end gap-2">
        <div className="min-w-0 flex-1">
          <Input bare label={t('actors.findHint')} placeholder={t('actors.findHint')} value={text} onChange={(event) => setText(event.target.value)} autoComplete="off" />
        </div>
        <Button type="submit">{t('actors.search')}</Button>
      </form>
      {user !== '' && <Found user={user} />}
    </Card>
  )
}

function Found({ user }: { user: string }) {
  const { t } = useTranslation('operator')
  const interval = useInterval()
  const found = useQuery({ queryKey: [...actorsKey, 'user', user], queryFn: () => userTree(user), refetchInterval: interval, staleTime: 0 })
  const person = found.data?.user
  const actor = found.data?.tree.actor
  return (
    <div className="mt-4 grid gap-2">
      {found.isPending && <Skeleton className="h-24" />}
      <Failure error={found.error} />
      {person && (
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <span className="font-medium text-strong">{person.email}</span>
          {actor && <ActorState state={actor.state} />}
          <Link to="/admin/users/$id" params={{ id: person.id }} className="text-sm text-brand-text underline-offset-4 hover:underline">
            {t('actors.openUser')}
          </Link>
        </p>
      )}
      {found.data !== undefined && (actor === null ? <Empty title={t('actors.asleep')} /> : <ActorTree path={found.data.tree.path} />)}
    </div>
  )
}
