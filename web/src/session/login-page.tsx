import { Link, useRouter, useSearch } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError } from '@/api/error'
import { Button } from '@/ui/button'
import { Input, PasswordInput } from '@/ui/field'
import { Failure, fieldError, Notice } from '@/ui/notice'
import { Gate } from './gate'
import { signIn, useSession } from './store'

export function LoginPage() {
  const { t } = useTranslation()
  const { next } = useSearch({ from: '/login' })
  const router = useRouter()
  const ended = useSession((session) => session.ended)
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [error, setError] = useState<unknown>()
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const needsCode = error instanceof ApiError && error.code.startsWith('totp')
  const [asked, setAsked] = useState(false)

  async function submit(event: FormEvent) {
    event.preventDefault()
    setTried(true)
    if (!email.includes('@') || password === '') return
    setBusy(true)
    setError(undefined)
    try {
      await signIn(email, password, code === '' ? undefined : code)
      await router.invalidate()
      router.history.replace(next ?? '/')
    } catch (reason) {
      setError(reason)
      if (reason instanceof ApiError && reason.code.startsWith('totp')) setAsked(true)
    } finally {
      setBusy(false)
    }
  }

  return (
    <Gate title={t('auth.signInTitle')}>
      {ended && error === undefined && <Notice kind="warn">{t('auth.ended')}</Notice>}
      <form noValidate onSubmit={submit} className="grid gap-4">
        <Input
          label={t('auth.email')}
          type="email"
          name="email"
          autoComplete="username"
          autoFocus
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          error={fieldError(error, 'email') ?? (tried && !email.includes('@') ? t('auth.errors.email') : undefined)}
        />
        <PasswordInput
          label={t('auth.password')}
          name="password"
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          error={fieldError(error, 'password') ?? (tried && password === '' ? t('auth.errors.passwordMissing') : undefined)}
        />
        {(asked || needsCode) && (
          <Input
            label={t('auth.totp')}
            name="totp"
            inputMode="numeric"
            autoComplete="one-time-code"
            value={code}
            onChange={(event) => setCode(event.target.value)}
            error={fieldError(error, 'totp')}
          />
        )}
        <Failure error={error} />
        <Button type="submit" kind="primary" busy={busy}>
          {t('auth.signIn')}
        </Button>
      </form>
      <p className="text-sm text-muted">
        {t('auth.noAccount')}{' '}
        <Link to="/register" className="font-medium text-brand-text underline-offset-4 hover:underline">
          {t('auth.register')}
        </Link>
      </p>
    </Gate>
  )
}
