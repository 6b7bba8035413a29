import type { Strategy } from '@/api/strategy'
import { named } from '@/i18n'
import { Badge, Dot, type Tone } from '@/ui/badge'

const tones: Record<string, Tone> = {
  collecting: 'brand',
  analysing: 'good',
  entering: 'warn',
  in_position: 'brand',
  exiting: 'warn',
  cooldown: 'neutral',
  paused: 'warn',
  stopped: 'neutral',
  degraded: 'bad',
}

/** What a strategy is doing right now, as a colour and a word. */
export function StrategyStateBadge({ strategy }: { strategy: Pick<Strategy, 'state' | 'status'> }) {
  const state = strategy.status === 'error' ? 'degraded' : strategy.status === 'stopped' ? 'stopped' : strategy.state
  const tone = tones[state] ?? 'neutral'
  return (
    <Badge tone={tone}>
      <Dot tone={tone} />
      {named('strategies.state', state)}
    </Badge>
  )
}
