import clsx from 'clsx'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Signal } from '@/api/strategy'
import { useFormat } from '@/format/use-format'
import { named } from '@/i18n'
import { Badge } from '@/ui/badge'

interface SignalProps {
  signal: Signal
  scoreLong: number
  scoreShort: number
  /** The score that it takes to enter; 0 where any signal does. */
  needed: number
}

/** The score of both sides against what it takes to enter, and the reasons for it. */
export const SignalView = memo(function SignalView({ signal, scoreLong, scoreShort, needed }: SignalProps) {
  const { t } = useTranslation()
  const show = useFormat()
  return (
    <div className="grid gap-3 rounded-lg border border-line p-3" data-testid="signal">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <span className="text-xs font-medium text-muted">{t('analysis.signal')}</span>
        <Badge tone={signal.type === 'long' ? 'good' : signal.type === 'short' ? 'bad' : 'neutral'}>
          {t(`analysis.${signal.type}`)}
          {signal.type !== 'none' && <span className="figures">{show.plain(signal.strength, 0)}</span>}
        </Badge>
      </div>
      <div className="grid gap-2">
        <Score label={t('analysis.scoreLong')} score={scoreLong} needed={needed} tone="bg-up" />
        <Score label={t('analysis.scoreShort')} score={scoreShort} needed={needed} tone="bg-down" />
        {needed > 0 && <p className="figures text-right text-xs text-muted">{t('analysis.threshold', { score: needed })}</p>}
      </div>
      {signal.type !== 'none' && (
        <p className="figures text-xs text-muted">
          {t('analysis.strength')} {show.plain(signal.strength, 0)} · {t('analysis.confidence')} {show.percent(signal.confidence, false, 0)}
        </p>
      )}
      <Reasons signal={signal} />
    </div>
  )
})

/** Each rule that gave points. */
export function Reasons({ signal: { reasons } }: { signal: Signal }) {
  const { t } = useTranslation()
  const show = useFormat()
  if (reasons.length === 0) return null
  return (
    <ul className="grid gap-1 text-xs" aria-label={t('analysis.reasons')}>
      {reasons.map((reason) => (
        <li key={`${reason.rule}-${reason.side}`} className="figures flex justify-between gap-3">
          <span className="truncate">
            {named('analysis.checkpoint', reason.rule)}
            {reason.side !== 'both' && <span className="text-muted"> · {named('analysis', reason.side)}</span>}
          </span>
          <span className="shrink-0 text-muted">
            {show.plain(reason.value, 4)} · <span className="text-text">{t('analysis.points', { points: show.plain(reason.points, 1) })}</span>
          </span>
        </li>
      ))}
    </ul>
  )
}

function Score({ label, score, needed, tone }: { label: string; score: number; needed: number; tone: string }) {
  const { t } = useTranslation()
  const show = useFormat()
  const top = Math.max(100, needed)
  const shown = Math.max(0, Math.min(top, score))
  const name = `${t('analysis.score')}: ${label}`
  return (
    <div className="grid grid-cols-[3rem_1fr_2.5rem] items-center gap-2 text-xs">
      <span>{label}</span>
      <div
        role="meter"
        aria-label={needed > 0 ? `${name}, ${t('analysis.threshold', { score: needed })}` : name}
        aria-valuemin={0}
        aria-valuemax={top}
        aria-valuenow={shown}
        className="relative h-2 rounded-full bg-raised"
      >
        <div className="h-full overflow-hidden rounded-full">
          <div style={{ transform: `scaleX(${shown / top})` }} className={clsx('h-full origin-left rounded-full transition-transform', tone, needed > 0 && score < needed && 'opacity-55')} />
        </div>
        {needed > 0 && <span style={{ left: `${(needed / top) * 100}%` }} className="absolute -inset-y-0.5 w-0.5 bg-strong" />}
      </div>
      <span className="figures text-right text-strong">{show.plain(score, 1)}</span>
    </div>
  )
}
