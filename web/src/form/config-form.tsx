import clsx from 'clsx'
import { RadioGroup } from 'radix-ui'
import { useTranslation } from 'react-i18next'
import type { Instrument } from '@/api/market'
import { named } from '@/i18n'
import { ParameterForm } from './parameter-form'
import { type ConfigDraft, gentle } from './use-config'

/** Preset and parameters of a strategy. Complaints are shown at once: a wrong value has no preview. */
export function ConfigForm({ draft, error, spec }: { draft: ConfigDraft; error: unknown; spec: Instrument | undefined }) {
  const { t } = useTranslation()
  const units = { quote: spec?.quote ?? '', settlement: spec?.settlement ?? '' }
  const { parameters, presets, preset, drafts, base, complaints, choose, set } = draft
  return (
    <>
      {presets.length > 1 && <Presets names={presets} value={preset} onChange={choose} />}
      {parameters.length > 0 ? (
        <div className="grid gap-2">
          <ParameterForm parameters={parameters} drafts={drafts} base={base} complaints={complaints} error={error} units={units} onChange={set} />
        </div>
      ) : (
        <p className="text-sm text-muted">{t('strategies.noParameters')}</p>
      )}
    </>
  )
}

function Presets({ names, value, onChange }: { names: string[]; value: string; onChange: (name: string) => void }) {
  const { t } = useTranslation()
  // The gentle one first: it is the one that is chosen.
  const ordered = names.toSorted((a, b) => Number(b === gentle) - Number(a === gentle))
  return (
    <RadioGroup.Root aria-label={t('strategies.preset')} value={value} onValueChange={onChange} className="grid gap-2 sm:grid-cols-2">
      {ordered.map((name) => (
        <RadioGroup.Item
          key={name}
          value={name}
          className={clsx('flex flex-col items-start rounded-lg border p-3 text-left', name === value ? 'border-brand bg-brand-soft' : 'border-line hover:border-muted/60')}
        >
          <span className="flex items-center gap-2 font-medium text-strong">
            <span aria-hidden className={clsx('size-3.5 rounded-full border-2', name === value ? 'border-4 border-brand' : 'border-muted')} />
            {named('strategies.presets', name)}
          </span>
          <span className="mt-1 block text-xs text-muted">{named('strategies.presetAbout', name, '')}</span>
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  )
}
