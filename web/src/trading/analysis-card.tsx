import { ScanSearch } from 'lucide-react'
import { memo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Analysis, Strategy } from '@/api/strategy'
import { useFormat } from '@/format/use-format'
import { named } from '@/i18n'
import { analysisTopic } from '@/live/frame'
import { useLive, useTopic } from '@/live/store'
import { Button } from '@/ui/button'
import { Card, Figure } from '@/ui/card'
import { Empty, Failure, Skeleton } from '@/ui/notice'
import { AnalysisState } from './analysis-state'
import { CheckpointList } from './checkpoint-list'
import { DecisionsDialog } from './decisions-dialog'
import { OutcomeBadge } from './decision-view'
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
  const refused = useLive((live) => (strategy === undefined ? undefined : live.refused[analysisTopic(strategy.id)]))
  return (
    <Card
      title={strategy === undefined ? t('analysis.title') : `${t('analysis.title')}: ${strategy.strategyName}`}
      aside={strategy !== undefined && <StrategyStateBadge strategy={strategy} />}
      data-testid="analysis"
    >
      {strategy === undefined ? (
        <Empty icon={<ScanSearch />} title={t('analysis.empty')}>
          {t('analysis.emptyText')}
        </Empty>
      ) : refused !== undefined ? (
        <Failure error={refused} />
      ) : analysis === undefined ? (
        <div className="grid gap-3">
          <p className="text-sm text-muted">{t('analysis.waiting')}</p>
          <Skeleton className="h-20" />
          <Skeleton className="h-40" />
        </div>
      ) : (
        <Details analysis={analysis} strategy={strategy} />
      )}
    </Card>
  )
}

function Details({ analysis, strategy }: { analysis: Analysis; strategy: Strategy }) {
  const { signal, scoreLong, scoreShort, checkpoints, indicators } = analysis
  const most = Number(strategy.config?.maxDailyTrades ?? 0)
  return (
    <div className="grid gap-4">
      <AnalysisState analysis={analysis} tradesMost={most} />
      <SignalView signal={signal} scoreLong={scoreLong} scoreShort={scoreShort} needed={Number(strategy.config?.minScore ?? 0)} />
      <CheckpointList checkpoints={checkpoints} />
      <LastDecision analysis={analysis} strategy={strategy} />
      <Indicators indicators={indicators} />
    </div>
  )
}

function LastDecision({ analysis: { lastDecision }, strategy }: { analysis: Analysis; strategy: Strategy }) {
  const { t } = useTranslation()
  const show = useFormat()
  const [listed, list] = useState(false)
  return (
    <div className="grid gap-2 rounded-lg border border-line p-3" data-testid="last-decision">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="text-xs font-medium text-muted">{t('analysis.lastDecision')}</h3>
        <Button size="small" kind="quiet" onClick={() => list(true)}>
          {t('decisions.all')}
        </Button>
      </div>
      {lastDecision === null ? (
        <p className="text-xs text-muted">{t('decisions.noneYet')}</p>
      ) : (
        <>
          <p className="figures flex flex-wrap items-center gap-2 text-xs text-muted">
            <OutcomeBadge outcome={lastDecision.outcome} />
            {t(lastDecision.side === 'sell' ? 'position.short' : 'position.long')}, {show.clock(lastDecision.time)}
          </p>
          <p className="text-xs text-text">{lastDecision.reason || named('decisions.outcome', lastDecision.outcome)}</p>
        </>
      )}
      {listed && <DecisionsDialog strategy={strategy} onClose={() => list(false)} />}
    </div>
  )
}

const Indicators = memo(function Indicators({ indicators }: { indicators: Analysis['indicators'] }) {
  const { t } = useTranslation()
  const show = useFormat()
  const list = Object.entries(indicators)
  if (list.length === 0) return null
  return (
    <details>
      <summary className="text-xs font-medium text-muted hover:text-strong">{t('analysis.indicators')}</summary>
      <dl className="mt-2 grid grid-cols-2 gap-x-4 gap-y-2 text-xs sm:grid-cols-3" data-testid="indicators">
        {list.map(([name, value]) => (
          <Figure key={name} label={named('analysis.indicator', name)}>
            {show.plain(value, 4)}
          </Figure>
        ))}
      </dl>
    </details>
  )
})
