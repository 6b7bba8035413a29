import { Outlet } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { KillBanners } from '@/kill/kill-banner'
import { KillDialog } from '@/kill/kill-dialog'
import { Announcer } from '@/notices/announcer'
import { StepUp } from '@/session/step-up'
import { Header } from './header'
import { LinkBanner, useAway } from './link-banner'
import { Pages } from './pages'

/** The frame of every page of a signed-in user. */
export function Shell() {
  const { t } = useTranslation()
  const away = useAway()
  return (
    <div data-stale={away || undefined} className="flex min-h-dvh flex-col pb-15 md:pb-0">
      <a href="#content" className="sr-only z-50 rounded-lg bg-brand px-4 py-2 text-white focus:not-sr-only focus:absolute focus:top-2 focus:left-2">
        {t('app.skip')}
      </a>
      <Header />
      {away && <LinkBanner />}
      <KillBanners />
      <main id="content" tabIndex={-1} className="mx-auto w-full max-w-[110rem] min-w-0 flex-1 p-3 outline-none sm:p-4">
        <Outlet />
      </main>
      <nav aria-label={t('nav.label')} className="fixed inset-x-0 bottom-0 z-30 flex border-t border-line bg-panel pb-[env(safe-area-inset-bottom)] md:hidden">
        <Pages className="flex flex-1 flex-col items-center gap-1 py-2 text-[0.6875rem]" />
      </nav>
      <KillDialog />
      <StepUp />
      <Announcer />
    </div>
  )
}
