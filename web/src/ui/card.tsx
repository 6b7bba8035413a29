import clsx from 'clsx'
import { type ComponentProps, type ReactNode, useId } from 'react'

interface CardProps extends Omit<ComponentProps<'section'>, 'title'> {
  title?: ReactNode
  /** What stands at the right of the title. */
  aside?: ReactNode
  /** Tables reach to the card's edge. */
  flush?: boolean
}

/** A panel with a heading; a landmark of its own for those who listen to the page. */
export function Card({ title, aside, flush = false, className, children, ...rest }: CardProps) {
  const id = useId()
  return (
    <section
      aria-labelledby={title === undefined ? undefined : id}
      {...rest}
      className={clsx('min-w-0 rounded-xl border border-line bg-panel', className)}
    >
      {title !== undefined && (
        <header className="flex min-h-12 flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 py-2">
          <h2 id={id} className="text-sm">
            {title}
          </h2>
          {aside}
        </header>
      )}
      <div className={clsx(!flush && 'px-4 pb-4', title === undefined && !flush && 'pt-4')}>{children}</div>
    </section>
  )
}

/** One figure with its name. */
export function Figure({ label, children, className, tone }: { label: string; children: ReactNode; className?: string; tone?: number }) {
  return (
    <div className={clsx('min-w-0', className)}>
      <dt className="truncate text-xs text-muted">{label}</dt>
      <dd
        className={clsx(
          'figures truncate font-medium',
          tone === undefined || tone === 0 ? 'text-strong' : tone > 0 ? 'text-up' : 'text-down',
        )}
      >
        {children}
      </dd>
    </div>
  )
}
