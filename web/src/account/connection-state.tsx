import { useTranslation } from 'react-i18next'
import type { Connection, Environment } from '@/api/account'
import { Dot, type Tone } from '@/ui/badge'
import { useConnection, useCredential } from './use-account'

const tones: Record<Connection['state'], Tone> = {
  connected: 'good',
  connecting: 'warn',
  reconciling: 'warn',
  disconnected: 'neutral',
  key_invalid: 'bad',
  degraded: 'bad',
}

/** One connection as a colour and a word. */
export function useConnectionState(environment: Environment): { tone: Tone; text: string; state: Connection['state'] | 'none' } {
  const { t } = useTranslation()
  const connection = useConnection(environment)
  const credential = useCredential(environment)
  const state = connection?.state ?? (credential === undefined ? 'none' : 'disconnected')
  if (state === 'none' || (state === 'disconnected' && credential === undefined)) {
    return { tone: 'neutral', text: t('connection.none'), state: 'none' }
  }
  return { tone: tones[state], text: t(`connection.${state}`), state }
}

export function ConnectionState({ environment }: { environment: Environment }) {
  const { tone, text } = useConnectionState(environment)
  return (
    <span className="inline-flex items-center gap-2 text-sm">
      <Dot tone={tone} />
      {text}
    </span>
  )
}
