import { useNavigate } from '@tanstack/react-router'
import { LogOut, OctagonX, Settings, UserRound } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useConnectionState } from '@/account/connection-state'
import { EnvironmentBadge } from '@/account/simulated-badge'
import { useBalances } from '@/account/use-account'
import { type Environment, environments } from '@/api/account'
import { useFormat } from '@/format/use-format'
import { KillButton } from '@/kill/kill-button'
import { askKill } from '@/kill/kill-dialog'
import { NoticeBell } from '@/notices/bell'
import { signOut, useSession } from '@/session/store'
import { Dot } from '@/ui/badge'
import { Choice } from '@/ui/choice'
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuSeparator } from '@/ui/menu'
import { tellError } from '@/ui/toast'
import { Logo } from './logo'
import { Pages } from './pages'
import { languages, PreferenceMenus, useThemes } from './preference-menus'
import { prefer, usePreferences } from './preferences'

const everything = {}

export function Header() {
  const { t } = useTranslation()
  const environment = usePreferences((preferences) => preferences.environment)
  return (
    <header className="sticky top-0 z-30 border-b border-line bg-panel/95 backdrop-blur">
      <div className="mx-auto flex h-14 max-w-[110rem] items-center gap-3 px-3 sm:px-4">
        <Logo short />
        <nav aria-label={t('nav.label')} className="ml-3 hidden gap-1 md:flex">
          <Pages className="flex h-9 items-center gap-2 rounded-lg px-3 text-sm font-medium" />
        </nav>
        <div className="ml-auto flex min-w-0 items-center gap-1 sm:gap-3">
          <div className="max-xl:hidden">
            <EnvironmentBadge environment={environment} />
          </div>
          <Equity environment={environment} className="max-xl:hidden" />
          <EnvironmentChoice />
          <KillButton short scope={everything} className="max-md:hidden" />
          <div className="flex items-center">
            <NoticeBell />
            <div className="max-sm:hidden">
              <PreferenceMenus />
            </div>
            <AccountMenu />
          </div>
        </div>
      </div>
      <div className="flex items-center justify-between gap-3 border-t border-line px-3 py-1.5 sm:px-4 xl:hidden">
        <EnvironmentBadge environment={environment} />
        <Equity environment={environment} className="text-right" />
      </div>
    </header>
  )
}

function EnvironmentChoice() {
  const { t } = useTranslation()
  const environment = usePreferences((preferences) => preferences.environment)
  return (
    <Choice
      label={t('header.environment')}
      value={environment}
      onChange={(next) => prefer({ environment: next })}
      options={environments.map((value) => ({ value, text: <EnvironmentOption environment={value} />, title: t(`environmentAbout.${value}`) }))}
    />
  )
}

function EnvironmentOption({ environment }: { environment: Environment }) {
  const { t } = useTranslation()
  const { tone, text } = useConnectionState(environment)
  return (
    <>
      <Dot tone={tone} />
      <span className="max-xs:text-[0.6875rem]">{t(`environment.${environment}`)}</span>
      <span className="sr-only">, {text}</span>
    </>
  )
}

/** What the account is worth, in the currency with the most digits to move: USDC first. */
function Equity({ environment, className }: { environment: Environment; className: string }) {
  const { t } = useTranslation()
  const show = useFormat()
  const balances = useBalances(environment)
  const shown = balances.filter(({ equity }) => Number(equity) !== 0)
  const list = (shown.length > 0 ? shown : balances).toSorted((a, b) => Number(b.currency === 'USDC') - Number(a.currency === 'USDC'))
  return (
    <p className={`figures min-h-5 text-xs ${className}`} data-testid="equity">
      <span className="text-muted">{t('header.equity')} </span>
      <span className="font-medium text-strong">
        {list[0] === undefined ? '–' : show.money(list[0].equity, list[0].currency)}
        {list[1] !== undefined && <span className="max-sm:hidden"> · {show.money(list[1].equity, list[1].currency)}</span>}
      </span>
    </p>
  )
}

function AccountMenu() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const email = useSession((session) => session.user?.email ?? '')
  const { language, theme } = usePreferences()
  const themes = useThemes()
  return (
    <Menu
      trigger={
        <button type="button" aria-label={t('header.account')} title={email} className="grid size-9 place-items-center rounded-lg text-muted hover:bg-raised hover:text-strong data-[state=open]:bg-raised">
          <UserRound aria-hidden className="size-4.5" />
        </button>
      }
    >
      <MenuLabel>
        <span className="block max-w-64 truncate">{email}</span>
      </MenuLabel>
      <MenuSeparator />
      {/* On a phone the bar has no room for these two. */}
      <div className="sm:hidden">
        <MenuChoice label={t('header.language')} value={language} options={languages} onChange={(next) => prefer({ language: next })} />
        <MenuChoice label={t('header.theme')} value={theme} options={themes} onChange={(next) => prefer({ theme: next })} />
        <MenuSeparator />
      </div>
      <MenuItem icon={<Settings aria-hidden />} onSelect={() => void navigate({ to: '/settings' })}>
        {t('nav.settings')}
      </MenuItem>
      <MenuItem icon={<LogOut aria-hidden />} onSelect={() => void signOut().catch(tellError)}>
        {t('header.signOut')}
      </MenuItem>
      {/* Nor for the red button. */}
      <div className="md:hidden">
        <MenuSeparator />
        <MenuItem danger icon={<OctagonX aria-hidden />} onSelect={() => askKill(everything)}>
          {t('kill.label')}
        </MenuItem>
      </div>
    </Menu>
  )
}
