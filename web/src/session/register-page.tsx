import { Link, useNavigate, useRouter } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { register } from '@/api/session'
import { tell } from '@/ui/toast'
import { type AccountRequest, AccountForm } from './account-form'
import { Gate } from './gate'
import { signIn } from './store'

export function RegisterPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const router = useRouter()

  async function submit(request: AccountRequest) {
    await register(request)
    try {
      await signIn(request.email, request.password)
    } catch {
      // A server that first confirms the address by mail refuses this; the sign-in page goes on from here.
      tell(t('auth.registered'))
      await navigate({ to: '/login', replace: true })
      return
    }
    await router.invalidate()
    await navigate({ to: '/', replace: true })
  }

  return (
    <Gate title={t('auth.registerTitle')}>
      <AccountForm askName action={t('auth.register')} onSubmit={submit} />
      <p className="text-sm text-muted">
        {t('auth.haveAccount')}{' '}
        <Link to="/login" className="font-medium text-brand-text underline-offset-4 hover:underline">
          {t('auth.signIn')}
        </Link>
      </p>
    </Gate>
  )
}
