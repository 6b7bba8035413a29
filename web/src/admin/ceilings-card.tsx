import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useInstruments } from '@/account/use-account'
import { serverLimits, setServerLimits } from '@/api/admin'
import { LimitsForm } from '@/limits/limits-form'
import { usePreferences } from '@/shell/preferences'
import { Card } from '@/ui/card'
import { Failure, Skeleton } from '@/ui/notice'
import { tell } from '@/ui/toast'

const key = ['admin', 'limits']

/** The limits of the whole server: nobody gets past them. */
export function CeilingsCard() {
  const { t } = useTranslation()
  const client = useQueryClient()
  const limits = useQuery({ queryKey: key, queryFn: serverLimits })
  const instruments = useInstruments(usePreferences((preferences) => preferences.environment)).data ?? []
  const save = useMutation({
    mutationFn: setServerLimits,
    onSuccess: async (next) => {
      client.setQueryData(key, next)
      tell(t('limits.saved'))
      await client.invalidateQueries({ queryKey: ['limits'] })
    },
  })
  return (
    <Card title={t('limits.ceilings')} data-testid="ceilings">
      <p className="mb-4 text-sm text-muted">{t('limits.ceilingsText')}</p>
      {limits.isPending && <Skeleton className="h-48" />}
      <Failure error={limits.error} retry={() => void limits.refetch()} />
      {limits.data !== undefined && <LimitsForm limits={limits.data} instruments={instruments.map((one) => one.instrument)} busy={save.isPending} error={save.error} onSave={save.mutate} />}
    </Card>
  )
}
