import { useTranslation } from 'react-i18next'
import type { ActorKind } from '@/api/actors'
import { useFormat } from '@/format/use-format'
import { Card } from '@/ui/card'
import { ActorState } from './actor-state'
import { micros } from './units'

const head = 'px-2 py-2 font-medium first:pl-4 last:pr-4'
const cell = 'px-2 py-2 first:pl-4 last:pr-4'

/** All kinds of actors in numbers. */
export function KindsCard({ kinds }: { kinds: readonly ActorKind[] }) {
  const { t, i18n } = useTranslation('operator')
  const show = useFormat()
  return (
    <Card flush title={t('actors.kinds')} aside={<p className="text-xs text-muted">{t('actors.times')}</p>} data-testid="kinds">
      <div tabIndex={0} role="group" aria-label={t('actors.kinds')} className="overflow-x-auto">
        <table className="w-full text-sm">
          <thead className="border-y border-line text-left text-xs text-muted">
            <tr>
              <th className={head}>{t('actors.columns.kind')}</th>
              {(['alive', 'queued', 'handled', 'p50', 'p99', 'refused', 'restarts', 'failures'] as const).map((column) => (
                <th key={column} className={`${head} text-right`}>
                  {t(`actors.columns.${column}`)}
                </th>
              ))}
              <th className={head}>{t('actors.columns.states')}</th>
            </tr>
          </thead>
          <tbody className="figures divide-y divide-line">
            {kinds.map((kind) => (
              <tr key={kind.kind} data-testid={`kind-${kind.kind}`}>
                <th scope="row" className={`${cell} text-left font-medium text-strong`}>
                  {kind.kind}
                </th>
                <Count value={kind.alive} />
                <Count value={kind.queued} />
                <Count value={kind.handled} />
                <td className={`${cell} text-right whitespace-nowrap`}>{micros(kind.p50Micros, i18n.language)}</td>
                <td className={`${cell} text-right whitespace-nowrap`}>{micros(kind.p99Micros, i18n.language)}</td>
                <Count value={kind.refused} warns />
                <Count value={kind.restarts} warns name="restarts" />
                <Count value={kind.panics} warns />
                <td className={cell}>
                  <span className="flex flex-wrap gap-x-3 gap-y-1">
                    {Object.entries(kind.states)
                      .sort(([a], [b]) => a.localeCompare(b))
                      .map(([state, count]) => (
                        <ActorState key={state} state={state} count={count} />
                      ))}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  )

  function Count({ value, warns = false, name }: { value: number; warns?: boolean; name?: string }) {
    const tone = value === 0 ? 'text-muted' : warns ? 'text-warn' : 'text-text'
    return (
      <td data-count={name} className={`${cell} text-right ${tone}`}>
        {show.plain(value, 0)}
      </td>
    )
  }
}
