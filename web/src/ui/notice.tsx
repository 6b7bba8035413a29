import clsx from 'clsx'
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError } from '@/api/error'
import { Button } from './button'

const looks = {
  info: { icon: Info, style: 'bg-brand-soft text-text [&>svg]:text-brand-text' },
  good: { icon: CircleCheck, style: 'bg-up-soft text-text [&>svg]:text-up' },
  warn: { icon: TriangleAlert, style: 'bg-warn-soft text-text [&>svg]:text-warn' },
  bad: { icon: CircleAlert, style: 'bg-down-soft text-strong [&>svg]:text-down' },
}

export function Notice({ kind = 'info', children, className }: { kind?: keyof typeof looks; children: ReactNode; className?: string }) {
  const { icon: Icon, style } = looks[kind]
  return (
    <div role={kind === 'bad' ? 'alert' : 'status'} className={clsx('flex items-start gap-2.5 rounded-lg px-3 py-2.5 text-sm', style, className)}>
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  )
}

/** What went wrong, in the server's own sentence. */
export function Failure({ error, retry, className }: { error: unknown; retry?: () => void; className?: string }) {
  const { t } = useTranslation()
  if (error === null || error === undefined) return null
  return (
    <Notice kind="bad" className={className}>
      <p>{sentence(error)}</p>
      {error instanceof ApiError && error.requestId !== '' && error.status >= 500 && (
        <p className="mt-0.5 text-xs text-muted">{t('app.reference', { id: error.requestId })}</p>
      )}
      {retry !== undefined && (
        <Button size="small" className="mt-2" onClick={retry}>
          {t('app.retry')}
        </Button>
      )}
    </Notice>
  )
}

export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** What one field of a refused request did wrong. `last` also finds nested names such as config.minScore. */
export function fieldError(error: unknown, field: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined
  return error.fields.find((one) => one.field === field || one.field.endsWith(`.${field}`))?.error
}

/** Nothing here yet, and what to do about it. */
export function Empty({ icon, title, children }: { icon?: ReactNode; title: string; children?: ReactNode }) {
  return (
    <div className="grid justify-items-center gap-1 px-4 py-8 text-center">
      {icon !== undefined && <div className="mb-1 text-muted [&>svg]:size-7 [&>svg]:stroke-[1.5]">{icon}</div>}
      <p className="font-medium text-strong">{title}</p>
      {children !== undefined && <div className="max-w-sm text-sm text-muted">{children}</div>}
    </div>
  )
}

/** Holds the place of what is being loaded. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={clsx('animate-pulse rounded-md bg-raised', className)} />
}
