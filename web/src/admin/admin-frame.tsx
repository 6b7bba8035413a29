import { Link } from '@tanstack/react-router'
import { Activity, Users } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import '@/i18n/operator'

/** What all pages of administrators have in common: a heading and the way to the others. */
export function AdminFrame({ title, aside, wide = false, children }: { title: string; aside?: ReactNode; wide?: boolean; children: ReactNode }) {
  const { t } = useTranslation('operator')
  const pages = [
    ['/admin', Users, t('nav.server')],
    ['/admin/actors', Activity, t('nav.actors')],
  ] as const
  return (
    <div className={`mx-auto grid gap-4 sm:gap-6 ${wide ? 'max-w-7xl' : 'max-w-5xl'}`}>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h1 className="min-w-0 truncate text-xl">{title}</h1>
        {aside}
      </div>
      <nav aria-label={t('nav.label')} className="flex gap-1 border-b border-line">
        {pages.map(([to, Icon, text]) => (
          <Link
            key={to}
            to={to}
            activeOptions={{ exact: true }}
            className="-mb-px flex items-center gap-2 border-b-2 px-3 py-2 text-sm font-medium transition-colors"
            activeProps={{ className: 'border-brand text-strong' }}
            inactiveProps={{ className: 'border-transparent text-muted hover:text-strong' }}
          >
            <Icon aria-hidden className="size-4" />
            {text}
          </Link>
        ))}
      </nav>
      {children}
    </div>
  )
}
