import { stateText } from '@/i18n/operator'
import { Dot, type Tone } from '@/ui/badge'

const tones: Record<string, Tone> = {
  restarting: 'bad',
  stopping: 'neutral',
  loading: 'warn',
  off: 'neutral',
  stale: 'warn',
  down: 'bad',
  connecting: 'warn',
  reconciling: 'warn',
  disconnected: 'neutral',
  key_invalid: 'bad',
  degraded: 'bad',
  collecting: 'brand',
  entering: 'warn',
  in_position: 'brand',
  exiting: 'warn',
  cooldown: 'neutral',
  paused: 'warn',
  stopped: 'neutral',
}

/** What an actor is doing, as a colour and a word; with a number in front it counts those who do. */
export function ActorState({ state, count }: { state: string; count?: number }) {
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap text-xs text-text">
      <Dot tone={tones[state] ?? 'good'} />
      {count !== undefined && <span className="figures font-medium text-strong">{count}</span>}
      {stateText(state)}
    </span>
  )
}
