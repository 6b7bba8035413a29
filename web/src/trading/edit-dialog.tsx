import { type FormEvent, useId } from 'react'
import { useTranslation } from 'react-i18next'
import { useConnection, useInstrument } from '@/account/use-account'
import { useChangeConfig } from '@/account/use-strategy'
import type { Strategy, StrategyKind } from '@/api/strategy'
import { ConfigForm } from '@/form/config-form'
import { useConfig } from '@/form/use-config'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Failure, Notice } from '@/ui/notice'
import { tell } from '@/ui/toast'
import { PreviewPanel } from './preview-panel'
import { usePreview } from './use-preview'

/** Changes the parameters of a strategy that runs, from its next entry on. */
export function EditDialog({ strategy, kind, onClose }: { strategy: Strategy; kind: StrategyKind; onClose: () => void }) {
  const { t } = useTranslation()
  const form = useId()
  const { environment, instrument, strategyName } = strategy
  const draft = useConfig(kind, strategy.config)
  const spec = useInstrument(environment, instrument)
  const connected = useConnection(environment)?.isConnected === true
  const blocked = Object.keys(draft.complaints).length > 0
  const preview = usePreview({ strategyName, environment, instrument, config: draft.config }, connected && !blocked)
  const change = useChangeConfig()
  const open = strategy.trade !== null && strategy.trade !== undefined

  function submit(event: FormEvent) {
    event.preventDefault()
    if (blocked) return
    change.mutate(
      { id: strategy.id, config: draft.config },
      {
        onSuccess: (changed) => {
          tell(t('strategies.edited', { name: strategyName, version: changed.configVersion }))
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
      title={t('strategies.editTitle', { name: strategyName })}
      description={t('strategies.editText', { instrument, version: strategy.configVersion })}
      footer={
        <>
          <Button onClick={onClose}>{t('app.cancel')}</Button>
          <Button kind="primary" type="submit" form={form} busy={change.isPending}>
            {t('strategies.editSave')}
          </Button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={submit} className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_21rem]">
        <div className="grid gap-5">
          {open && <Notice>{t('strategies.editOpen')}</Notice>}
          <ConfigForm draft={draft} error={change.error ?? preview.error} spec={spec} />
        </div>
        <div className="grid gap-4 lg:sticky lg:top-0">
          {connected && <PreviewPanel preview={preview} environment={environment} instrument={instrument} blocked={blocked} />}
          <Failure error={change.error} />
        </div>
      </form>
    </Dialog>
  )
}
