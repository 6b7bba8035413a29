import clsx from 'clsx'
import { RadioGroup } from 'radix-ui'
import type { ReactNode } from 'react'

interface ChoiceProps<T extends string> {
  label: string
  value: T
  options: readonly { value: T; text: ReactNode; title?: string }[]
  onChange: (value: T) => void
  className?: string
}

/** A row of which one is chosen; the arrow keys move through it. */
export function Choice<T extends string>({ label, value, options, onChange, className }: ChoiceProps<T>) {
  return (
    <RadioGroup.Root
      aria-label={label}
      orientation="horizontal"
      value={value}
      onValueChange={(next) => onChange(next as T)}
      className={clsx('flex rounded-lg border border-line bg-ground p-0.5', className)}
    >
      {options.map((option) => (
        <RadioGroup.Item
          key={option.value}
          value={option.value}
          title={option.title}
          className="flex h-8 flex-1 items-center justify-center gap-2 rounded-md px-2.5 text-xs font-medium whitespace-nowrap text-muted transition-colors hover:text-strong data-[state=checked]:bg-raised data-[state=checked]:text-strong light:data-[state=checked]:bg-panel light:data-[state=checked]:shadow-sm"
        >
          {option.text}
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  )
}
