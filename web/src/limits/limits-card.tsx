import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useInstruments } from '@/account/use-account'
import { environments } from '@/api/account'
import * as api from '@/api/risk'
import { useLive } from '@/live/store'
import { usePreferences } from '@/shell/preferences'
import { Card } from '@/ui/card'
import { Select } from '@/ui/field'
import { Failure, Skeleton } from '@/ui/notice'
import { tell } from '@/ui/toast'
import { LimitsForm } from './limits-form'
import { limitsOf, strategyOf } from './scope'

const key = ['limits']

/** A user's own limits: of everything, of one environment, or of one strategy. */
export function LimitsCard() {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [chosen, setChosen] = useState('')
  const limits = useQuery({ queryKey: key, queryFn: api.limits })
  const scope = scopeFor(chosen)
  const shown = usePreferences((preferences) => preferences.environment)
  const instruments = useInstruments(scope.environment ?? strategyOf(scope.strategyId)?.environment ?? shown).data ?? []
  const save = useMutation({
    mutationFn: (next: api.Limits) => api.setLimits(scope, next),
    onSuccess: (list) => {
      client.setQueryData(key, list)
      tell(t('limits.saved'))
    },
  })

  function choose(next: string) {
    setChosen(next)
    save.reset()
  }

  return (
    <Card title={t('limits.title')} data-testid="limits">
      <p className="mb-4 text-sm text-muted">{t('limits.text')}</p>
      <div className="mb-4 max-w-md">
        <ScopeSelect value={chosen} onChange={choose} />
      </div>
      {limits.isPending && <Skeleton className="h-48" />}
      <Failure error={limits.error} retry={() => void limits.refetch()} />
      {limits.data !== undefined && (
        <LimitsForm
          key={chosen}
          limits={limitsOf(limits.data, scope)}
          ceilings={limits.data.find((one) => one.scope === 'server')?.limits}
          instruments={instruments.map((one) => one.instrument)}
          busy={save.isPending}
          error={save.error}
          onSave={save.mutate}
        />
      )}
    </Card>
  )
}

/** What a choice of the select stands for: "", an environment, or the id of a strategy. */
function scopeFor(value: string): api.RiskScope {
  const environment = environments.find((one) => one === value)
  if (environment !== undefined) return { environment }
  return value === '' ? {} : { strategyId: value }
}

function ScopeSelect({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation()
  const running = useLive((live) => live.strategies).filter(({ id, status }) => status !== 'stopped' || id === value)
  return (
    <Select label={t('limits.scope')} value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">{t('limits.everything')}</option>
      <optgroup label={t('header.environment')}>
        {environments.map((environment) => (
          <option key={environment} value={environment}>
            {t(`environment.${environment}`)}
          </option>
        ))}
      </optgroup>
      {running.length > 0 && (
        <optgroup label={t('strategies.title')}>
          {running.map(({ id, strategyName, instrument, environment }) => (
            <option key={id} value={id}>
              {t('kill.strategy', { name: strategyName, instrument, environment: t(`environment.${environment}`) })}
            </option>
          ))}
        </optgroup>
      )}
    </Select>
  )
}
