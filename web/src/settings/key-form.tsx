import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { credentialsKey, useConnect } from '@/account/use-account'
import { type Environment, saveCredential } from '@/api/account'
import { Button } from '@/ui/button'
import { Input, PasswordInput } from '@/ui/field'
import { Failure, fieldError, Notice, sentence } from '@/ui/notice'

interface KeyFormProps {
  environment: Environment
  replacing: boolean
  /** Called once the connection stands. */
  onConnected?: () => void
}

/** Stores a key and connects with it. */
export function KeyForm({ environment, replacing, onConnected }: KeyFormProps) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const connect = useConnect()
  const [apiKey, setApiKey] = useState('')
  const [apiSecret, setApiSecret] = useState('')
  const [outcome, setOutcome] = useState<{ kind: 'good' | 'warn'; text: string }>()

  // First kept safe, then used, and then gone from the page.
  const save = useMutation({
    mutationFn: () => saveCredential(environment, apiKey.trim(), apiSecret.trim()),
    onSuccess: async () => {
      setApiKey('')
      setApiSecret('')
      await client.invalidateQueries({ queryKey: credentialsKey })
      try {
        const connection = await connect.mutateAsync(environment)
        setOutcome({ kind: 'good', text: t(connection.isConnected ? 'settings.saved' : 'settings.savedConnecting') })
        if (connection.isConnected) onConnected?.()
      } catch (reason) {
        setOutcome({ kind: 'warn', text: t('settings.savedNotConnected', { error: sentence(reason) }) })
      }
    },
  })

  function submit(event: FormEvent) {
    event.preventDefault()
    setOutcome(undefined)
    save.mutate()
  }

  return (
    <form noValidate autoComplete="off" onSubmit={submit} className="mt-4 grid gap-3">
      <Input
        label={t('settings.apiKey')}
        name={`${environment}-api-key`}
        autoComplete="off"
        spellCheck={false}
        value={apiKey}
        onChange={(event) => setApiKey(event.target.value)}
        error={fieldError(save.error, 'apiKey')}
      />
      <PasswordInput
        label={t('settings.apiSecret')}
        name={`${environment}-api-secret`}
        autoComplete="new-password"
        spellCheck={false}
        value={apiSecret}
        onChange={(event) => setApiSecret(event.target.value)}
        error={fieldError(save.error, 'apiSecret')}
      />
      <Button type="submit" busy={save.isPending} disabled={apiKey.trim() === '' || apiSecret.trim() === ''}>
        {t(replacing ? 'settings.replace' : 'settings.saveConnect')}
      </Button>
      <Failure error={save.error} />
      {outcome !== undefined && <Notice kind={outcome.kind}>{outcome.text}</Notice>}
    </form>
  )
}
