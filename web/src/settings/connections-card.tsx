import { useTranslation } from 'react-i18next'
import { ConnectButton } from '@/account/connect-button'
import { ConnectionState } from '@/account/connection-state'
import { useConnection, useCredentials } from '@/account/use-account'
import { type Environment, environments } from '@/api/account'
import { duration, isTime } from '@/format/time'
import { useFormat } from '@/format/use-format'
import { KillButton } from '@/kill/kill-button'
import { Card } from '@/ui/card'
import { Empty, Failure } from '@/ui/notice'
import { useNow } from '@/ui/use-now'

export function ConnectionsCard() {
  const { t } = useTranslation()
  const credentials = useCredentials()
  const withKey = environments.filter((environment) => credentials.data?.some((one) => one.environment === environment))
  return (
    <Card title={t('settings.connections')} data-testid="connections">
      <p className="mb-2 text-sm text-muted">{t('settings.connectionsText')}</p>
      <Failure error={credentials.error} retry={() => void credentials.refetch()} />
      {credentials.isSuccess && withKey.length === 0 && <Empty title={t('settings.noConnections')} />}
      <ul className="divide-y divide-line">
        {withKey.map((environment) => (
          <ConnectionLine key={environment} environment={environment} />
        ))}
      </ul>
    </Card>
  )
}

function ConnectionLine({ environment }: { environment: Environment }) {
  const { t } = useTranslation()
  const show = useFormat()
  const connection = useConnection(environment)
  const since = connection?.isConnected && isTime(connection.connectedAt) ? connection.connectedAt : undefined
  const now = useNow(since !== undefined)
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
      <span className="w-32 font-medium text-strong">Deribit {t(`environment.${environment}`)}</span>
      <div className="min-w-48 flex-1">
        <ConnectionState environment={environment} />
        <p className="figures text-xs text-muted">
          {[
            since !== undefined && t('connection.connectedFor', { span: duration(now - Date.parse(since)) }),
            connection !== undefined && connection.activeStrategiesCount > 0 && t('connection.strategies', { count: connection.activeStrategiesCount }),
            connection?.lastError,
            isTime(connection?.nextAttemptAt) && t('connection.nextAttempt', { time: show.clock(connection?.nextAttemptAt) }),
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
      </div>
      <div className="flex flex-wrap gap-2">
        <ConnectButton environment={environment} />
        <KillButton scope={{ environment }} />
      </div>
    </li>
  )
}
