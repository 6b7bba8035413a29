import type { UseQueryResult } from '@tanstack/react-query'
import clsx from 'clsx'
import { LoaderCircle } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useInstrument } from '@/account/use-account'
import type { Environment } from '@/api/account'
import { ApiError } from '@/api/error'
import type { EntryPreview, StartPreview } from '@/api/strategy'
import { isSet, signOf } from '@/format/number'
import { useFormat } from '@/format/use-format'
import { named } from '@/i18n'
import { Failure, Notice, Skeleton } from '@/ui/notice'

interface PanelProps {
  preview: UseQueryResult<StartPreview>
  environment: Environment
  instrument: string
  /** The form holds something that cannot be right. */
  blocked: boolean
}

/** Above this a small move against the position costs a large part of the account. */
const high = 10

/** The money at risk and the costs of one trade, before anything is started. */
export function PreviewPanel({ preview, environment, instrument, blocked }: PanelProps) {
  const { t } = useTranslation()
  const { data, error } = preview
  // What is wrong with a field stands beside the field.
  const told = error instanceof ApiError && error.fields.length > 0
  return (
    <section aria-label={t('preview.title')} aria-live="polite" aria-busy={preview.isFetching} className="rounded-lg border border-line bg-ground p-4" data-testid="preview">
      <h3 className="flex items-center justify-between gap-2 text-sm">
        {t('preview.title')}
        {/* The figures are of the values before: faded ones could not be read. */}
        <LoaderCircle aria-hidden className={clsx('size-4 animate-spin text-muted', !preview.isPlaceholderData && 'invisible')} />
      </h3>
      <p className="mt-0.5 mb-3 text-xs text-muted">{t('preview.text')}</p>
      {blocked || told ? (
        <Notice kind="warn">{t('preview.blocked')}</Notice>
      ) : error !== null ? (
        <Failure error={error} retry={() => void preview.refetch()} />
      ) : data === undefined ? (
        <Skeleton className="h-72" />
      ) : (
        <Figures preview={data} environment={environment} instrument={instrument} />
      )}
    </section>
  )
}

function Figures({ preview, environment, instrument }: { preview: StartPreview; environment: Environment; instrument: string }) {
  const { t } = useTranslation()
  const show = useFormat()
  const spec = useInstrument(environment, instrument)
  const { sides, currency, equity } = preview
  const worst = sides.reduce<EntryPreview | undefined>((found, side) => (side.atStop !== null && Number(side.atStop.net) < Number(found?.atStop?.net ?? 0) ? side : found), undefined)
  const best = sides.reduce<EntryPreview | undefined>((found, side) => (side.atTarget !== null && Number(side.atTarget.net) > Number(found?.atTarget?.net ?? 0) ? side : found), undefined)
  const share = (net: string | undefined) => (net === undefined || !isSet(equity) ? undefined : show.percent((Number(net) / Number(equity)) * 100, true))
  const leverage = Math.max(...sides.map((side) => Number(side.leverage)))
  return (
    <div className="grid gap-3">
      <dl className="grid grid-cols-2 gap-3">
        <Headline label={t('preview.atRisk')} text={worst?.atStop ? show.money(worst.atStop.net, currency, true) : '–'} share={share(worst?.atStop?.net)} tone="text-down" />
        <Headline label={t('preview.toGain')} text={best?.atTarget ? show.money(best.atTarget.net, currency, true) : '–'} share={share(best?.atTarget?.net)} tone="text-up" />
      </dl>
      <Refusals sides={sides} />
      {leverage > high && <Notice kind="warn">{t('preview.leverageHigh', { leverage: show.plain(leverage, 1) })}</Notice>}
      <Caps sides={sides} />
      <Sides preview={preview} tick={spec?.tickSize} unit={spec?.kind === 'inverse' ? 'USD' : (spec?.base ?? '')} />
      <p className="figures text-xs text-muted">{t('preview.equity', { equity: show.money(equity, currency), time: show.clock(preview.time) })}</p>
    </div>
  )
}

function Headline({ label, text, share, tone }: { label: string; text: string; share: string | undefined; tone: string }) {
  const { t } = useTranslation()
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{label}</dt>
      <dd className={clsx('figures text-lg leading-tight font-semibold', text === '–' ? 'text-muted' : tone)}>{text}</dd>
      <dd className="figures text-xs text-muted">{share === undefined ? '\u00a0' : t('preview.ofEquity', { share })}</dd>
    </div>
  )
}

/** Why an entry would be refused now, once where both sides say the same. */
function Refusals({ sides }: { sides: EntryPreview[] }) {
  const { t } = useTranslation()
  const refused = sides.filter(({ code }) => code !== '')
  if (refused.length === 0) return null
  const same = refused.length === sides.length && refused.every(({ code }) => code === refused[0]?.code)
  return (same ? refused.slice(0, 1) : refused).map(({ side, reason }) => (
    <Notice key={side} kind="warn">
      {!same && <b className="font-medium">{t(side === 'buy' ? 'position.long' : 'position.short')}: </b>}
      {reason}
    </Notice>
  ))
}

/** What made the size smaller than asked. */
function Caps({ sides }: { sides: EntryPreview[] }) {
  const { t } = useTranslation()
  const caps = new Set(sides.flatMap(({ detail }) => detail.sizing?.steps ?? []).map(({ step }) => step))
  return ['maxLeverage', 'freeMargin']
    .filter((cap) => caps.has(cap))
    .map((cap) => (
      <Notice key={cap}>
        {t('preview.capped')} {named('decisions.steps', cap)}.
      </Notice>
    ))
}

function Sides({ preview, tick, unit }: { preview: StartPreview; tick: string | undefined; unit: string }) {
  const { t } = useTranslation()
  const show = useFormat()
  const { sides, currency, quote } = preview
  const price = (value: string) => (isSet(value) ? show.price(value, tick) : '–')
  // The currency stands once, above the column.
  const bare = (value: string | number, of: string, signed = false) => show.money(value, of, signed).replace(` ${of}`, '')
  const fees = (one: EntryPreview['atStop']) => (one === null ? '–' : bare(Number(one.entryFee) + Number(one.exitFee), currency))
  const money = (value: string | undefined) => (value === undefined ? '–' : bare(value, currency, true))
  const rows: [string, (side: EntryPreview) => string, ((side: EntryPreview) => string | undefined)?][] = [
    [`${t('preview.amount')} (${unit})`, ({ amount }) => (isSet(amount) ? show.amount(amount) : '–')],
    [`${t('preview.notional')} (${quote})`, ({ notional }) => (isSet(notional) ? bare(notional, quote) : '–')],
    [t('preview.leverage'), ({ leverage }) => (isSet(leverage) ? `${show.plain(leverage, 2)} ×` : '–')],
    [t('position.entry'), ({ entry }) => price(entry)],
    [t('chart.stop'), ({ stop }) => price(stop)],
    [t('chart.target'), ({ target }) => price(target)],
    [t('preview.feesStop'), ({ atStop }) => fees(atStop)],
    [t('preview.feesTarget'), ({ atTarget }) => fees(atTarget)],
    [t('preview.netStop'), ({ atStop }) => money(atStop?.net), ({ atStop }) => atStop?.net],
    [t('preview.netTarget'), ({ atTarget }) => money(atTarget?.net), ({ atTarget }) => atTarget?.net],
  ]
  return (
    <table className="figures w-full text-xs">
      <thead>
        <tr className="text-muted">
          <th className="pb-1 text-left font-medium">
            {t('preview.resultsIn', { currency })}
          </th>
          {sides.map(({ side }) => (
            <th key={side} className="pb-1 pl-2 text-right font-medium">
              {t(side === 'buy' ? 'position.long' : 'position.short')}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, text, net]) => (
          <tr key={name} className="border-t border-line">
            <th className="py-1 text-left font-normal text-muted">{name}</th>
            {sides.map((side) => (
              <td key={side.side} className={clsx('py-1 pl-2 text-right whitespace-nowrap', toneOf(net?.(side)))}>
                {text(side)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const toneOf = (net: string | undefined) => (signOf(net) > 0 ? 'font-medium text-up' : signOf(net) < 0 ? 'font-medium text-down' : 'text-strong')
