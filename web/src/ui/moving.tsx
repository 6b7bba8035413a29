import clsx from 'clsx'
import { useRef } from 'react'

/** A figure that moves: it flashes in the direction it went, and keeps its width. */
export function Moving({ value, text, className }: { value: number; text: string; className?: string }) {
  const before = useRef({ value, direction: 0, beat: 0 })
  if (value !== before.current.value && !Number.isNaN(value)) {
    before.current = { value, direction: Math.sign(value - before.current.value), beat: before.current.beat + 1 }
  }
  const { direction, beat } = before.current
  return (
    <span
      // A new key starts the animation over, also when the direction is the same.
      key={beat}
      className={clsx('figures', className, direction > 0 && 'animate-flash-up', direction < 0 && 'animate-flash-down')}
    >
      {text}
    </span>
  )
}
