import { useTranslation } from 'react-i18next'
import type { EntryDetail, ExitPreview, SizingDetail } from '@/api/strategy'
import { isSet, signOf } from '@/format/number'
import { useFormat } from '@/format/use-format'
import { named } from '@/i18n'
import { Badge } from '@/ui/badge'
import { Figure } from '@/ui/card'
import { Reasons } from './signal-view'

/** What a decision came to. */
export function OutcomeBadge({ outcome }: { outcome: string }) {
  return <Badge tone={outcome === 'taken' ? 'good' : 'warn'}>{named('decisions.outcome', outcome)}</Badge>
}

/** Everything that a decision was based on: levels, the steps of its size, costs, reasons and what was measured. */
export function DecisionDetail({ detail, currency, tick }: { detail: EntryDetail; currency: string; tick: string | undefined }) {
  const { t } = useTranslation()
  const show = useFormat()
  const { signal, sizing, atStop, atTarget, inputs } = detail
  const price = (value: string | undefined) => (isSet(value) ? show.price(value, tick) : '–')
  return (
    <div className="grid gap-4 border-t border-line px-3 py-3">
      {isSet(detail.entry) && (
        <dl className="grid grid-cols-3 gap-3" aria-label={t('decisions.levels')}>
          <Figure label={t('position.entry')}>{price(detail.entry)}</Figure>
          <Figure label={t('chart.stop')}>{price(detail.stop)}</Figure>
          <Figure label={t('chart.target')}>{price(detail.target)}</Figure>
        </dl>
      )}
      {sizing && <Sizing sizing={sizing} />}
      {atStop && atTarget && <Costs atStop={atStop} atTarget={atTarget} currency={currency} />}
      {signal && signal.reasons?.length > 0 && (
        <section>
          <h3 className="mb-1.5 text-xs font-medium text-muted">{t('decisions.why')}</h3>
          <Reasons signal={signal} />
        </section>
      )}
      {inputs && inputs.length > 0 && (
        <details>
          <summary className="text-xs font-medium text-muted hover:text-strong">{t('decisions.inputs')}</summary>
          <dl className="mt-2 grid grid-cols-2 gap-x-4 gap-y-2 text-xs sm:grid-cols-3">
            {inputs.map(({ name, value }) => (
              <Figure key={name} label={named('analysis.indicator', name)}>
                {show.plain(value, 4)}
              </Figure>
            ))}
          </dl>
        </details>
      )}
    </div>
  )
}

function Sizing({ sizing }: { sizing: SizingDetail }) {
  const { t } = useTranslation()
  const show = useFormat()
  return (
    <section>
      <h3 className="mb-1.5 text-xs font-medium text-muted">{t('decisions.sizing')}</h3>
      <ol className="figures grid gap-1 text-xs">
        {(sizing.steps ?? []).map(({ step, amount, why }) => (
          <li key={step} title={why} className="flex justify-between gap-3">
            <span className="first-letter:uppercase">{named('decisions.steps', step)}</span>
            <span className="text-strong">{show.amount(amount)}</span>
          </li>
        ))}
        {sizing.riskAsked !== undefined && (
          <li className="flex justify-between gap-3 text-muted">
            {t('decisions.riskAsked')}
            <span>{show.plain(sizing.riskAsked, 4)}</span>
          </li>
        )}
        <li className="flex justify-between gap-3 text-muted">
          {t('decisions.riskAtStop')}
          <span>{show.plain(sizing.riskAtStop, 4)}</span>
        </li>
      </ol>
    </section>
  )
}

function Costs({ atStop, atTarget, currency }: { atStop: ExitPreview; atTarget: ExitPreview; currency: string }) {
  const { t } = useTranslation()
  const show = useFormat()
  const sides = [atStop, atTarget]
  const rows: [string, (one: ExitPreview) => number][] = [
    [t('decisions.gross'), ({ gross }) => Number(gross)],
    [t('decisions.fees'), ({ entryFee, exitFee }) => -Number(entryFee) - Number(exitFee)],
    [t('decisions.net'), ({ net }) => Number(net)],
  ]
  return (
    <table className="figures w-full text-xs">
      <caption className="mb-1.5 text-left text-xs font-medium text-muted">{t('decisions.costs')}</caption>
      <thead className="text-muted">
        <tr>
          <th className="text-left font-normal">{currency}</th>
          <th className="text-right font-normal">{t('decisions.atStop')}</th>
          <th className="text-right font-normal">{t('decisions.atTarget')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, value], row) => (
          <tr key={name} className={row === 2 ? 'border-t border-line font-medium' : undefined}>
            <th className="py-0.5 text-left font-normal text-muted">{name}</th>
            {sides.map((side, i) => (
              <td key={i} className={`py-0.5 text-right ${row < 2 ? 'text-text' : signOf(side.net) < 0 ? 'text-down' : 'text-up'}`}>
                {show.money(value(side), currency, true).replace(` ${currency}`, '')}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
