import type { Connection, Credential } from '@/api/account'
import type { Analysis, Strategy } from '@/api/strategy'
import type { Trade } from '@/api/trade'

export const steps = ['account', 'connect', 'fastTest', 'watch', 'razor', 'analyse'] as const
export type Step = (typeof steps)[number]

/** What the guide knows of the newcomer's paper account. */
export interface Seen {
  credential: Credential | undefined
  connection: Connection | undefined
  fastTest: Strategy | undefined
  /** The newest trade of Fast Test. */
  trade: Trade | undefined
  razor: Strategy | undefined
  analysis: Analysis | undefined
}

/** The steps that are behind the newcomer. Later facts prove earlier steps: who has a trade was connected. */
export function doneSteps(seen: Seen): Set<Step> {
  const analysed = seen.analysis !== undefined && seen.analysis.checkpoints.length > 0 && warm(seen.analysis)
  const facts: Record<Step, boolean> = {
    account: seen.credential !== undefined,
    connect: seen.connection?.isConnected === true || seen.trade !== undefined,
    fastTest: seen.trade !== undefined || seen.fastTest !== undefined,
    watch: seen.trade?.status === 'closed',
    razor: seen.razor !== undefined && seen.razor.status !== 'stopped',
    analyse: seen.razor !== undefined && seen.razor.status !== 'stopped' && analysed,
  }
  return new Set(steps.filter((step) => facts[step]))
}

function warm({ dataPoints, requiredDataPoints }: Analysis): boolean {
  return requiredDataPoints > 0 && dataPoints >= requiredDataPoints
}

/** The first step that is not done; undefined at the end. */
export function currentStep(done: ReadonlySet<Step>): Step | undefined {
  return steps.find((step) => !done.has(step))
}
