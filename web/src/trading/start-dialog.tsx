import clsx from 'clsx'
import { RadioGroup } from 'radix-ui'
import { type FormEvent, useId, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { EnvironmentBadge } from '@/account/simulated-badge'
import { useInstruments } from '@/account/use-account'
import { useStart } from '@/account/use-strategy'
import type { Environment } from '@/api/account'
import type { StrategyKind } from '@/api/strategy'
import { draftsOf, parametersOf, readDrafts } from '@/form/parameter'
import { ParameterForm } from '@/form/parameter-form'
import { named } from '@/i18n'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Checkbox, Select } from '@/ui/field'
import { Failure, fieldError } from '@/ui/notice'

interface StartDialogProps {
  kind: StrategyKind
  environment: Environment
  instrument: string
  onClose: () => void
  onStarted: (id: string) => void
}

/** What a newcomer should begin with, where the strategy has it. */
const gentle = 'conservative'

/** Starts a strategy: a preset, whatever the user wants otherwise, and where. */
export function StartDialog({ kind, environment, instrument, onClose, onStarted }: StartDialogProps) {
  const { t } = useTranslation()
  const form = useId()
  const presets = Object.keys(kind.presets)
  const [preset, setPreset] = useState(presets.includes(gentle) ? gentle : (presets[0] ?? ''))
  const [market, setMarket] = useState(instrument)
  const [accepted, setAccepted] = useState(environment !== 'live')
  const [tried, setTried] = useState(false)
  const parameters = useMemo(() => parametersOf(kind.parameters), [kind])
  const values = kind.presets[preset] ?? {}
  const [drafts, setDrafts] = useState(() => draftsOf(parameters, values))
  const { config, complaints } = readDrafts(parameters, drafts, preset, values)
  const instruments = useInstruments(environment).data ?? []
  const start = useStart()

  function choose(next: string) {
    setPreset(next)
    setDrafts(draftsOf(parameters, kind.presets[next] ?? {}))
  }

  function submit(event: FormEvent) {
    event.preventDefault()
    setTried(true)
    if (Object.keys(complaints).length > 0 || !accepted) return
    start.mutate(
      {
        strategyName: kind.name,
        instrument: market,
        environment,
        config: preset === '' ? {} : config,
        disclaimerAccepted: accepted,
      },
      {
        onSuccess: ({ strategyId }) => {
          onStarted(strategyId)
          onClose()
        },
      },
    )
  }

  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={t('strategies.startDialog', { name: kind.name })}
      description={named('strategies.about', kind.name, kind.description)}
      footer={
        <>
          <Button onClick={onClose}>{t('app.cancel')}</Button>
          <Button kind="primary" type="submit" form={form} busy={start.isPending}>
            {t('strategies.startNamed', { name: kind.name })}
          </Button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={submit} className="grid gap-5">
        <div className="grid gap-3 sm:grid-cols-[1fr_auto] sm:items-end">
          <Select label={t('market.instrument')} value={market} onChange={(event) => setMarket(event.target.value)} error={fieldError(start.error, 'instrument')}>
            {(instruments.length > 0 ? instruments.map((one) => one.instrument) : [market]).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </Select>
          <div className="flex h-10 items-center gap-2">
            <span className="text-sm text-strong">{t(`environment.${environment}`)}</span>
            <EnvironmentBadge environment={environment} />
          </div>
        </div>
        {presets.length > 1 && <Presets names={presets} value={preset} onChange={choose} />}
        {parameters.length > 0 ? (
          <details className="group rounded-lg border border-line" open={tried && Object.keys(complaints).length > 0 ? true : undefined}>
            <summary className="rounded-lg px-4 py-3 text-sm font-medium text-strong">{t('strategies.adjust')}</summary>
            <ParameterForm
              parameters={parameters}
              drafts={drafts}
              complaints={tried ? complaints : {}}
              error={start.error}
              onChange={(path, value) => setDrafts((before) => ({ ...before, [path]: value }))}
            />
            <div className="flex justify-end px-4 pb-4">
              <Button size="small" kind="quiet" onClick={() => choose(preset)}>
                {t('strategies.reset')}
              </Button>
            </div>
          </details>
        ) : (
          <p className="text-sm text-muted">{t('strategies.noParameters')}</p>
        )}
        {environment === 'live' && (
          <Checkbox
            label={t('strategies.acceptLive')}
            checked={accepted}
            onChange={(event) => setAccepted(event.target.checked)}
            error={tried && !accepted ? t('auth.errors.disclaimer') : fieldError(start.error, 'disclaimerAccepted')}
          />
        )}
        <Failure error={start.error} />
      </form>
    </Dialog>
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
