import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Environment } from '@/api/account'
import { Button } from '@/ui/button'
import { Confirm } from '@/ui/dialog'
import { tellError } from '@/ui/toast'
import { useConnectionState } from './connection-state'
import { useConnect, useDisconnect } from './use-account'

/** Connects, or disconnects after asking. Shown only where there is a key. */
export function ConnectButton({ environment, size = 'small' }: { environment: Environment; size?: 'small' | 'normal' }) {
  const { t } = useTranslation()
  const { state } = useConnectionState(environment)
  const connect = useConnect()
  const disconnect = useDisconnect()
  const [asking, setAsking] = useState(false)

  if (state === 'none') return null
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
