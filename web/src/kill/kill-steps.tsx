import { CircleCheck, LoaderCircle } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { KillSwitch } from '@/api/risk'
import { Notice } from '@/ui/notice'
import { progressOf } from './progress'

/** What a kill switch has done and has left to do. */
export function KillSteps({ kill }: { kill: KillSwitch }) {
  const { t } = useTranslation()
  const { ordersLeft, positionsLeft, counted, problems } = progressOf(kill)
  return (
    <div className="grid gap-3" data-testid="kill-steps">
      <ol aria-live="polite" className="grid gap-2 text-sm">
        <Step done>{t('kill.steps.stoppedCount', { count: kill.stopped })}</Step>
        <Step done={counted && ordersLeft === 0}>{ordersLeft > 0 ? t('kill.steps.orders', { count: ordersLeft }) : t(counted ? 'kill.steps.noOrders' : 'kill.steps.cancelling')}</Step>
        <Step done={counted && positionsLeft.length === 0}>
          {positionsLeft.length > 0 ? t('kill.steps.positions', { list: positionsLeft.join(', ') }) : t(counted ? 'kill.steps.noPositions' : 'kill.steps.closing')}
        </Step>
        <Step done={kill.flat}>{t(kill.flat ? 'kill.steps.flat' : 'kill.steps.verifying')}</Step>
      </ol>
      {problems.map((one) => (
        <Notice key={one.broker + one.environment} kind="warn">
          <span className="font-medium">{t(`environment.${one.environment}`)}:</span> {one.problem}
        </Notice>
      ))}
    </div>
  )
}

function Step({ done, children }: { done: boolean; children: ReactNode }) {
  const { t } = useTranslation()
  return (
    <li className="flex items-center gap-2.5">
      {done ? <CircleCheck aria-hidden className="size-4 shrink-0 text-up" /> : <LoaderCircle aria-hidden className="size-4 shrink-0 animate-spin text-muted" />}
      <span className="sr-only">{t(done ? 'guide.done' : 'guide.now')}:</span>
      <span className={done ? 'text-text' : 'text-strong'}>{children}</span>
    </li>
  )
}
