import { Link } from '@tanstack/react-router'
import clsx from 'clsx'
import { Bell, BellRing, CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react'
import { Popover } from 'radix-ui'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/format/use-format'
import { prefer, usePreferences } from '@/shell/preferences'
import { Button } from '@/ui/button'
import { Empty, Failure, Skeleton } from '@/ui/notice'
import { canNotify } from './announcer'
import { type Happening, toneOf } from './happening'
import { useNotices } from './store'
import { useSentence } from './use-sentence'

/** The bell in the bar: how much is new, and the list of what happened. */
export function NoticeBell() {
  const { t } = useTranslation()
  const { list, stored, unread, readUntil, markRead } = useNotices()
  const [open, setOpen] = useState(false)
  // What was new when the list was opened stays marked until it is closed.
  const [marked, setMarked] = useState(readUntil)

  function toggle(next: boolean) {
    if (next) setMarked(readUntil)
    setOpen(next)
  }
  // What arrives while it is open is read as it comes.
  useEffect(() => {
    if (open && unread > 0) markRead()
  })

  return (
    <Popover.Root open={open} onOpenChange={toggle}>
      <Popover.Trigger asChild>
        <button
          type="button"
          aria-label={unread === 0 ? t('notices.title') : t('notices.unread', { count: unread })}
          title={t('notices.title')}
          className="relative grid size-9 shrink-0 place-items-center rounded-lg text-muted hover:bg-raised hover:text-strong data-[state=open]:bg-raised"
          data-testid="bell"
        >
          <Bell aria-hidden className="size-4.5" />
          {unread > 0 && (
            <span aria-hidden className="figures absolute top-0.5 right-0.5 grid h-4 min-w-4 place-items-center rounded-full bg-brand px-1 text-[0.625rem] leading-none font-semibold text-white" data-testid="unread">
              {unread > 99 ? '99+' : unread}
            </span>
          )}
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={6}
          collisionPadding={8}
          aria-label={t('notices.title')}
          className="z-50 flex max-h-[min(36rem,var(--radix-popover-content-available-height))] w-[min(26rem,calc(100vw-1rem))] flex-col rounded-xl border border-line bg-panel shadow-2xl outline-none"
          data-testid="notices"
        >
          <h2 className="border-b border-line px-4 py-3 text-sm">{t('notices.title')}</h2>
          <div tabIndex={0} role="region" aria-label={t('notices.list')} className="min-h-0 flex-1 overflow-y-auto">
            {list.length > 0 ? (
              <ul className="divide-y divide-line">
                {list.map((one) => (
                  <NoticeLine key={one.id} one={one} fresh={one.time > marked} onFollow={() => setOpen(false)} />
                ))}
              </ul>
            ) : stored.isPending ? (
              <div className="grid gap-2 p-4">
                <Skeleton className="h-12" />
                <Skeleton className="h-12" />
              </div>
            ) : stored.error ? (
              <Failure error={stored.error} retry={() => void stored.refetch()} className="m-4" />
            ) : (
              <Empty icon={<Bell />} title={t('notices.none')}>
                {t('notices.noneText')}
              </Empty>
            )}
          </div>
          <Desktop />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

const icons = { good: CircleCheck, bad: CircleAlert, warn: TriangleAlert, info: Info }
const colors = { good: 'text-up', bad: 'text-down', warn: 'text-warn', info: 'text-brand-text' }

function NoticeLine({ one, fresh, onFollow }: { one: Happening; fresh: boolean; onFollow: () => void }) {
  const { t } = useTranslation()
  const show = useFormat()
  const { title, text } = useSentence()(one)
  const tone = toneOf(one)
  const Icon = icons[tone]
  const where = one.tradeId !== '' ? { to: '/trades' as const, search: { trade: one.tradeId } } : one.strategyId !== '' ? { to: '/' as const } : { to: '/settings' as const }
  return (
    <li className={clsx('relative flex gap-3 px-4 py-3 hover:bg-raised/60', fresh && 'bg-brand-soft')} data-testid="notice" data-kind={one.kind}>
      <Icon aria-hidden className={clsx('mt-0.5 size-4 shrink-0', colors[tone])} />
      <div className="min-w-0 flex-1">
        <Link {...where} onClick={onFollow} className="font-medium text-strong after:absolute after:inset-0">
          {title}
        </Link>
        {text !== '' && <p className="figures mt-0.5 text-xs text-text">{text}</p>}
        <p className="figures mt-0.5 text-[0.6875rem] text-muted">
          {fresh && <span className="sr-only">{t('notices.new')} </span>}
          {show.dateTime(one.time)}
        </p>
      </div>
    </li>
  )
}

/** Asks for the browser's leave only when the user wants to be told outside the page. */
function Desktop() {
  const { t } = useTranslation()
  const desktop = usePreferences((preferences) => preferences.desktop)
  const [permission, setPermission] = useState(() => (canNotify() ? Notification.permission : 'denied'))
  if (!canNotify()) return null
  const on = desktop && permission === 'granted'

  async function turn() {
    if (on) return prefer({ desktop: false })
    const answer = await Notification.requestPermission()
    setPermission(answer)
    prefer({ desktop: answer === 'granted' })
  }

  return (
    <div className="flex items-center justify-between gap-3 border-t border-line px-4 py-2.5">
      <p className="text-xs text-muted">{t(permission === 'denied' ? 'notices.desktopDenied' : on ? 'notices.desktopOn' : 'notices.desktop')}</p>
      {permission !== 'denied' && (
        <Button size="small" onClick={() => void turn()}>
          <BellRing aria-hidden className="size-3.5" />
          {t(on ? 'notices.turnOff' : 'notices.turnOn')}
        </Button>
      )}
    </div>
  )
}
