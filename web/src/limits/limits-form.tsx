import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Limits } from '@/api/risk'
import type { Complaint, Parameter } from '@/form/parameter'
import { isSet } from '@/format/number'
import { useFormat } from '@/format/use-format'
import { named } from '@/i18n'
import { Button } from '@/ui/button'
import { Checkbox, Input } from '@/ui/field'
import { Failure, fieldError } from '@/ui/notice'
import { type Draft, draftOf, figures, readDraft } from './limits'

interface LimitsFormProps {
  limits: Limits
  /** The server's, shown beside the fields. */
  ceilings?: Limits
  /** What may be chosen from. */
  instruments: readonly string[]
  busy: boolean
  error: unknown
  onSave: (limits: Limits) => void
}

/** The fields of one set of limits. It begins anew with other limits: give it a key. */
export function LimitsForm({ limits, ceilings, instruments, busy, error, onSave }: LimitsFormProps) {
  const { t } = useTranslation()
  const [draft, setDraft] = useState<Draft>(() => draftOf(limits))
  const [tried, setTried] = useState(false)
  const { limits: read, complaints } = readDraft(draft)

  function submit(event: FormEvent) {
    event.preventDefault()
    setTried(true)
    if (Object.keys(complaints).length === 0) onSave(read)
  }

  return (
    <form noValidate onSubmit={submit} className="grid gap-4">
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
        {figures.map((figure) => (
          <FigureField
            key={figure.path}
            figure={figure}
            draft={draft.figures[figure.path] ?? ''}
            ceiling={ceilings?.[figure.path as keyof Limits] as string | number | undefined}
            complaint={tried ? complaints[figure.path] : undefined}
            refusal={fieldError(error, figure.path)}
            onChange={(text) => setDraft((before) => ({ ...before, figures: { ...before.figures, [figure.path]: text } }))}
          />
        ))}
      </div>
      <InstrumentChoice
        offered={instruments}
        chosen={draft.instruments}
        ceiling={ceilings?.instruments ?? []}
        error={fieldError(error, 'instruments')}
        onChange={(next) => setDraft((before) => ({ ...before, instruments: next }))}
      />
      <Failure error={error} />
      <div className="flex justify-end">
        <Button type="submit" kind="primary" busy={busy}>
          {t('limits.save')}
        </Button>
      </div>
    </form>
  )
}

interface FigureFieldProps {
  figure: Parameter
  draft: string
  ceiling: string | number | undefined
  complaint: Complaint | undefined
  refusal: string | undefined
  onChange: (text: string) => void
}

function FigureField({ figure, draft, ceiling, complaint, refusal, onChange }: FigureFieldProps) {
  const { t } = useTranslation()
  const show = useFormat()
  const unit = named('form.units', figure.unit, figure.unit)
  const range = t('form.range', { min: figure.min ?? 0, max: show.plain(figure.max) })
  return (
    <Input
      label={named('limits.fields', figure.path)}
      hint={
        <>
          {named('limits.about', figure.path)}
          {isSet(String(ceiling ?? '')) && <span className="figures block text-text">{t('limits.ceiling', { value: `${show.plain(ceiling, 8)} ${unit}`.trim() })}</span>}
        </>
      }
      error={complaint === undefined ? refusal : complaint === 'range' ? range : t(`form.${complaint}`)}
      unit={unit}
      inputMode={figure.kind === 'whole' ? 'numeric' : 'decimal'}
      autoComplete="off"
      placeholder={t('limits.off')}
      value={draft}
      onChange={(event) => onChange(event.target.value)}
      className="figures"
    />
  )
}

interface InstrumentChoiceProps {
  offered: readonly string[]
  chosen: readonly string[]
  ceiling: readonly string[]
  error: string | undefined
  onChange: (chosen: string[]) => void
}

/** The instruments that may be entered; none ticked is every one. */
function InstrumentChoice({ offered, chosen, ceiling, error, onChange }: InstrumentChoiceProps) {
  const { t } = useTranslation()
  // One that is not listed any more stays visible, or it could never be taken off.
  const all = [...new Set([...chosen, ...offered])].toSorted()
  return (
    <details className="rounded-lg border border-line">
      <summary className="rounded-lg px-4 py-3 text-sm text-strong">
        {t('limits.instruments')}: <span className="text-text">{chosen.length === 0 ? t('limits.everyInstrument') : t('limits.chosen', { count: chosen.length })}</span>
      </summary>
      <fieldset className="px-4 pb-4">
        <legend className="pb-2 text-xs text-muted">
          {t('limits.instrumentsAbout')}
          {ceiling.length > 0 && <span className="block text-text">{t('limits.ceiling', { value: ceiling.join(', ') })}</span>}
        </legend>
        <div className="grid max-h-64 gap-2 overflow-y-auto sm:grid-cols-2 lg:grid-cols-3">
          {all.map((name) => (
            <Checkbox key={name} label={name} checked={chosen.includes(name)} onChange={(event) => onChange(event.target.checked ? [...chosen, name] : chosen.filter((one) => one !== name))} />
          ))}
        </div>
      </fieldset>
      {error !== undefined && <p className="px-4 pb-3 text-xs text-down">{error}</p>}
    </details>
  )
}
