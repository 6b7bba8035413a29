import { Outlet } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { KillBanners } from '@/kill/kill-banner'
import { KillDialog } from '@/kill/kill-dialog'
import { useLive } from '@/live/store'
import { Announcer } from '@/notices/announcer'
import { StepUp } from '@/session/step-up'
import { Notice } from '@/ui/notice'
import { Header } from './header'
import { Pages } from './pages'

/** The frame of every page of a signed-in user. */
export function Shell() {
  const { t } = useTranslation()
  return (
    <div className="flex min-h-dvh flex-col pb-15 md:pb-0">
      <a href="#content" className="sr-only z-50 rounded-lg bg-brand px-4 py-2 text-white focus:not-sr-only focus:absolute focus:top-2 focus:left-2">
        {t('app.skip')}
      </a>
      <Header />
      <LinkBanner />
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

/** Tells of a lost link, but not of the blink of an eye. */
function LinkBanner() {
  const { t } = useTranslation()
  const away = useLive((live) => live.link !== 'online')
  const [shown, setShown] = useState(false)
  useEffect(() => {
    if (!away) {
      setShown(false)
      return
    }
    const timer = setTimeout(() => setShown(true), 1_500)
    return () => clearTimeout(timer)
  }, [away])
  if (!shown) return null
  return (
    <div className="sticky top-14 z-20 px-3 pt-3 sm:px-4">
      <div className="mx-auto max-w-[110rem] rounded-lg bg-panel">
        <Notice kind="warn">{t('link.offline')}</Notice>
      </div>
    </div>
  )
}
