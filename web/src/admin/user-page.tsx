import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { type AdminConnection, type AdminStrategy, type UserView, viewUser } from '@/api/admin'
import type { Limits, ScopedLimits } from '@/api/risk'
import { useFormat } from '@/format/use-format'
import '@/i18n/operator'
import { useSession } from '@/session/store'
import { StrategyStateBadge } from '@/trading/strategy-state'
import { Badge } from '@/ui/badge'
import { Card, Figure } from '@/ui/card'
import { Empty, Failure, Skeleton } from '@/ui/notice'
import { ActorState } from './actor-state'
import { ActorTree } from './actor-tree'
import { AdminFrame } from './admin-frame'
import { UserActions } from './user-actions'

const route = getRouteApi('/shell/admin/users/$id')

/** One user as an administrator sees them. Each look is written into the audit log, so this page does not refresh by itself. */
export function UserPage() {
  const { t } = useTranslation('operator')
  const { id } = route.useParams()
  const navigate = route.useNavigate()
  const found = useQuery({ queryKey: ['admin', 'users', 'view', id], queryFn: () => viewUser(id), staleTime: 0 })
  const self = useSession((session) => session.user?.id === id)
  const view = found.data
  return (
    <AdminFrame title={view?.user.email ?? ''} aside={view !== undefined && !self && <UserActions user={view.user} onDeleted={() => void navigate({ to: '/admin' })} />}>
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 text-sm">
        <Link to="/admin" className="inline-flex items-center gap-1.5 text-brand-text underline-offset-4 hover:underline">
          <ArrowLeft aria-hidden className="size-4" />
          {t('user.back')}
        </Link>
        <p className="text-muted">{t('user.text')}</p>
      </div>
      <Failure error={found.error} retry={() => void found.refetch()} />
      {found.isPending && <Skeleton className="h-96" />}
      {view !== undefined && <View view={view} />}
    </AdminFrame>
  )
}

function View({ view }: { view: UserView }) {
  const { t } = useTranslation('operator')
  const show = useFormat()
  const limits = view.limits.filter(({ scope }) => scope !== 'server')
  return (
    <>
      <Card data-testid="user">
        <dl className="grid grid-cols-2 gap-4 sm:grid-cols-4">
          <Figure label={t('user.state')}>{t(view.user.isActive ? 'user.on' : 'user.off')}</Figure>
          <Figure label={t('user.lastLogin')}>{show.dateTime(view.user.lastLogin)}</Figure>
          <Figure label={t('user.signIns')}>{view.signIns}</Figure>
          <Figure label={t('user.created')}>{show.day(view.user.createdAt)}</Figure>
        </dl>
      </Card>
      <Lines title={t('user.connections')} testid="user-connections">
        {view.connections.map((one) => (
          <ConnectionLine key={`${one.broker} ${one.environment}`} one={one} />
        ))}
      </Lines>
      <Lines title={t('user.strategies')} testid="user-strategies" none={t('user.noStrategies')}>
        {view.strategies.map((one) => (
          <StrategyLine key={one.id} one={one} />
        ))}
      </Lines>
      {view.killSwitches.length > 0 && (
        <Lines title={t('user.kills')} testid="user-kills">
          {view.killSwitches.map((one) => (
            <li key={`${one.scope} ${one.at}`} className="flex flex-wrap items-center justify-between gap-2 px-4 py-3">
              <span className="text-strong">{t(`user.scope.${one.scope}`)}</span>
              <span className="flex items-center gap-3 text-xs text-muted">
                {t('user.killOn', { time: show.dateTime(one.at) })}
                <Badge tone={one.flat ? 'good' : 'warn'}>{t(one.flat ? 'user.killFlat' : 'user.killWorking')}</Badge>
              </span>
            </li>
          ))}
        </Lines>
      )}
      <Lines title={t('user.limits')} testid="user-limits" none={t('user.noLimits')}>
        {limits.map((one) => (
          <LimitsLine key={`${one.scope} ${one.venue?.environment ?? ''} ${one.strategy ?? ''}`} one={one} />
        ))}
      </Lines>
      <Card title={t('user.actors')} data-testid="user-actors">
        <ActorTree path={view.actorPath} />
      </Card>
    </>
  )
}

function Lines({ title, testid, none, children }: { title: string; testid: string; none?: string; children: ReactNode[] }) {
  return (
    <Card flush title={title} data-testid={testid}>
      {children.length === 0 && none !== undefined ? <Empty title={none} /> : <ul className="divide-y divide-line border-t border-line">{children}</ul>}
    </Card>
  )
}

function ConnectionLine({ one }: { one: AdminConnection }) {
  const { t } = useTranslation('operator')
  const { t: shared } = useTranslation()
  const show = useFormat()
  const count = (value: number | null) => (value === null ? '–' : show.plain(value, 0))
  return (
    <li className="grid gap-3 px-4 py-3">
      <p className="flex flex-wrap items-center gap-3">
        <Badge tone={one.simulated ? 'simulated' : one.realMoney ? 'bad' : 'brand'}>{shared(`environment.${one.environment}`)}</Badge>
        <ActorState state={one.state} />
        {one.lastError && <span className="text-xs text-warn">{one.lastError}</span>}
      </p>
      <dl className="grid grid-cols-2 gap-3 sm:grid-cols-5">
        <Figure label={t('user.key')}>{t(one.hasKey ? 'user.hasKey' : 'user.noKey')}</Figure>
        <Figure label={t('user.positions')}>{count(one.positions)}</Figure>
        <Figure label={t('user.orders')}>{count(one.orders)}</Figure>
        <Figure label={t('user.running')}>{one.activeStrategiesCount}</Figure>
        <Figure label={t('user.connectedSince')}>{show.dateTime(one.connectedAt)}</Figure>
      </dl>
    </li>
  )
}

function StrategyLine({ one }: { one: AdminStrategy }) {
  const { t } = useTranslation('operator')
  const { t: shared } = useTranslation()
  const show = useFormat()
  return (
    <li className="grid gap-1 px-4 py-3">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="font-medium text-strong">{one.strategyName}</span>
        <span>{one.instrument}</span>
        <Badge tone={one.environment === 'paper' ? 'simulated' : one.environment === 'live' ? 'bad' : 'brand'}>{shared(`environment.${one.environment}`)}</Badge>
        <StrategyStateBadge strategy={one} />
        {one.inPosition && <Badge tone="brand">{t('user.inPosition')}</Badge>}
      </p>
      <p className="flex flex-wrap gap-x-3 text-xs text-muted">
        {one.stateReason && <span>{one.stateReason}</span>}
        {one.errorCount > 0 && <span className="text-warn">{t('user.errors', { count: one.errorCount })}</span>}
        {one.lastHeartbeat && <span>{t('user.heartbeat', { time: show.dateTime(one.lastHeartbeat) })}</span>}
      </p>
    </li>
  )
}

const names = ['maxOrderSize', 'maxPosition', 'maxExposure', 'maxDailyLoss', 'maxLeverage', 'priceBand', 'maxOrdersPerMinute', 'maxOpenTrades'] as const

function LimitsLine({ one }: { one: ScopedLimits }) {
  const { t } = useTranslation('operator')
  const { t: shared } = useTranslation()
  const set = names.filter((name) => Number(one.limits[name as keyof Limits] ?? 0) > 0)
  return (
    <li className="grid gap-2 px-4 py-3">
      <p className="text-strong">
        {t(`user.scope.${one.scope}`)} {one.venue?.environment ?? ''} {one.strategy?.replace(/^[^:]*:/, '') ?? ''}
      </p>
      {set.length === 0 ? (
        <p className="text-xs text-muted">{t('user.noLimits')}</p>
      ) : (
        <dl className="grid grid-cols-2 gap-3 sm:grid-cols-4">
          {set.map((name) => (
            <Figure key={name} label={shared(`limits.fields.${name}`)}>
              {String(one.limits[name])}
            </Figure>
          ))}
        </dl>
      )}
    </li>
  )
}
