import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Environment } from '@/api/account'
import { Button } from '@/ui/button'
import { Confirm } from '@/ui/dialog'
import { tellError } from '@/ui/toast'
import { ConnectDialog } from '@/settings/connect-dialog'
import { useConnectionState } from './connection-state'
import { useConnect, useCredentials, useDisconnect } from './use-account'

/** Connects, or disconnects after asking. Where there is no key it shows the way to one. */
export function ConnectButton({ environment, size = 'small' }: { environment: Environment; size?: 'small' | 'normal' }) {
  const { t } = useTranslation()
  const { state } = useConnectionState(environment)
  const connect = useConnect()
  const disconnect = useDisconnect()
  const [asking, setAsking] = useState(false)
  const known = useCredentials().isSuccess

  if (state === 'none') {
    if (!known) return null
    return (
      <>
        <Button size={size} kind="primary" onClick={() => setAsking(true)}>
          {t('connect.action')}
        </Button>
        <ConnectDialog environment={environment} open={asking} onClose={() => setAsking(false)} />
      </>
    )
  }
  if (state === 'disconnected' || state === 'key_invalid') {
    return (
      <Button size={size} kind="primary" busy={connect.isPending} onClick={() => connect.mutate(environment, { onError: tellError })}>
        {t('connection.connect')}
      </Button>
    )
  }
  return (
    <>
      <Button size={size} kind="plain" onClick={() => setAsking(true)}>
        {t('connection.disconnect')}
      </Button>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={t('connection.disconnectTitle', { environment: t(`environment.${environment}`) })}
        description={t('connection.disconnectText')}
        action={t('connection.disconnect')}
        busy={disconnect.isPending}
        error={disconnect.error}
        onConfirm={() => disconnect.mutate(environment, { onSuccess: () => setAsking(false) })}
      />
    </>
  )
}
