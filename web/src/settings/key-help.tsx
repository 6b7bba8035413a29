import { useTranslation } from 'react-i18next'

export function KeyHelp({ environment }: { environment: 'testnet' | 'live' }) {
  const { t } = useTranslation()
  return (
    <details className="mt-4">
      <summary className="mb-2 text-xs font-medium text-brand-text">{t('settings.howTo')}</summary>
      <KeySteps environment={environment} />
    </details>
  )
}

/** How to make a key at the exchange that is good for this server. */
export function KeySteps({ environment }: { environment: 'testnet' | 'live' }) {
  const { t } = useTranslation()
  const steps = [
    t(environment === 'live' ? 'settings.steps.live1' : 'settings.steps.testnet1'),
    t('settings.steps.scopes'),
    t('settings.steps.address'),
    t('settings.steps.copy'),
  ]
  return (
    <ol className="grid list-decimal gap-1.5 pl-4 text-xs text-text marker:text-muted">
      {steps.map((step) => (
        <li key={step}>{step}</li>
      ))}
    </ol>
  )
}
