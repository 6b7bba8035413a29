import { useTranslation } from 'react-i18next'
import { useFormat } from '@/format/use-format'
import { named } from '@/i18n'
import { Checkbox, Input, Select } from '@/ui/field'
import { fieldError } from '@/ui/notice'
import { type Complaint, type Drafts, inMode, type Parameter } from './parameter'

interface ParameterFormProps {
  parameters: readonly Parameter[]
  drafts: Drafts
  complaints: Record<string, Complaint>
  /** The server's refusal, whose field errors stand beside their fields. */
  error: unknown
  onChange: (path: string, value: string | boolean) => void
}

/** The fields of a strategy's parameters, built from its JSON Schema and grouped as that says. */
export function ParameterForm({ parameters, drafts, complaints, error, onChange }: ParameterFormProps) {
  const groups = [...new Set(parameters.map(({ group }) => group))]
  return groups.map((group) => (
    <fieldset key={group} className="px-4 pb-4">
      {group !== '' && <legend className="pt-3 pb-2 text-xs font-medium text-muted">{named('form.groups', group)}</legend>}
      <div className="grid gap-4 sm:grid-cols-2">
        {parameters
          .filter((parameter) => parameter.group === group)
          .map((parameter) => (
            <ParameterField
              key={parameter.path}
              parameter={inMode(parameter, drafts)}
              draft={drafts[parameter.path]}
              complaint={complaints[parameter.path]}
              refusal={fieldError(error, parameter.path)}
              onChange={(value) => onChange(parameter.path, value)}
            />
          ))}
      </div>
    </fieldset>
  ))
}

interface ParameterFieldProps {
  parameter: Parameter
  draft: string | boolean | undefined
  complaint: Complaint | undefined
  refusal: string | undefined
  onChange: (value: string | boolean) => void
}

function ParameterField({ parameter, draft, complaint, refusal, onChange }: ParameterFieldProps) {
  const { t } = useTranslation()
  const range = useRange(parameter)
  const label = named('form.parameters', parameter.path.split('.').at(-1) ?? '', parameter.title)
  const error = complaint === undefined ? refusal : complaint === 'range' ? range : t(`form.${complaint}`)

  if (parameter.kind === 'flag') {
    return <Checkbox label={label} checked={draft === true} onChange={(event) => onChange(event.target.checked)} hint={parameter.help} error={error} className="self-center" />
  }
  if (parameter.kind === 'choice') {
    return (
      <Select label={label} value={String(draft)} onChange={(event) => onChange(event.target.value)} error={error}>
        {parameter.choices.map((choice) => (
          <option key={choice} value={choice}>
            {named('form.choices', choice)}
          </option>
        ))}
      </Select>
    )
  }
  const high = parameter.warnAbove !== undefined && Number(String(draft).replace(',', '.')) > parameter.warnAbove
  return (
    <Input
      label={label}
      inputMode={parameter.kind === 'whole' ? 'numeric' : 'decimal'}
      autoComplete="off"
      value={String(draft ?? '')}
      onChange={(event) => onChange(event.target.value)}
      unit={named('form.units', parameter.unit, parameter.unit)}
      hint={high ? t('form.warnAbove', { value: parameter.warnAbove ?? 0 }) : range}
      error={error}
      title={parameter.help}
      className="figures"
    />
  )
}

function useRange({ min, max }: Parameter): string | undefined {
  const { t } = useTranslation()
  const show = useFormat()
  if (min !== undefined && max !== undefined) return t('form.range', { min: show.plain(min, 8), max: show.plain(max, 8) })
  if (min !== undefined) return t('form.min', { min: show.plain(min, 8) })
  return max === undefined ? undefined : t('form.max', { max: show.plain(max, 8) })
}
