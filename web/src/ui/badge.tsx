import clsx from 'clsx'
import type { ReactNode } from 'react'

export type Tone = 'neutral' | 'good' | 'bad' | 'warn' | 'brand' | 'simulated'

const tones: Record<Tone, string> = {
  neutral: 'border-line bg-raised text-text',
  good: 'border-transparent bg-up-soft text-up',
  bad: 'border-transparent bg-down-soft text-down',
  warn: 'border-transparent bg-warn-soft text-warn',
  brand: 'border-transparent bg-brand-soft text-brand-text',
  simulated: 'simulated',
}

export function Badge({ tone = 'neutral', children, className, title }: { tone?: Tone; children: ReactNode; className?: string; title?: string }) {
  return (
    <span
      title={title}
      className={clsx(
        'inline-flex h-6 shrink-0 items-center gap-1.5 rounded-md border px-2 text-xs font-medium whitespace-nowrap',
        tones[tone],
        className,
      )}
    >
      {children}
    </span>
  )
}

const dots: Record<Tone, string> = {
  neutral: 'bg-muted',
  good: 'bg-up',
  bad: 'bg-down',
  warn: 'bg-warn animate-pulse',
  brand: 'bg-brand',
  simulated: 'bg-warn',
}

/** Colour never speaks alone: a text always stands beside it. */
export function Dot({ tone }: { tone: Tone }) {
  return <span aria-hidden className={clsx('size-2 shrink-0 rounded-full', dots[tone])} />
}
