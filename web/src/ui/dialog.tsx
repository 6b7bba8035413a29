import { Dialog as Primitive } from 'radix-ui'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from './button'
import { Failure } from './notice'

interface DialogProps {
  open: boolean
  onClose: () => void
  title: string
  description?: ReactNode
  children?: ReactNode
  footer?: ReactNode
  wide?: boolean | 'very'
}

export function Dialog({ open, onClose, title, description, children, footer, wide = false }: DialogProps) {
  const { t } = useTranslation()
  return (
    <Primitive.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 bg-black/60 backdrop-blur-[2px]" />
        <Primitive.Content
          aria-describedby={undefined}
          className={`fixed inset-x-0 bottom-0 z-50 flex max-h-[92dvh] flex-col rounded-t-2xl border border-line bg-panel shadow-2xl sm:inset-auto sm:top-1/2 sm:left-1/2 sm:max-h-[86dvh] sm:w-[calc(100vw-2rem)] sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-2xl ${wide === 'very' ? 'sm:max-w-5xl' : wide ? 'sm:max-w-2xl' : 'sm:max-w-md'}`}
        >
          <header className="flex items-start justify-between gap-4 px-5 pt-5 pb-3">
            <Primitive.Title className="text-base">{title}</Primitive.Title>
            <Primitive.Close aria-label={t('app.close')} className="-m-2 grid size-9 place-items-center rounded-lg text-muted hover:bg-raised hover:text-strong">
              <X aria-hidden className="size-4" />
            </Primitive.Close>
          </header>
          <div tabIndex={-1} className="min-h-0 flex-1 overflow-y-auto px-5 pb-5 outline-none">
            {description !== undefined && <div className="mb-4 text-sm text-text">{description}</div>}
            {children}
          </div>
          {footer !== undefined && <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3.5">{footer}</footer>}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  )
}

interface ConfirmProps extends Omit<DialogProps, 'footer'> {
  action: string
  onConfirm: () => void
  busy?: boolean
  error?: unknown
  danger?: boolean
}

/** Asks before something that cannot be taken back. */
export function Confirm({ action, onConfirm, busy = false, error, danger = false, children, ...dialog }: ConfirmProps) {
  const { t } = useTranslation()
  return (
    <Dialog
      {...dialog}
      footer={
        <>
          <Button onClick={dialog.onClose}>{t('app.cancel')}</Button>
          <Button kind={danger ? 'danger' : 'primary'} busy={busy} onClick={onConfirm}>
            {action}
          </Button>
        </>
      }
    >
      {children}
      <Failure error={error} className="mt-4" />
    </Dialog>
  )
}
