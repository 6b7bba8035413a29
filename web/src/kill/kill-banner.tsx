import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { KillSwitch, RiskScope } from '@/api/risk'
import { Button } from '@/ui/button'
import { Confirm } from '@/ui/dialog'
import { Notice } from '@/ui/notice'
import { tell } from '@/ui/toast'
import { progressOf, scopeOf } from './progress'
import { useKills, useResetKill } from './use-kill'
import { useSubject } from './use-subject'

/** Stands on every page while a kill switch or a halt of the server is on. */
export function KillBanners() {
  const kills = useKills()
  if (kills.length === 0) return null
  return (
    <div className="mx-auto grid w-full max-w-[110rem] gap-2 px-3 pt-3 sm:px-4" data-testid="kill-banner">
      {kills.map((kill) => {
        const scope = scopeOf(kill)
        return scope === undefined ? <HaltBanner key="server" kill={kill} /> : <KillBanner key={JSON.stringify(scope)} kill={kill} scope={scope} />
      })}
    </div>
  )
}

function HaltBanner({ kill }: { kill: KillSwitch }) {
  const { t } = useTranslation()
  return (
    <Notice kind="bad">
      <p className="font-medium">{t('kill.halted')}</p>
      <p className="text-text">{t(!kill.close ? 'kill.haltedText' : kill.flat ? 'kill.haltedFlat' : 'kill.haltedCloses')}</p>
      {kill.close && !kill.flat && <Standing kill={kill} />}
    </Notice>
  )
}

function KillBanner({ kill, scope }: { kill: KillSwitch; scope: RiskScope }) {
  const { t } = useTranslation()
  const subject = useSubject(scope)
  const [asking, setAsking] = useState(false)
  const reset = useResetKill()
  return (
    <Notice kind="bad">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-72">
          <p className="font-medium">{t('kill.onTitle', { subject })}</p>
          <Standing kill={kill} />
          <p className="text-xs text-muted">{t('kill.stays')}</p>
        </div>
        <Button size="small" onClick={() => setAsking(true)} aria-label={t('kill.resetNamed', { subject })}>
          {t('kill.reset')}
        </Button>
      </div>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={t('kill.resetTitle', { subject })}
        description={t('kill.resetText')}
        action={t('kill.reset')}
        busy={reset.isPending}
        error={reset.error}
        onConfirm={() =>
          reset.mutate(scope, {
            onSuccess: () => {
              setAsking(false)
              tell(t('kill.resetDone'))
            },
          })
        }
      />
    </Notice>
  )
}

/** How far it has come, in a line. */
function Standing({ kill }: { kill: KillSwitch }) {
  const { t } = useTranslation()
  const { ordersLeft, positionsLeft, problems } = progressOf(kill)
  if (kill.flat) return <p className="text-text">{t('kill.flat')}</p>
  return (
    <>
      <p className="text-text">{t('kill.left', { orders: ordersLeft, positions: positionsLeft.length })}</p>
      {problems.map((one) => (
        <p key={one.broker + one.environment} className="text-text">
          {t(`environment.${one.environment}`)}: {one.problem}
        </p>
      ))}
    </>
  )
}
