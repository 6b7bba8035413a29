import { type FormEvent, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { EnvironmentBadge } from '@/account/simulated-badge'
import { useConnection, useInstruments } from '@/account/use-account'
import { useStart } from '@/account/use-strategy'
import type { Environment } from '@/api/account'
import type { StrategyKind } from '@/api/strategy'
import { ConfigForm } from '@/form/config-form'
import { useConfig } from '@/form/use-config'
import { named } from '@/i18n'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Checkbox, Select } from '@/ui/field'
import { Failure, fieldError, Notice } from '@/ui/notice'
import { PreviewPanel } from './preview-panel'
import { usePreview } from './use-preview'

interface StartDialogProps {
  kind: StrategyKind
  environment: Environment
  instrument: string
  onClose: () => void
  onStarted: (id: string) => void
}

/** Starts a strategy: a preset, whatever the user wants otherwise, and where; with what it risks before it begins. */
export function StartDialog({ kind, environment, instrument, onClose, onStarted }: StartDialogProps) {
  const { t } = useTranslation()
  const form = useId()
  const draft = useConfig(kind)
  const [market, setMarket] = useState(instrument)
  const [accepted, setAccepted] = useState(environment !== 'live')
  const [tried, setTried] = useState(false)
  const instruments = useInstruments(environment).data ?? []
  const connected = useConnection(environment)?.isConnected === true
  const start = useStart()
  const blocked = Object.keys(draft.complaints).length > 0
  const wanted = { strategyName: kind.name, instrument: market, environment, config: draft.config }
  const preview = usePreview(wanted, connected && !blocked)
  const refusal = start.error ?? preview.error

  function submit(event: FormEvent) {
    event.preventDefault()
    setTried(true)
    if (blocked || !accepted) return
    start.mutate(
      { ...wanted, disclaimerAccepted: accepted },
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
      wide="very"
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
      <form id={form} noValidate onSubmit={submit} className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_21rem]">
        <div className="grid gap-5">
          <div className="grid gap-3 sm:grid-cols-[1fr_auto] sm:items-end">
            <Select label={t('market.instrument')} value={market} onChange={(event) => setMarket(event.target.value)} error={fieldError(refusal, 'instrument')}>
              {(instruments.length > 0 ? instruments.map((one) => one.instrument) : [market]).map((name) => (
                <option key={name}>{name}</option>
              ))}
            </Select>
            <div className="flex h-10 items-center gap-2">
              <span className="text-sm text-strong">{t(`environment.${environment}`)}</span>
              <EnvironmentBadge environment={environment} />
            </div>
          </div>
          <ConfigForm draft={draft} error={refusal} spec={instruments.find((one) => one.instrument === market)} />
        </div>
        <div className="grid gap-4 lg:sticky lg:top-0">
          {connected ? (
            <PreviewPanel preview={preview} environment={environment} instrument={market} blocked={blocked} />
          ) : (
            <Notice kind="warn">{t('strategies.notConnected', { environment: t(`environment.${environment}`) })}</Notice>
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
        </div>
      </form>
    </Dialog>
  )
}
