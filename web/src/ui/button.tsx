import clsx from 'clsx'
import { LoaderCircle } from 'lucide-react'
import type { ComponentProps } from 'react'

const kinds = {
  primary: 'bg-brand text-white hover:bg-brand-hover disabled:hover:bg-brand',
  plain: 'border border-line bg-raised text-strong hover:border-muted/60',
  quiet: 'text-muted hover:bg-raised hover:text-strong',
  danger: 'bg-down-solid text-white hover:brightness-110',
}

const sizes = { small: 'h-8 px-3 text-xs', normal: 'h-10 px-4 text-sm', icon: 'size-10 justify-center' }

interface ButtonProps extends ComponentProps<'button'> {
  kind?: keyof typeof kinds
  size?: keyof typeof sizes
  /** Keeps its width, shows that it works, and takes no second press. */
  busy?: boolean
}

export function Button({ kind = 'plain', size = 'normal', busy = false, className, children, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={clsx(
        'relative inline-flex shrink-0 items-center justify-center gap-2 rounded-lg font-medium whitespace-nowrap transition-colors select-none disabled:cursor-not-allowed disabled:opacity-55',
        kinds[kind],
        sizes[size],
        className,
      )}
    >
      {busy && <LoaderCircle aria-hidden className="absolute size-4 animate-spin" />}
      <span className={clsx('inline-flex items-center gap-2', busy && 'opacity-0')}>{children}</span>
    </button>
  )
}
