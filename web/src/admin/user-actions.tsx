import { useMutation, useQueryClient } from '@tanstack/react-query'
import { EllipsisVertical, KeyRound, Power, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type AdminUser, deleteUser, resetPassword, toggleActive } from '@/api/admin'
import { ApiError } from '@/api/error'
import '@/i18n/operator'
import { Confirm } from '@/ui/dialog'
import { Checkbox, PasswordInput } from '@/ui/field'
import { Menu, MenuItem, MenuSeparator } from '@/ui/menu'
import { fieldError } from '@/ui/notice'
import { tell } from '@/ui/toast'

type Act = 'reset' | 'toggle' | 'delete'

type Named = Pick<AdminUser, 'id' | 'email' | 'isActive'>

/** What an admin may do to another user's account. */
export function UserActions({ user, onDeleted }: { user: Named; onDeleted?: () => void }) {
  const { t } = useTranslation()
  const [act, setAct] = useState<Act>()
  const close = () => setAct(undefined)
  return (
    <>
      <Menu
        trigger={
          <button type="button" aria-label={t('admin.menu', { email: user.email })} className="grid size-9 place-items-center rounded-lg text-muted hover:bg-raised hover:text-strong">
            <EllipsisVertical aria-hidden className="size-4.5" />
          </button>
        }
      >
        <MenuItem icon={<KeyRound aria-hidden />} onSelect={() => setAct('reset')}>
          {t('admin.reset')}
        </MenuItem>
        <MenuItem icon={<Power aria-hidden />} onSelect={() => setAct('toggle')}>
          {t(user.isActive ? 'admin.switchOff' : 'admin.switchOn')}
        </MenuItem>
        <MenuSeparator />
        <MenuItem danger icon={<Trash2 aria-hidden />} onSelect={() => setAct('delete')}>
          {t('admin.delete')}
        </MenuItem>
      </Menu>
      {act === 'reset' && <Reset user={user} onClose={close} />}
      {act === 'toggle' && <Toggle user={user} onClose={close} />}
      {act === 'delete' && <Delete user={user} onClose={close} onDeleted={onDeleted} />}
    </>
  )
}

interface ActProps {
  user: Named
  onClose: () => void
}

function useAct(work: () => Promise<unknown>, onDone: () => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: work,
    onSuccess: async () => {
      onDone()
      await client.invalidateQueries({ queryKey: ['admin', 'users'] })
    },
  })
}

function Reset({ user, onClose }: ActProps) {
  const { t } = useTranslation()
  const [password, setPassword] = useState('')
  const act = useAct(
    () => resetPassword(user.id, password),
    () => {
      tell(t('admin.resetDone'))
      onClose()
    },
  )
  return (
    <Confirm open onClose={onClose} title={t('admin.resetTitle', { email: user.email })} description={t('admin.resetText')} action={t('admin.reset')} busy={act.isPending} error={act.error} onConfirm={() => act.mutate()}>
      <PasswordInput
        label={t('auth.password')}
        autoComplete="new-password"
        hint={t('auth.passwordHint')}
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        error={fieldError(act.error, 'newPassword')}
      />
    </Confirm>
  )
}

function Toggle({ user, onClose }: ActProps) {
  const { t } = useTranslation()
  const act = useAct(() => toggleActive(user.id), onClose)
  const [title, text, action] = user.isActive
    ? [t('admin.switchOffTitle', { email: user.email }), t('admin.switchOffText'), t('admin.switchOff')]
    : [t('admin.switchOnTitle', { email: user.email }), t('admin.switchOnText'), t('admin.switchOn')]
  return <Confirm open danger={user.isActive} onClose={onClose} title={title} description={text} action={action} busy={act.isPending} error={act.error} onConfirm={() => act.mutate()} />
}

/** Asks first whether the user still trades: only then is closing everything offered. */
function Delete({ user, onClose, onDeleted }: ActProps & { onDeleted?: () => void }) {
  const { t } = useTranslation()
  const { t: operator } = useTranslation('operator')
  const [closing, setClosing] = useState(false)
  const [trades, setTrades] = useState(false)
  const act = useAct(
    () => deleteUser(user.id, closing),
    () => {
      onClose()
      onDeleted?.()
    },
  )
  const confirm = () => act.mutate(undefined, { onError: (error) => setTrades(trades || (error instanceof ApiError && error.code === 'has_positions')) })
  return (
    <Confirm
      open
      danger
      onClose={onClose}
      title={t('admin.deleteTitle', { email: user.email })}
      description={t('admin.deleteText')}
      action={closing ? operator('delete.action') : t('admin.delete')}
      busy={act.isPending}
      error={act.error}
      onConfirm={confirm}
    >
      {trades && <Checkbox label={operator('delete.close')} checked={closing} onChange={(event) => setClosing(event.target.checked)} />}
    </Confirm>
  )
}
