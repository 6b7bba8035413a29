import { useTranslation } from 'react-i18next'
import { environments } from '@/api/account'
import { LimitsCard } from '@/limits/limits-card'
import { prefer, usePreferences } from '@/shell/preferences'
import { languages, useThemes } from '@/shell/preference-menus'
import { Card } from '@/ui/card'
import { Choice } from '@/ui/choice'
import { ConnectionsCard } from './connections-card'
import { KeyCard } from './key-card'
import { SessionsCard } from './sessions-card'

export function SettingsPage() {
  const { t } = useTranslation()
  const { theme, language } = usePreferences()
  const themes = useThemes()
  return (
    <div className="mx-auto grid max-w-5xl gap-6">
      <h1 className="text-xl">{t('settings.title')}</h1>
      <section aria-labelledby="keys" className="grid gap-3">
        <div>
          <h2 id="keys" className="text-base">
            {t('settings.keys')}
          </h2>
          <p className="text-sm text-muted">{t('settings.keysText')}</p>
        </div>
        <div className="grid items-start gap-3 lg:grid-cols-3">
          {environments.map((environment) => (
            <KeyCard key={environment} environment={environment} />
          ))}
        </div>
      </section>
      <ConnectionsCard />
      <LimitsCard />
      <SessionsCard />
      <Card title={t('settings.appearance')}>
        <div className="flex flex-wrap gap-x-8 gap-y-4">
          <div className="grid gap-1.5">
            <span className="text-xs text-muted">{t('header.theme')}</span>
            <Choice label={t('header.theme')} value={theme} options={themes.map(([value, text]) => ({ value, text }))} onChange={(next) => prefer({ theme: next })} />
          </div>
          <div className="grid gap-1.5">
            <span className="text-xs text-muted">{t('header.language')}</span>
            <Choice label={t('header.language')} value={language} options={languages.map(([value, text]) => ({ value, text }))} onChange={(next) => prefer({ language: next })} />
          </div>
        </div>
      </Card>
    </div>
  )
}
