import clsx from 'clsx'
import { useTranslation } from 'react-i18next'
import type { Analysis } from '@/api/strategy'
import { duration, isTime } from '@/format/time'
import { useFormat } from '@/format/use-format'
import { named } from '@/i18n'
import { Notice } from '@/ui/notice'
import { useNow } from '@/ui/use-now'

/** What the strategy is doing, in words, and how long until it does something else. */
export function AnalysisState({ analysis, tradesMost }: { analysis: Analysis; tradesMost: number }) {
  const { t } = useTranslation()
  const { state, stateReason } = analysis
  const wrong = state === 'paused' || state === 'degraded'
  // "collecting n of m" is the bar below.
  const reason = state === 'collecting' ? undefined : stateReason
  return (
    <div className="grid gap-3" data-testid="analysis-state">
      {wrong ? (
        <Notice kind={state === 'degraded' ? 'bad' : 'warn'}>
          {named('analysis.state', state)} {reason}
        </Notice>
      ) : (
        <p className="text-sm text-text">
          {named('analysis.state', state)}
          {reason ? <span className="text-muted"> {reason}</span> : null}
        </p>
      )}
      <WarmUp have={analysis.dataPoints} need={analysis.requiredDataPoints} />
      <Waiting analysis={analysis} />
      {tradesMost > 0 && (
        <Progress label={t('analysis.tradesToday')} text={t('analysis.tradesOf', { count: analysis.tradesToday, most: tradesMost })} share={analysis.tradesToday / tradesMost} tone={analysis.tradesToday >= tradesMost ? 'bg-warn' : 'bg-muted'} />
      )}
    </div>
  )
}

function WarmUp({ have, need }: { have: number; need: number }) {
  const { t } = useTranslation()
  if (need === 0 || have >= need) return null
  return <Progress label={t('analysis.warmUp')} text={t('analysis.haveNeed', { have, need })} share={have / need} tone="bg-brand" />
}

const minute = 60_000

/** Counts down to the end of a pause, else to the next candle. */
function Waiting({ analysis: { cooldownUntil, nextCheckAt, state } }: { analysis: Analysis }) {
  const { t } = useTranslation()
  const show = useFormat()
  const now = useNow()
  const cooling = isTime(cooldownUntil) ? Date.parse(cooldownUntil) - now : 0
  const next = isTime(nextCheckAt) ? Math.min(minute, Date.parse(nextCheckAt) - now) : undefined
  if (cooling > 0) {
    return <p className="figures text-xs text-muted">{t('analysis.cooldownLeft', { left: duration(cooling), time: show.clock(cooldownUntil) })}</p>
  }
  if (next === undefined || (state !== 'analysing' && state !== 'collecting')) return null
  return <Progress label={t('analysis.nextLabel')} text={next > 0 ? t('analysis.nextIn', { left: duration(next) }) : t('analysis.nextNow')} share={1 - Math.max(0, next) / minute} tone="bg-brand" quiet />
}

function Progress({ label, text, share, tone, quiet = false }: { label: string; text: string; share: number; tone: string; quiet?: boolean }) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100)
  return (
    <div>
      <p className="figures mb-1 flex justify-between gap-3 text-xs text-muted">
        <span>{label}</span>
        <span className="text-text">{text}</span>
      </p>
      {/* A bar that moves every second would be read out every second. */}
      <div role={quiet ? undefined : 'progressbar'} aria-hidden={quiet || undefined} aria-label={quiet ? undefined : label} aria-valuenow={quiet ? undefined : percent} aria-valuetext={quiet ? undefined : text} className="h-1 overflow-hidden rounded-full bg-raised">
        <div style={{ transform: `scaleX(${percent / 100})` }} className={clsx('h-full origin-left rounded-full transition-transform duration-500', tone)} />
      </div>
    </div>
  )
}
