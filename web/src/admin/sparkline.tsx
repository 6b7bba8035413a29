import { useTranslation } from 'react-i18next'
import { useFormat } from '@/format/use-format'
import { linePoints } from './units'

const width = 240
const height = 40

/** A figure with its last five minutes as a line. */
export function Sparkline({ name, values, tone = 'text-brand-text' }: { name: string; values: readonly number[]; tone?: string }) {
  const { t } = useTranslation('operator')
  const show = useFormat()
  const now = show.plain(values.at(-1) ?? 0, 1)
  const points = linePoints(values, width, height)
  return (
    <figure className="min-w-0 rounded-xl border border-line bg-panel px-4 py-3">
      <figcaption className="flex items-baseline justify-between gap-3">
        <span className="truncate text-xs text-muted">{name}</span>
        <span className="figures text-base font-semibold text-strong">{now}</span>
      </figcaption>
      <svg role="img" aria-label={t('actors.chart', { name, value: now, most: show.plain(Math.max(...values, 0), 1) })} viewBox={`0 -2 ${width} ${height + 4}`} preserveAspectRatio="none" className={`mt-2 block h-10 w-full ${tone}`}>
        <polygon points={points === '' ? '' : `0,${height} ${points} ${width},${height}`} fill="currentColor" opacity="0.12" />
        <polyline points={points} fill="none" stroke="currentColor" strokeWidth="1.5" vectorEffect="non-scaling-stroke" strokeLinejoin="round" />
      </svg>
    </figure>
  )
}
