import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { MonitorSmartphone } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { revokeSession, type Session, sessions } from '@/api/session'
import { useFormat } from '@/format/use-format'
import { signOut } from '@/session/store'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Confirm } from '@/ui/dialog'
import { Failure, Skeleton } from '@/ui/notice'

const key = ['sessions']

export function SessionsCard() {
  const { t } = useTranslation()
  const found = useQuery({ queryKey: key, queryFn: sessions, staleTime: 0 })
  return (
    <Card title={t('settings.sessions')} data-testid="sessions">
      <p className="mb-2 text-sm text-muted">{t('settings.sessionsText')}</p>
      {found.isPending && <Skeleton className="h-14" />}
      <Failure error={found.error} retry={() => void found.refetch()} />
      <ul className="divide-y divide-line">
        {found.data?.map((session) => (
          <SessionLine key={session.id} session={session} />
        ))}
      </ul>
    </Card>
  )
}

/** "Firefox, Linux" out of what a browser calls itself; the whole of it stands in the title. */
export function deviceName(agent: string): string {
  // In this order: Edge also calls itself Chrome, Chrome Safari, and Android Linux.
  const browser = ['Edg', 'OPR', 'Firefox', 'Chrome', 'Safari'].find((name) => agent.includes(name))
  const system = ['Windows', 'Android', 'iPhone', 'iPad', 'Mac OS X', 'Linux'].find((name) => agent.includes(name))
  const names: Record<string, string> = { Edg: 'Edge', OPR: 'Opera', 'Mac OS X': 'macOS' }
  return [browser, system]
    .filter((part) => part !== undefined)
    .map((part) => names[part] ?? part)
    .join(', ')
}

function SessionLine({ session }: { session: Session }) {
  const { t } = useTranslation()
  const show = useFormat()
  const client = useQueryClient()
  const [asking, setAsking] = useState(false)
  const revoke = useMutation({
    mutationFn: () => (session.current ? signOut() : revokeSession(session.id)),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  })
  return (
    <li className="flex items-center gap-3 py-3">
      <MonitorSmartphone aria-hidden className="size-5 shrink-0 text-muted" />
      <div className="min-w-0 flex-1">
        <p title={session.device} className="flex flex-wrap items-center gap-2 text-strong">
          {deviceName(session.device) || t('settings.device')}
          {session.current && <Badge tone="good">{t('settings.thisDevice')}</Badge>}
        </p>
        <p className="figures truncate text-xs text-muted">
          {session.address} · {t('settings.lastSeen', { time: show.dateTime(session.lastUsed) })}
        </p>
      </div>
      <Button size="small" onClick={() => setAsking(true)}>
        {t('settings.revoke')}
      </Button>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={t('settings.revokeTitle')}
        description={session.current ? t('settings.revokeSelf') : t('settings.revokeText')}
        action={t('settings.revoke')}
        busy={revoke.isPending}
        error={revoke.error}
        onConfirm={() => revoke.mutate()}
      />
    </li>
  )
}
