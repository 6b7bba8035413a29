import { type FormEvent, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { PasswordInput } from '@/ui/field'
import { Failure, fieldError } from '@/ui/notice'
import { answer, enterPassword, useSession } from './store'

/** Asks for the password once more when the server wants it; what waited for it then goes on by itself. */
export function StepUp() {
  const asked = useSession((session) => session.asked !== undefined)
  return asked ? <StepUpDialog /> : null
}

function StepUpDialog() {
  const { t } = useTranslation()
  const form = useId()
  const [password, setPassword] = useState('')
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)

  async function submit(event: FormEvent) {
    event.preventDefault()
    setBusy(true)
    setError(undefined)
    try {
      await enterPassword(password)
    } catch (reason) {
      setError(reason)
      setBusy(false)
    }
  }

  return (
    <Dialog
      open
      onClose={() => answer()}
      title={t('auth.stepUp')}
      description={t('auth.stepUpText')}
      footer={
        <>
          <Button onClick={() => answer()}>{t('app.cancel')}</Button>
          <Button type="submit" form={form} kind="primary" busy={busy} disabled={password === ''}>
            {t('auth.continue')}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="grid gap-4">
        <PasswordInput
          label={t('auth.password')}
          name="password"
          autoComplete="current-password"
          autoFocus
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          error={fieldError(error, 'password')}
        />
        <Failure error={error} />
      </form>
    </Dialog>
  )
}
