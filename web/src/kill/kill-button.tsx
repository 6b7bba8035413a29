import { OctagonX } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { RiskScope } from '@/api/risk'
import { Button } from '@/ui/button'
import { askKill } from './kill-dialog'
import { useSubject } from './use-subject'

/** The red button. `short` shows only its sign where there is little room. */
export function KillButton({ scope, short = false, className }: { scope: RiskScope; short?: boolean; className?: string }) {
  const { t } = useTranslation()
  const name = t('kill.named', { subject: useSubject(scope) })
  return (
    <Button kind="danger" size="small" aria-label={name} title={name} onClick={() => askKill(scope)} className={className}>
      <OctagonX aria-hidden className="size-3.5" />
      <span className={short ? 'max-2xl:hidden' : undefined}>{t('kill.label')}</span>
    </Button>
  )
}
