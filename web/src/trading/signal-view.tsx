import clsx from 'clsx'
import { useTranslation } from 'react-i18next'
import type { Analysis, Strategy } from '@/api/strategy'
import { useFormat } from '@/format/use-format'
import { named } from '@/i18n'
import { Badge } from '@/ui/badge'

/** The score of both sides against what it takes to enter, and the reasons for it. */
export function SignalView({ analysis, strategy }: { analysis: Analysis; strategy: Strategy }) {
  const { t } = useTranslation()
  const show = useFormat()
  const { signal, scoreLong, scoreShort } = analysis
  const needed = Number(strategy.config?.minScore ?? 0)
  const { reasons } = signal
  const scored = needed > 0
  return (
    <div className="grid gap-3 rounded-lg border border-line p-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <span className="text-xs font-medium text-muted">{t('analysis.signal')}</span>
        <Badge tone={signal.type === 'long' ? 'good' : signal.type === 'short' ? 'bad' : 'neutral'}>
          {t(`analysis.${signal.type}`)}
          {signal.type !== 'none' && <span className="figures">{show.plain(signal.strength, 0)}</span>}
        </Badge>
      </div>
      {scored && (
        <div className="grid gap-2">
          <Score label={t('analysis.scoreLong')} score={scoreLong} needed={needed} tone="bg-up" />
          <Score label={t('analysis.scoreShort')} score={scoreShort} needed={needed} tone="bg-down" />
        </div>
      )}
      {signal.type !== 'none' && (
        <p className="figures text-xs text-muted">
          {t('analysis.strength')} {show.plain(signal.strength, 0)} · {t('analysis.confidence')} {show.percent(signal.confidence, false, 0)}
        </p>
      )}
      {reasons.length > 0 && (
        <ul className="grid gap-1 text-xs" aria-label={t('analysis.reasons')}>
          {reasons.map((reason) => (
            <li key={`${reason.rule}-${reason.side}`} className="figures flex justify-between gap-3">
              <span className="truncate">
                {named('analysis.checkpoint', reason.rule)}
                {reason.side !== 'both' && <span className="text-muted"> · {named('analysis', reason.side)}</span>}
              </span>
              <span className="text-muted">{t('analysis.points', { points: show.plain(reason.points, 1) })}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function Score({ label, score, needed, tone }: { label: string; score: number; needed: number; tone: string }) {
  const { t } = useTranslation()
  const show = useFormat()
  const top = Math.max(100, needed)
  return (
    <div className="grid grid-cols-[3rem_1fr_2.5rem] items-center gap-2 text-xs">
      <span>{label}</span>
      <div
        role="meter"
        aria-label={`${t('analysis.score')}: ${label}, ${t('analysis.threshold', { score: needed })}`}
        aria-valuemin={0}
        aria-valuemax={top}
        aria-valuenow={Math.max(0, Math.min(top, score))}
        title={t('analysis.threshold', { score: needed })}
        className="relative h-2 rounded-full bg-raised"
      >
        <div style={{ width: `${Math.max(0, Math.min(100, (score / top) * 100))}%` }} className={clsx('h-full rounded-full transition-[width]', tone)} />
        <span style={{ left: `${(needed / top) * 100}%` }} className="absolute -inset-y-0.5 w-0.5 bg-strong" />
      </div>
      <span className="figures text-right text-strong">{show.plain(score, 1)}</span>
    </div>
  )
}
