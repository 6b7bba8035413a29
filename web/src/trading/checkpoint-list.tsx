import clsx from 'clsx'
import { CircleCheck, CircleDashed, CircleX } from 'lucide-react'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Checkpoint } from '@/api/strategy'
import { useFormat } from '@/format/use-format'
import { named } from '@/i18n'

const marks = {
  met: { icon: CircleCheck, style: 'text-up' },
  pending: { icon: CircleDashed, style: 'text-muted' },
  failed: { icon: CircleX, style: 'text-down' },
}

/** Each thing that the strategy looks at: whether it is met, what was measured, and the points it gave. */
export const CheckpointList = memo(function CheckpointList({ checkpoints }: { checkpoints: readonly Checkpoint[] }) {
  const { t } = useTranslation()
  if (checkpoints.length === 0) return null
  const met = checkpoints.filter(({ status }) => status === 'met').length
  return (
    <div>
      <h3 className="flex items-center justify-between gap-3 text-xs font-medium text-muted">
        {t('analysis.checkpoints')}
        <span className="flex items-center gap-2">
          <span aria-hidden className="flex gap-0.5">
            {checkpoints.map(({ id, status }) => (
              <span key={id} className={clsx('h-1.5 w-2.5 rounded-full transition-colors', status === 'met' ? 'bg-up' : status === 'failed' ? 'bg-down' : 'bg-raised')} />
            ))}
          </span>
          <span className="figures">
            {met}/{checkpoints.length}
          </span>
        </span>
      </h3>
      <ul className="mt-1.5 divide-y divide-line" data-testid="checkpoints">
        {checkpoints.map((checkpoint) => (
          <CheckpointLine key={checkpoint.id} checkpoint={checkpoint} />
        ))}
      </ul>
    </div>
  )
})

const CheckpointLine = memo(function CheckpointLine({ checkpoint }: { checkpoint: Checkpoint }) {
  const { t } = useTranslation()
  const show = useFormat()
  const { id, label, status, points, description = '' } = checkpoint
  const { icon: Icon, style } = marks[status] ?? marks.pending
  return (
    <li title={named('analysis.checkpointAbout', id, description)} data-status={status} className="flex items-center gap-2.5 py-1.5">
      <Icon aria-hidden className={clsx('size-4 shrink-0 transition-colors', style)} />
      <span className="sr-only">{t(`analysis.${status}`)}:</span>
      <span className="min-w-0 flex-1 truncate">{named('analysis.checkpoint', id, label)}</span>
      <span className="figures truncate text-right text-xs text-muted">{valueOf(checkpoint, show.plain)}</span>
      <span className="figures w-9 text-right text-xs font-medium text-strong">{points === 0 ? '' : (points > 0 ? '+' : '') + show.plain(points, 1)}</span>
    </li>
  )
})

/** Figures are cut to what can be read at a glance; words stay as they are. */
function valueOf({ value = '' }: Checkpoint, plain: (value: string, digits: number) => string): string {
  return value.replaceAll(/-?\d+\.\d+/g, (figure) => plain(figure, 4))
}
