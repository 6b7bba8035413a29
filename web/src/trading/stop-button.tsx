import { Square } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useStop } from '@/account/use-strategy'
import type { Strategy } from '@/api/strategy'
import { Button } from '@/ui/button'
import { Confirm } from '@/ui/dialog'
import { Checkbox } from '@/ui/field'

export function StopButton({ strategy }: { strategy: Strategy }) {
  const { t } = useTranslation()
  const [asking, setAsking] = useState(false)
  const [closing, setClosing] = useState(false)
  const stop = useStop()
  const open = strategy.trade !== null && strategy.trade !== undefined
  return (
    <>
      <Button size="small" onClick={() => setAsking(true)} aria-label={t('strategies.stopNamed', { name: strategy.strategyName })}>
        <Square aria-hidden className="size-3" />
        {t('strategies.stop')}
      </Button>
      <Confirm
        danger
        open={asking}
        onClose={() => setAsking(false)}
        title={t('strategies.stopTitle', { name: strategy.strategyName })}
        description={t('strategies.stopText')}
        action={t('strategies.stop')}
        busy={stop.isPending}
        error={stop.error}
        onConfirm={() => stop.mutate({ id: strategy.id, closePosition: closing && open }, { onSuccess: () => setAsking(false) })}
      >
        {open && (
          <div className="grid gap-3">
            <p className="text-sm text-text">{t('strategies.stopOpen')}</p>
            <Checkbox label={t('strategies.closePosition')} checked={closing} onChange={(event) => setClosing(event.target.checked)} />
          </div>
        )}
      </Confirm>
    </>
  )
}
