import { RotateCcw } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/format/use-format'
import { named } from '@/i18n'
import { Badge } from '@/ui/badge'
import { Checkbox, Input, Select } from '@/ui/field'
import { fieldError } from '@/ui/notice'
import { changedPaths, type Complaint, type Drafts, inMode, type Parameter } from './parameter'

interface ParameterFormProps {
  parameters: readonly Parameter[]
  drafts: Drafts
  /** The values of the preset: what a field goes back to. */
  base: Drafts
  complaints: Record<string, Complaint>
  /** The server's refusal, whose field errors stand beside their fields. */
  error: unknown
  /** What the words "quote" and "settlement" stand for on the chosen market. */
  units: Record<string, string>
  onChange: (path: string, value: string | boolean) => void
}

/** The fields of a strategy's parameters, built from its JSON Schema and grouped as that says. */
export function ParameterForm({ parameters, drafts, base, complaints, error, units, onChange }: ParameterFormProps) {
  const groups = [...new Set(parameters.map(({ group }) => group))]
  const changed = changedPaths(parameters, drafts, base)
  return groups.map((group, index) => {
    const own = parameters.filter((parameter) => parameter.group === group)
    const wrong = own.some(({ path }) => complaints[path] !== undefined || fieldError(error, path) !== undefined)
    return (
      <Group key={group} name={group} first={index === 0} wrong={wrong} changed={own.filter(({ path }) => changed.has(path)).length}>
        {own.map((parameter) => (
          <ParameterField
            key={parameter.path}
            parameter={inMode(parameter, drafts)}
            draft={drafts[parameter.path]}
            base={changed.has(parameter.path) ? base[parameter.path] : undefined}
            complaint={complaints[parameter.path]}
            refusal={fieldError(error, parameter.path)}
            units={units}
            onChange={(value) => onChange(parameter.path, value)}
          />
        ))}
      </Group>
    )
  })
}

interface GroupProps {
  name: string
  first: boolean
  wrong: boolean
  changed: number
  children: ReactNode
}

/** A group folds away until it is wanted, or until something in it is wrong. */
function Group({ name, first, wrong, changed, children }: GroupProps) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(first)
  return (
    <details open={open || wrong} onToggle={(event) => setOpen(event.currentTarget.open)} className="rounded-lg border border-line" data-testid={`group-${name}`}>
      <summary className="rounded-lg px-4 py-3 text-sm font-medium text-strong">
        <span className="inline-flex w-[calc(100%-1.5rem)] items-center justify-between gap-3 align-middle">
          <span>{named('form.groups', name)}</span>
          {changed > 0 && <Badge tone="brand">{t('form.changed', { count: changed })}</Badge>}
        </span>
      </summary>
      <div role="group" aria-label={named('form.groups', name)} className="grid gap-x-5 gap-y-4 px-4 pt-1 pb-4 sm:grid-cols-2">
        {children}
      </div>
    </details>
  )
}

interface ParameterFieldProps {
  parameter: Parameter
  draft: string | boolean | undefined
  /** What the preset says, where the field says something else. */
  base: string | boolean | undefined
  complaint: Complaint | undefined
  refusal: string | undefined
  units: Record<string, string>
  onChange: (value: string | boolean) => void
}

function ParameterField({ parameter, draft, base, complaint, refusal, units, onChange }: ParameterFieldProps) {
  const { t } = useTranslation()
  const range = useRange(parameter)
  const name = parameter.path.split('.').at(-1) ?? ''
  const label = named('form.parameters', name, parameter.title)
  const about = named('form.about', name, parameter.help)
  const error = complaint === undefined ? refusal : complaint === 'range' ? range : t(`form.${complaint}`)
  const back = base !== undefined && <Reset label={label} base={base} parameter={parameter} onReset={() => onChange(base)} />

  if (parameter.kind === 'flag') {
    return (
      <div className="grid content-start gap-1">
        <Checkbox label={label} checked={draft === true} onChange={(event) => onChange(event.target.checked)} hint={about} error={error} />
        {back}
      </div>
    )
  }
  if (parameter.kind === 'choice') {
    return (
      <div className="grid content-start gap-1">
        <Select label={label} value={String(draft)} onChange={(event) => onChange(event.target.value)} hint={named('form.choiceAbout', String(draft), about)} error={error}>
          {parameter.choices.map((choice) => (
            <option key={choice} value={choice}>
              {named('form.choices', choice)}
            </option>
          ))}
        </Select>
        {back}
      </div>
    )
  }
  const high = parameter.warnAbove !== undefined && Number(String(draft).replace(',', '.')) > parameter.warnAbove
  return (
    <div className="grid content-start gap-1">
      <Input
        label={label}
        inputMode={parameter.kind === 'whole' ? 'numeric' : 'decimal'}
        autoComplete="off"
        value={String(draft ?? '')}
        onChange={(event) => onChange(event.target.value)}
        unit={units[parameter.unit] ?? named('form.units', parameter.unit, parameter.unit)}
        hint={
          <>
            {high ? <span className="font-medium text-warn">{t('form.warnAbove', { value: parameter.warnAbove ?? 0 })}</span> : about} {range}
          </>
        }
        error={error}
        className="figures"
      />
      {back}
    </div>
  )
}

/** What the preset says, and the way back to it. */
function Reset({ label, base, parameter, onReset }: { label: string; base: string | boolean; parameter: Parameter; onReset: () => void }) {
  const { t } = useTranslation()
  const value = typeof base === 'boolean' ? t(base ? 'form.on' : 'form.off') : parameter.kind === 'choice' ? named('form.choices', base) : base
  return (
    <button
      type="button"
      aria-label={t('form.resetNamed', { name: label, value })}
      onClick={onReset}
      className="figures inline-flex items-center gap-1.5 justify-self-start rounded text-xs text-brand-text underline-offset-4 hover:underline"
    >
      <RotateCcw aria-hidden className="size-3" />
      {t('form.resetTo', { value })}
    </button>
  )
}

function useRange({ min, max }: Parameter): string | undefined {
  const { t } = useTranslation()
  const show = useFormat()
  if (min !== undefined && max !== undefined) return t('form.range', { min: show.plain(min, 8), max: show.plain(max, 8) })
  if (min !== undefined) return t('form.min', { min: show.plain(min, 8) })
  return max === undefined ? undefined : t('form.max', { max: show.plain(max, 8) })
}
