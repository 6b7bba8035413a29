import { Check } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { EnvironmentBadge } from '@/account/simulated-badge'
import type { Environment } from '@/api/account'
import { Dialog } from '@/ui/dialog'
import { Notice } from '@/ui/notice'
import { tell } from '@/ui/toast'
import { KeyForm } from './key-form'
import { KeySteps } from './key-help'
import { PaperOffer } from './paper-offer'

/** The way to an account of one environment: what it is, how to make the right key, and what is checked. */
export function ConnectDialog({ environment, open, onClose }: { environment: Environment; open: boolean; onClose: () => void }) {
  const { t } = useTranslation()
  function connected() {
    tell(t('settings.saved'))
    onClose()
  }
  return (
    <Dialog wide={environment !== 'paper'} open={open} onClose={onClose} title={t('connect.title', { environment: t(`environment.${environment}`) })}>
      <div className="grid gap-4 text-sm">
        <div className="flex flex-wrap items-center gap-3">
          <EnvironmentBadge environment={environment} />
          <p className="min-w-0 flex-1 basis-56">{t(`environmentAbout.${environment}`)}</p>
        </div>
        {environment === 'live' && <Notice kind="warn">{t('connect.realMoney')}</Notice>}
        {environment === 'paper' ? <PaperOffer onConnected={connected} /> : <OwnKey environment={environment} onConnected={connected} />}
      </div>
    </Dialog>
  )
}

function OwnKey({ environment, onConnected }: { environment: 'testnet' | 'live'; onConnected: () => void }) {
  const { t } = useTranslation()
  const checks = [t('connect.checks.works'), t('connect.checks.trades'), t('connect.checks.withdraws'), t('connect.checks.own')]
  return (
    <div className="grid gap-6 sm:grid-cols-2">
      <div className="grid content-start gap-4">
        <section>
          <h3 className="mb-1.5 text-sm">{t('settings.howTo')}</h3>
          <KeySteps environment={environment} />
        </section>
        <section>
          <h3 className="mb-1.5 text-sm">{t('connect.checked')}</h3>
          <ul className="grid gap-1.5 text-xs">
            {checks.map((check) => (
              <li key={check} className="flex gap-2">
                <Check aria-hidden className="mt-0.5 size-3.5 shrink-0 text-up" />
                {check}
              </li>
            ))}
          </ul>
        </section>
      </div>
      <KeyForm environment={environment} replacing={false} onConnected={onConnected} />
    </div>
  )
}
