import { Link, useNavigate, useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { setUpOwner } from '@/api/session'
import { Notice } from '@/ui/notice'
import { type AccountRequest, AccountForm } from './account-form'
import { Gate } from './gate'
import { signIn } from './store'

/** Where the one-time link that the server prints leads: the first account, which manages the server. */
export function SetupPage() {
  const { t } = useTranslation()
  // Read as it stands in the address: the router would take a token of digits for a number.
  const [token] = useState(() => new URLSearchParams(location.search).get('token') ?? '')
  const navigate = useNavigate()
  const router = useRouter()

  async function submit({ email, password, disclaimerAccepted }: AccountRequest) {
    await setUpOwner({ token, email, password, disclaimerAccepted })
    await signIn(email, password)
    await router.invalidate()
    await navigate({ to: '/', replace: true })
  }

  return (
    <Gate title={t('auth.ownerTitle')}>
      {token === '' ? (
        <Notice kind="bad">{t('auth.ownerNoToken')}</Notice>
      ) : (
        <>
          <p className="text-sm text-text">{t('auth.ownerText')}</p>
          <AccountForm askName={false} action={t('auth.createOwner')} onSubmit={submit} />
        </>
      )}
      <p className="text-sm text-muted">
        {t('auth.haveAccount')}{' '}
        <Link to="/login" className="font-medium text-brand-text underline-offset-4 hover:underline">
          {t('auth.signIn')}
        </Link>
      </p>
    </Gate>
  )
}
