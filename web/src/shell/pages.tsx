import { Link } from '@tanstack/react-router'
import { CandlestickChart, History, Settings, Users } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useSession } from '@/session/store'

/** The links to all pages, as a bar lays them out. */
export function Pages({ className }: { className: string }) {
  const { t } = useTranslation()
  const admin = useSession((session) => session.user?.isAdmin === true)
  const pages = [
    ['/', CandlestickChart, t('nav.trading')],
    ['/trades', History, t('nav.trades')],
    ['/settings', Settings, t('nav.settings')],
    ...(admin ? ([['/admin', Users, t('nav.admin')]] as const) : []),
  ] as const
  return pages.map(([to, Icon, text]) => (
    <Link
      key={to}
      to={to}
      activeOptions={{ exact: to === '/' }}
      className={className}
      activeProps={{ className: 'text-strong [&>svg]:text-brand-text' }}
      inactiveProps={{ className: 'text-muted hover:text-strong' }}
    >
      <Icon aria-hidden className="size-4.5 shrink-0" />
      {text}
    </Link>
  ))
}
