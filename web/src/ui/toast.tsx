import { X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { create } from 'zustand'
import { Notice, sentence } from './notice'

interface Toast {
  id: number
  kind: 'good' | 'bad' | 'info'
  text: string
}

const useToasts = create<{ toasts: Toast[] }>()(() => ({ toasts: [] }))
let last = 0

const drop = (id: number) => useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }))

function show(kind: Toast['kind'], text: string): void {
  last += 1
  const id = last
  useToasts.setState(({ toasts }) => ({ toasts: [...toasts.slice(-2), { id, kind, text }] }))
  setTimeout(() => drop(id), kind === 'bad' ? 10_000 : 5_000)
}

/** Says for a moment what has happened. */
export const tell = (text: string) => show('good', text)

/** Says what failed, for what has no place of its own on the page. */
export const tellError = (error: unknown) => show('bad', sentence(error))

/** Says what has happened by itself. */
export const announce = (kind: Toast['kind'], text: string) => show(kind, text)

export function Toasts() {
  const { t } = useTranslation()
  const toasts = useToasts((state) => state.toasts)
  return (
    <div aria-live="polite" className="pointer-events-none fixed inset-x-0 bottom-16 z-50 grid justify-items-center gap-2 px-4 sm:bottom-4 sm:justify-items-end">
      {toasts.map((toast) => (
        <div key={toast.id} className="pointer-events-auto flex w-full max-w-md items-start rounded-lg border border-line bg-panel shadow-2xl">
          <Notice kind={toast.kind} className="flex-1">
            {toast.text}
          </Notice>
          <button type="button" aria-label={t('app.close')} onClick={() => drop(toast.id)} className="p-3 text-muted hover:text-strong">
            <X aria-hidden className="size-4" />
          </button>
        </div>
      ))}
    </div>
  )
}
