import { FlaskConical, Play, Sparkles } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useConnection, useStrategies } from '@/account/use-account'
import { useCatalogue } from '@/account/use-strategy'
import type { Environment } from '@/api/account'
import type { Strategy, StrategyKind } from '@/api/strategy'
import { named } from '@/i18n'
import { KillButton } from '@/kill/kill-button'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Empty, Failure, Notice, Skeleton } from '@/ui/notice'
import { StartDialog } from './start-dialog'
import { StopButton } from './stop-button'
import { StrategyStateBadge } from './strategy-state'

interface StrategyCardProps {
  environment: Environment
  instrument: string
  /** Id of the strategy whose analysis is shown. */
  shown: string | undefined
  onShow: (id: string) => void
}

/** What runs in this environment, and the library to start from. */
export function StrategyCard({ environment, instrument, shown, onShow }: StrategyCardProps) {
  const { t } = useTranslation()
  const strategies = useStrategies(environment)
  const running = strategies.filter(({ status }) => status !== 'stopped')
  const connected = useConnection(environment)?.isConnected === true
  const catalogue = useCatalogue()
  const [starting, setStarting] = useState<StrategyKind>()

  return (
    <Card title={t('strategies.title')} data-testid="strategies">
      {running.length > 0 ? (
        <ul className="grid gap-2">
          {running.map((strategy) => (
            <Running key={strategy.id} strategy={strategy} shown={strategy.id === shown} onShow={() => onShow(strategy.id)} />
          ))}
        </ul>
      ) : (
        <Empty icon={<Sparkles />} title={t('strategies.none')}>
          {t('strategies.noneText')}
        </Empty>
      )}
      <h3 className="mt-5 mb-2 text-xs font-medium text-muted">{t('strategies.library')}</h3>
      {!connected && (
        <Notice className="mb-2">{t('strategies.notConnected', { environment: t(`environment.${environment}`) })}</Notice>
      )}
      <Failure error={catalogue.error} retry={() => void catalogue.refetch()} />
      {catalogue.isPending && <Skeleton className="h-32" />}
      <ul className="grid gap-2">
        {catalogue.data?.map((kind) => (
          <Offered
            key={kind.name}
            kind={kind}
            ready={connected && !(kind.simulatedOnly && environment === 'live')}
            onStart={() => setStarting(kind)}
          />
        ))}
      </ul>
      {starting !== undefined && (
        <StartDialog kind={starting} environment={environment} instrument={instrument} onClose={() => setStarting(undefined)} onStarted={onShow} />
      )}
    </Card>
  )
}

function Running({ strategy, shown, onShow }: { strategy: Strategy; shown: boolean; onShow: () => void }) {
  const { t } = useTranslation()
  const reason = strategy.stateReason || strategy.errorMessage
  return (
    <li className={`rounded-lg border p-3 ${shown ? 'border-brand/60 bg-brand-soft' : 'border-line'}`} data-testid="running-strategy">
      <div className="flex items-center justify-between gap-3">
        <button type="button" aria-pressed={shown} onClick={onShow} className="min-w-0 flex-1 rounded text-left">
          <span className="block truncate font-medium text-strong">{strategy.strategyName}</span>
          <span className="block truncate text-xs text-muted">{strategy.instrument}</span>
        </button>
        <StrategyStateBadge strategy={strategy} />
      </div>
      {reason && <p className="mt-2 text-xs text-text">{reason}</p>}
      <div className="mt-3 flex items-end justify-between gap-3">
        <p className="figures text-xs text-muted">
          {t('strategies.tradesToday')}: <span className="text-strong">{strategy.counters?.tradesToday ?? 0}</span>
        </p>
        <div className="flex flex-wrap justify-end gap-2">
          <StopButton strategy={strategy} />
          <KillButton scope={{ strategyId: strategy.id }} />
        </div>
      </div>
    </li>
  )
}

function Offered({ kind, ready, onStart }: { kind: StrategyKind; ready: boolean; onStart: () => void }) {
  const { t } = useTranslation()
  return (
    <li className="flex items-center gap-3 rounded-lg border border-line p-3">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2 font-medium text-strong">
          {kind.name}
          {kind.simulatedOnly && (
            <Badge tone="simulated">
              <FlaskConical aria-hidden className="size-3" />
              {t('strategies.simulatedOnly')}
            </Badge>
          )}
        </p>
        <p className="mt-0.5 text-xs text-muted">{named('strategies.about', kind.name, kind.description)}</p>
      </div>
      <Button size="small" disabled={!ready} onClick={onStart} aria-label={t('strategies.startNamed', { name: kind.name })}>
        <Play aria-hidden className="size-3.5" />
        {t('strategies.start')}
      </Button>
    </li>
  )
}
