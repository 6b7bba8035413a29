import { useTranslation } from 'react-i18next'
import { useConnect, useTakePaperAccount } from '@/account/use-account'
import { Button } from '@/ui/button'
import { Failure } from '@/ui/notice'

/** A paper account at the press of a button; with `onConnected` it is connected to as well. */
export function PaperOffer({ onConnected }: { onConnected?: () => void }) {
  const { t } = useTranslation()
  const take = useTakePaperAccount()
  const connect = useConnect()
  const press = () =>
    take.mutate(undefined, {
      onSuccess: () => onConnected !== undefined && connect.mutate('paper', { onSuccess: onConnected }),
    })
  return (
    <div className="grid gap-3">
      <p className="text-sm text-text">{t('settings.paperText')}</p>
      <Button kind="primary" busy={take.isPending || connect.isPending} onClick={press}>
        {t('settings.takePaper')}
      </Button>
      <Failure error={take.error ?? connect.error} />
    </div>
  )
}
