import clsx from 'clsx'
import { ChevronDown, Eye, EyeOff } from 'lucide-react'
import { type ComponentProps, type ReactNode, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'

interface About {
  label: string
  hint?: ReactNode
  error?: string
  /** The label is read out, not shown. */
  bare?: boolean
}

const box =
  'w-full rounded-lg border bg-ground px-3 text-strong placeholder:text-muted/70 transition-colors hover:border-muted/60 disabled:opacity-60'

function Frame({ id, about, children }: { id: string; about: About; children: ReactNode }) {
  const { label, hint, error, bare } = about
  return (
    <div className="grid content-start gap-1.5">
      <label htmlFor={id} className={bare ? 'sr-only' : 'text-xs font-medium text-text'}>
        {label}
      </label>
      {children}
      {error !== undefined ? (
        <p id={`${id}-about`} className="text-xs text-down">
          {error}
        </p>
      ) : (
        hint !== undefined && (
          <p id={`${id}-about`} className="text-xs text-muted">
            {hint}
          </p>
        )
      )}
    </div>
  )
}

const described = (id: string, { hint, error }: About) => (hint !== undefined || error !== undefined ? `${id}-about` : undefined)

export function Input({ label, hint, error, bare, className, unit, ...rest }: ComponentProps<'input'> & About & { unit?: string }) {
  const id = useId()
  const about = { label, hint, error, bare }
  return (
    <Frame id={id} about={about}>
      <div className="relative">
        <input
          id={id}
          {...rest}
          aria-invalid={error !== undefined || undefined}
          aria-describedby={described(id, about)}
          className={clsx(box, 'h-10', error === undefined ? 'border-line' : 'border-down', unit && 'pr-16', className)}
        />
        {unit !== undefined && unit !== '' && (
          <span className="pointer-events-none absolute inset-y-0 right-3 flex items-center text-xs text-muted">{unit}</span>
        )}
      </div>
    </Frame>
  )
}

export function PasswordInput({ label, hint, error, bare, className, ...rest }: ComponentProps<'input'> & About) {
  const id = useId()
  const { t } = useTranslation()
  const [shown, setShown] = useState(false)
  const about = { label, hint, error, bare }
  return (
    <Frame id={id} about={about}>
      <div className="relative">
        <input
          id={id}
          {...rest}
          type={shown ? 'text' : 'password'}
          aria-invalid={error !== undefined || undefined}
          aria-describedby={described(id, about)}
          className={clsx(box, 'h-10 pr-11', error === undefined ? 'border-line' : 'border-down', className)}
        />
        <button
          type="button"
          aria-label={t(shown ? 'auth.hidePassword' : 'auth.showPassword')}
          onClick={() => setShown(!shown)}
          className="absolute inset-y-0 right-0 grid w-10 place-items-center text-muted hover:text-strong"
        >
          {shown ? <EyeOff aria-hidden className="size-4" /> : <Eye aria-hidden className="size-4" />}
        </button>
      </div>
    </Frame>
  )
}

export function Select({ label, hint, error, bare, className, children, ...rest }: ComponentProps<'select'> & About) {
  const id = useId()
  const about = { label, hint, error, bare }
  return (
    <Frame id={id} about={about}>
      <div className="relative">
        <select
          id={id}
          {...rest}
          aria-invalid={error !== undefined || undefined}
          aria-describedby={described(id, about)}
          className={clsx(box, 'h-10 appearance-none truncate pr-9', error === undefined ? 'border-line' : 'border-down', className)}
        >
          {children}
        </select>
        <ChevronDown aria-hidden className="pointer-events-none absolute top-3 right-3 size-4 text-muted" />
      </div>
    </Frame>
  )
}

export function Checkbox({ label, hint, error, className, ...rest }: Omit<ComponentProps<'input'>, 'type'> & { label: ReactNode; hint?: ReactNode; error?: string }) {
  const id = useId()
  return (
    <div className={className}>
      <div className="flex items-start gap-2.5">
        <input
          id={id}
          type="checkbox"
          {...rest}
          aria-invalid={error !== undefined || undefined}
          aria-describedby={error !== undefined || hint !== undefined ? `${id}-about` : undefined}
          className="mt-0.5 size-4 shrink-0 accent-brand"
        />
        <label htmlFor={id} className="text-sm leading-snug text-text">
          {label}
        </label>
      </div>
      {(error ?? hint) !== undefined && (
        <p id={`${id}-about`} className={clsx('mt-1 pl-6.5 text-xs', error !== undefined ? 'text-down' : 'text-muted')}>
          {error ?? hint}
        </p>
      )}
    </div>
  )
}
