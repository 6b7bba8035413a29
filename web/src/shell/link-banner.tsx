import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { hurry, useLive } from '@/live/store'
import { Button } from '@/ui/button'
import { Notice } from '@/ui/notice'
import { useNow } from '@/ui/use-now'

/** Whether the link is lost, for longer than the blink of an eye. */
export function useAway(): boolean {
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
  return shown
}

/** Lies over the page, so that nothing moves when it comes or goes. */
export function LinkBanner() {
  const { t } = useTranslation()
  const retryAt = useLive((live) => live.retryAt)
  const now = useNow()
  const seconds = retryAt === undefined ? 0 : Math.ceil((retryAt - now) / 1000)
  return (
    <div className="pointer-events-none sticky top-14 z-20 h-0 px-3 sm:px-4">
      <div className="pointer-events-auto mx-auto mt-2 max-w-3xl rounded-lg bg-panel shadow-2xl" data-testid="link-banner">
        <Notice kind="warn">
          <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
            <div className="min-w-0 flex-1 basis-64">
              <p>{t('link.offline')}</p>
              <p className="text-xs text-muted">{t('link.stale')}</p>
            </div>
            <div aria-live="off" className="flex items-center gap-3">
              <p className="text-xs tabular-nums">{seconds > 0 ? t('link.next', { seconds }) : t('link.trying')}</p>
              <Button size="small" onClick={hurry} disabled={seconds <= 0}>
                {t('link.now')}
              </Button>
            </div>
          </div>
        </Notice>
      </div>
    </div>
  )
}
