import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { EnvironmentBadge } from '@/account/simulated-badge'
import { credentialsKey, useCredential } from '@/account/use-account'
import { type Credential, deleteCredential, type Environment } from '@/api/account'
import { isTime } from '@/format/time'
import { useFormat } from '@/format/use-format'
import { Card } from '@/ui/card'
import { Confirm } from '@/ui/dialog'
import { Notice } from '@/ui/notice'
import { KeyForm } from './key-form'
import { KeyHelp } from './key-help'
import { PaperOffer } from './paper-offer'

/** The key of one environment: what is stored, and how to store another. */
export function KeyCard({ environment }: { environment: Environment }) {
  const { t } = useTranslation()
  const credential = useCredential(environment)
  return (
    <Card title={t(`environment.${environment}`)} aside={<EnvironmentBadge environment={environment} />} data-testid={`key-${environment}`}>
      <p className="mb-3 text-xs text-muted">{t(`environmentAbout.${environment}`)}</p>
      <Stored environment={environment} credential={credential} />
      {environment === 'paper' && credential === undefined && (
        <div className="mt-3">
          <PaperOffer />
        </div>
      )}
      {environment === 'paper' ? (
        <details className="mt-4">
          <summary className="text-xs font-medium text-muted hover:text-strong">{t('settings.paperOwn')}</summary>
          <KeyForm environment={environment} replacing={credential !== undefined} />
        </details>
      ) : (
        <>
          <KeyForm environment={environment} replacing={credential !== undefined} />
          <KeyHelp environment={environment} />
        </>
      )}
    </Card>
  )
}

function Stored({ environment, credential }: { environment: Environment; credential: Credential | undefined }) {
  const { t } = useTranslation()
  const show = useFormat()
  if (credential === undefined) return <Notice>{t('settings.none')}</Notice>
  return (
    <Notice kind={credential.verified ? 'good' : 'warn'}>
      <div className="flex items-start justify-between gap-2">
        <div className="min-w-0">
          <p className="text-strong">{t('settings.stored', { last: credential.lastFour })}</p>
          <p className="text-xs">
            {t(credential.verified ? 'settings.verified' : 'settings.unverified')}{' '}
            {isTime(credential.lastUsed) ? t('settings.lastUsed', { time: show.dateTime(credential.lastUsed) }) : t('settings.neverUsed')}
          </p>
        </div>
        <DeleteKey environment={environment} />
      </div>
    </Notice>
  )
}

function DeleteKey({ environment }: { environment: Environment }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [asking, setAsking] = useState(false)
  const name = t(`environment.${environment}`)
  const forget = useMutation({
    mutationFn: () => deleteCredential(environment),
    onSuccess: async () => {
      setAsking(false)
      await client.invalidateQueries({ queryKey: credentialsKey })
    },
  })
  return (
    <>
      <button type="button" aria-label={t('settings.deleteTitle', { environment: name })} title={t('app.delete')} onClick={() => setAsking(true)} className="-m-1 grid size-8 shrink-0 place-items-center rounded-lg text-muted hover:text-down">
        <Trash2 aria-hidden className="size-4" />
      </button>
      <Confirm
        danger
        open={asking}
        onClose={() => setAsking(false)}
        title={t('settings.deleteTitle', { environment: name })}
        description={t('settings.deleteText')}
        action={t('app.delete')}
        busy={forget.isPending}
        error={forget.error}
        onConfirm={() => forget.mutate()}
      />
    </>
  )
}
