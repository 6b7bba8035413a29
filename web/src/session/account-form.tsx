import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/ui/button'
import { Checkbox, Input, PasswordInput } from '@/ui/field'
import { Failure, fieldError } from '@/ui/notice'

export interface AccountRequest {
  email: string
  password: string
  fullName?: string
  disclaimerAccepted: boolean
}

/** The form that makes an account: a user's own, or the owner's. Makes it, and signs in with it. */
export function AccountForm({ action, askName, onSubmit }: { action: string; askName: boolean; onSubmit: (request: AccountRequest) => Promise<void> }) {
  const { t } = useTranslation()
  const [request, setRequest] = useState<AccountRequest>({ email: '', password: '', fullName: '', disclaimerAccepted: false })
  const [error, setError] = useState<unknown>()
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const change = (part: Partial<AccountRequest>) => setRequest({ ...request, ...part })

  const length = [...request.password].length
  const wrong = {
    email: request.email.includes('@') ? undefined : t('auth.errors.email'),
    password: length < 12 ? t('auth.errors.passwordShort') : length > 128 ? t('auth.errors.passwordLong') : undefined,
    disclaimer: request.disclaimerAccepted ? undefined : t('auth.errors.disclaimer'),
  }

  async function submit(event: FormEvent) {
    event.preventDefault()
    setTried(true)
    if (Object.values(wrong).some((one) => one !== undefined)) return
    setBusy(true)
    setError(undefined)
    try {
      await onSubmit({ ...request, fullName: request.fullName?.trim() || undefined })
    } catch (reason) {
      setError(reason)
    } finally {
      setBusy(false)
    }
  }

  return (
    <form noValidate onSubmit={submit} className="grid gap-4">
      <Input
        label={t('auth.email')}
        type="email"
        name="email"
        autoComplete="username"
        autoFocus
        value={request.email}
        onChange={(event) => change({ email: event.target.value })}
        error={fieldError(error, 'email') ?? (tried ? wrong.email : undefined)}
      />
      {askName && (
        <Input
          label={t('auth.fullName')}
          name="name"
          autoComplete="name"
          value={request.fullName}
          onChange={(event) => change({ fullName: event.target.value })}
          error={fieldError(error, 'fullName')}
        />
      )}
      <PasswordInput
        label={t('auth.password')}
        name="password"
        autoComplete="new-password"
        value={request.password}
        onChange={(event) => change({ password: event.target.value })}
        hint={t('auth.passwordHint')}
        error={fieldError(error, 'password') ?? (tried ? wrong.password : undefined)}
      />
      <Checkbox
        name="disclaimer"
        label={t('auth.disclaimer')}
        checked={request.disclaimerAccepted}
        onChange={(event) => change({ disclaimerAccepted: event.target.checked })}
        error={fieldError(error, 'disclaimerAccepted') ?? (tried ? wrong.disclaimer : undefined)}
      />
      <Failure error={error} />
      <Button type="submit" kind="primary" busy={busy}>
        {action}
      </Button>
    </form>
  )
}
