import { Check } from 'lucide-react'
import { DropdownMenu as Primitive } from 'radix-ui'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

const item =
  'flex min-h-9 cursor-pointer items-center gap-2.5 rounded-md px-2.5 py-1.5 text-sm text-text outline-none select-none data-disabled:pointer-events-none data-disabled:opacity-50 data-highlighted:bg-raised data-highlighted:text-strong'

export function Menu({ trigger, children }: { trigger: ReactNode; children: ReactNode }) {
  const { t } = useTranslation()
  return (
    <Primitive.Root modal={false}>
      <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>
      <Primitive.Portal>
        {/* A landmark, because it lies beside those of the page. */}
        <section aria-label={t('app.menu')}>
          <Primitive.Content align="end" sideOffset={6} collisionPadding={8} className="z-50 max-w-[calc(100vw-1rem)] min-w-52 rounded-xl border border-line bg-panel p-1.5 shadow-2xl">
            {children}
          </Primitive.Content>
        </section>
      </Primitive.Portal>
    </Primitive.Root>
  )
}

export function MenuItem({ onSelect, icon, danger = false, children }: { onSelect: () => void; icon?: ReactNode; danger?: boolean; children: ReactNode }) {
  return (
    <Primitive.Item onSelect={onSelect} className={`${item} ${danger ? 'text-down data-highlighted:text-down' : ''} [&>svg]:size-4`}>
      {icon}
      {children}
    </Primitive.Item>
  )
}

/** One of several choices, with a tick at the one that holds. */
export function MenuChoice<T extends string>({ label, value, options, onChange }: { label: string; value: T; options: readonly (readonly [T, string])[]; onChange: (value: T) => void }) {
  return (
    <Primitive.RadioGroup value={value} onValueChange={(next) => onChange(next as T)}>
      <Primitive.Label className="px-2.5 pt-2 pb-1 text-xs text-muted">{label}</Primitive.Label>
      {options.map(([option, text]) => (
        <Primitive.RadioItem key={option} value={option} onSelect={(event) => event.preventDefault()} className={item}>
          <span className="flex-1">{text}</span>
          <Primitive.ItemIndicator>
            <Check aria-hidden className="size-4 text-brand-text" />
          </Primitive.ItemIndicator>
        </Primitive.RadioItem>
      ))}
    </Primitive.RadioGroup>
  )
}

export const MenuSeparator = () => <Primitive.Separator className="mx-2 my-1.5 h-px bg-line" />
export const MenuLabel = ({ children }: { children: ReactNode }) => (
  <Primitive.Label className="px-2.5 py-1.5 text-sm text-strong">{children}</Primitive.Label>
)
