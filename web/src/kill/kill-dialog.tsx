import { useTranslation } from 'react-i18next'
import { create } from 'zustand'
import type { RiskScope } from '@/api/risk'
import { Button } from '@/ui/button'
import { Confirm, Dialog } from '@/ui/dialog'
import { KillSteps } from './kill-steps'
import { findKill } from './progress'
import { useEngageKill, useKills } from './use-kill'
import { useSubject } from './use-subject'

const useAsked = create<{ scope?: RiskScope }>()(() => ({}))

/** Opens the dialog. It outlives its button: what a kill switch stops leaves the list that the button stood in. */
export const askKill = (scope: RiskScope) => useAsked.setState({ scope })

const close = () => useAsked.setState({ scope: undefined })

export function KillDialog() {
  const scope = useAsked((asked) => asked.scope)
  return scope === undefined ? null : <Asked scope={scope} onClose={close} />
}

/** Says what the kill switch does, turns it on, and then shows how far it has come. */
function Asked({ scope, onClose }: { scope: RiskScope; onClose: () => void }) {
  const { t } = useTranslation()
  const subject = useSubject(scope)
  const engage = useEngageKill()
  const kill = findKill(useKills(), scope) ?? engage.data
  if (kill !== undefined) {
    return (
      <Dialog open onClose={onClose} title={t('kill.onTitle', { subject })} description={t('kill.onText')} footer={<Button onClick={onClose}>{t('app.close')}</Button>}>
        <KillSteps kill={kill} />
      </Dialog>
    )
  }
  return (
    <Confirm
      danger
      open
      onClose={onClose}
      title={t('kill.title', { subject })}
      description={t('kill.text')}
      action={t('kill.action')}
      busy={engage.isPending}
      error={engage.error}
      onConfirm={() => engage.mutate(scope)}
    >
      <ul className="list-disc space-y-1 pl-5 text-sm text-text marker:text-muted">
        <li>{t('kill.does.stop')}</li>
        <li>{t('kill.does.cancel')}</li>
        <li>{t(scope.strategyId === undefined ? 'kill.does.close' : 'kill.does.closeStrategy')}</li>
        <li>{t('kill.does.verify')}</li>
        <li className="font-medium text-strong">{t('kill.does.reset')}</li>
      </ul>
    </Confirm>
  )
}
