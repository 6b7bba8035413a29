import { FlaskConical, Play, SlidersHorizontal, Sparkles } from 'lucide-react'
import { memo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useConnection, useInstrument, useStrategies } from '@/account/use-account'
import { useCatalogue } from '@/account/use-strategy'
import type { Environment } from '@/api/account'
import type { Strategy, StrategyKind } from '@/api/strategy'
import { useFormat } from '@/format/use-format'
import { named } from '@/i18n'
import { KillButton } from '@/kill/kill-button'
import { useArrived } from '@/live/store'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Card, Figure } from '@/ui/card'
import { Empty, Failure, Notice, Skeleton } from '@/ui/notice'
import { EditDialog } from './edit-dialog'
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
  const arrived = useArrived('strategies') || strategies.length > 0
  const running = strategies.filter(({ status }) => status !== 'stopped')
  const connected = useConnection(environment)?.isConnected === true
  const catalogue = useCatalogue()
  const [starting, setStarting] = useState<StrategyKind>()

  return (
    <Card title={t('strategies.title')} data-testid="strategies">
      {running.length > 0 ? (
        <ul className="grid gap-2">
          {running.map((strategy) => (
            <Running key={strategy.id} strategy={strategy} kind={catalogue.data?.find(({ name }) => name === strategy.strategyName)} shown={strategy.id === shown} onShow={onShow} />
          ))}
        </ul>
      ) : !arrived ? (
        <Skeleton className="h-24" />
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

/** Drawn again only when something about it changed. */
const Running = memo(function Running({ strategy, kind, shown, onShow }: { strategy: Strategy; kind: StrategyKind | undefined; shown: boolean; onShow: (id: string) => void }) {
  const { t } = useTranslation()
  const show = useFormat()
  const spec = useInstrument(strategy.environment, strategy.instrument)
  const [editing, edit] = useState(false)
  const reason = strategy.stateReason || strategy.errorMessage
  const { counters, config } = strategy
  const most = Number(config?.maxDailyTrades ?? 0)
  const lost = Number(counters?.lossToday ?? 0)
  const adjustable = kind !== undefined && Object.keys(kind.parameters.properties ?? {}).length > 1
  return (
    <li className={`rounded-lg border p-3 ${shown ? 'border-brand/60 bg-brand-soft' : 'border-line'}`} data-testid="running-strategy">
      <div className="flex items-center justify-between gap-3">
        <button type="button" aria-pressed={shown} onClick={() => onShow(strategy.id)} className="min-w-0 flex-1 rounded text-left">
          <span className="block truncate font-medium text-strong">{strategy.strategyName}</span>
          <span className="block truncate text-xs text-muted">{strategy.instrument}</span>
        </button>
        <StrategyStateBadge strategy={strategy} />
      </div>
      {reason && <p className="mt-2 text-xs text-text">{reason}</p>}
      <dl className="mt-2.5 grid grid-cols-3 gap-3 text-xs">
        <Figure label={t('strategies.tradesToday')}>{most > 0 ? `${counters?.tradesToday ?? 0} / ${most}` : (counters?.tradesToday ?? 0)}</Figure>
        <Figure label={t('strategies.lossToday')} tone={lost > 0 ? -1 : 0}>
          {show.money(lost > 0 ? -lost : 0, spec?.settlement ?? '')}
        </Figure>
        <Figure label={t('strategies.preset')}>
          {named('strategies.presets', String(config?.preset ?? ''), '–')} <span className="font-normal text-muted">v{strategy.configVersion}</span>
        </Figure>
      </dl>
      <div className="mt-3 flex flex-wrap justify-end gap-2">
        {adjustable && (
          <Button size="small" onClick={() => edit(true)} aria-label={t('strategies.editNamed', { name: strategy.strategyName })}>
            <SlidersHorizontal aria-hidden className="size-3.5" />
            {t('strategies.edit')}
          </Button>
        )}
        <StopButton strategy={strategy} />
        <KillButton scope={{ strategyId: strategy.id }} />
      </div>
      {editing && kind !== undefined && <EditDialog strategy={strategy} kind={kind} onClose={() => edit(false)} />}
    </li>
  )
})

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
