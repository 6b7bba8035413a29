import clsx from 'clsx'
import { CircleCheck, CircleDashed, CircleX, ScanSearch } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Analysis, Checkpoint, Strategy } from '@/api/strategy'
import { isTime } from '@/format/time'
import { useFormat } from '@/format/use-format'
import { named } from '@/i18n'
import { analysisTopic } from '@/live/frame'
import { useLive, useTopic } from '@/live/store'
import { Card, Figure } from '@/ui/card'
import { Empty, Notice } from '@/ui/notice'
import { SignalView } from './signal-view'
import { StrategyStateBadge } from './strategy-state'

export function useAnalysis(strategyId: string | undefined): Analysis | undefined {
  const topic = strategyId === undefined ? undefined : analysisTopic(strategyId)
  useTopic(topic)
  return useLive((live) => (topic === undefined ? undefined : live.analyses[topic]))
}

/** What the shown strategy sees, and why it acts or waits. */
export function AnalysisCard({ strategy }: { strategy: Strategy | undefined }) {
  const { t } = useTranslation()
  const analysis = useAnalysis(strategy?.id)
  return (
    <Card
      title={strategy === undefined ? t('analysis.title') : `${t('analysis.title')}: ${strategy.strategyName}`}
      aside={strategy !== undefined && <StrategyStateBadge strategy={strategy} />}
      data-testid="analysis"
    >
      {strategy === undefined ? (
        <Empty icon={<ScanSearch />} title={t('analysis.empty')} />
      ) : analysis === undefined ? (
        <Empty icon={<ScanSearch />} title={t('analysis.waiting')} />
      ) : (
        <Details analysis={analysis} strategy={strategy} />
      )}
    </Card>
  )
}

function Details({ analysis, strategy }: { analysis: Analysis; strategy: Strategy }) {
  const { t } = useTranslation()
  const show = useFormat()
  const { lastDecision } = analysis
  return (
    <div className="grid gap-4">
      {analysis.stateReason && <Notice kind="warn">{analysis.stateReason}</Notice>}
      <WarmUp analysis={analysis} />
      <SignalView analysis={analysis} strategy={strategy} />
      {isTime(analysis.cooldownUntil) && Date.parse(analysis.cooldownUntil) > Date.now() && (
        <Notice>{t('analysis.cooldown', { time: show.clock(analysis.cooldownUntil) })}</Notice>
      )}
      <Checkpoints checkpoints={analysis.checkpoints} />
      <Indicators analysis={analysis} />
      {lastDecision && (
        <p className="text-xs text-muted">
          {t('analysis.lastDecision')}: <span className="text-text">{lastDecision.reason || lastDecision.outcome}</span>
        </p>
      )}
      <p className="figures flex flex-wrap justify-between gap-2 text-xs text-muted">
        {isTime(analysis.lastUpdated) && <span>{t('analysis.updated', { time: show.clock(analysis.lastUpdated) })}</span>}
        {isTime(analysis.nextCheckAt) && <span>{t('analysis.next', { time: show.clock(analysis.nextCheckAt) })}</span>}
      </p>
    </div>
  )
}

function WarmUp({ analysis }: { analysis: Analysis }) {
  const { t } = useTranslation()
  const { dataPoints: have, requiredDataPoints: need } = analysis
  if (need === 0 || have >= need) return null
  return (
    <div>
      <p className="figures mb-1.5 text-xs text-muted">{t('analysis.haveNeed', { have, need })}</p>
      <div role="progressbar" aria-label={t('analysis.warmUp')} aria-valuenow={have} aria-valuemax={need} className="h-1.5 overflow-hidden rounded-full bg-raised">
        <div style={{ width: `${Math.min(100, (have / need) * 100)}%` }} className="h-full rounded-full bg-brand transition-[width]" />
      </div>
    </div>
  )
}

const marks = {
  met: { icon: CircleCheck, style: 'text-up' },
  pending: { icon: CircleDashed, style: 'text-muted' },
  failed: { icon: CircleX, style: 'text-down' },
}

function Checkpoints({ checkpoints }: { checkpoints: Checkpoint[] }) {
  const { t } = useTranslation()
  const show = useFormat()
  if (checkpoints.length === 0) return null
  const met = checkpoints.filter(({ status }) => status === 'met').length
  return (
    <div>
      <h3 className="flex justify-between text-xs font-medium text-muted">
        {t('analysis.checkpoints')}
        <span className="figures">
          {met}/{checkpoints.length}
        </span>
      </h3>
      <ul className="mt-1.5 divide-y divide-line" data-testid="checkpoints">
        {checkpoints.map((checkpoint) => {
          const { icon: Icon, style } = marks[checkpoint.status] ?? marks.pending
          return (
            <li key={checkpoint.id} title={checkpoint.description} className="flex items-center gap-2.5 py-1.5">
              <Icon aria-hidden className={clsx('size-4 shrink-0', style)} />
              <span className="sr-only">{t(`analysis.${checkpoint.status}`)}:</span>
              <span className="min-w-0 flex-1 truncate">{named('analysis.checkpoint', checkpoint.id, checkpoint.label)}</span>
              <span className="figures truncate text-right text-xs text-muted">{valueOf(checkpoint, show.plain)}</span>
              <span className="figures w-9 text-right text-xs font-medium text-strong">{checkpoint.points === 0 ? '' : (checkpoint.points > 0 ? '+' : '') + show.plain(checkpoint.points, 1)}</span>
            </li>
          )
        })}
      </ul>
    </div>
  )
}

/** Figures are cut to what can be read at a glance; words stay as they are. */
function valueOf({ value = '' }: Checkpoint, plain: (value: string, digits: number) => string): string {
  return value.replaceAll(/-?\d+\.\d+/g, (figure) => plain(figure, 4))
}

function Indicators({ analysis }: { analysis: Analysis }) {
  const { t } = useTranslation()
  const show = useFormat()
  const list = Object.entries(analysis.indicators)
  if (list.length === 0) return null
  return (
    <details>
      <summary className="text-xs font-medium text-muted hover:text-strong">{t('analysis.indicators')}</summary>
      <dl className="mt-2 grid grid-cols-2 gap-x-4 gap-y-2 text-xs sm:grid-cols-3">
        {list.map(([name, value]) => (
          <Figure key={name} label={named('analysis.indicator', name)}>
            {show.plain(value, 4)}
          </Figure>
        ))}
      </dl>
    </details>
  )
}
