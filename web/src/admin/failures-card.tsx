import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Failure as ActorFailure, failure } from '@/api/actors'
import { useFormat } from '@/format/use-format'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Empty, Failure, Skeleton } from '@/ui/notice'

/** The last panics, each with its stack on demand. */
export function FailuresCard({ failures }: { failures: readonly ActorFailure[] }) {
  const { t } = useTranslation('operator')
  return (
    <Card flush title={t('actors.failures')} data-testid="failures">
      {failures.length === 0 ? (
        <Empty title={t('actors.noFailures')} />
      ) : (
        <ul className="max-h-[32rem] divide-y divide-line overflow-y-auto border-t border-line" tabIndex={0} aria-label={t('actors.failures')}>
          {failures.map((one) => (
            <Line key={one.number} one={one} />
          ))}
        </ul>
      )}
    </Card>
  )
}

function Line({ one }: { one: ActorFailure }) {
  const { t } = useTranslation('operator')
  const show = useFormat()
  const [shown, setShown] = useState(false)
  return (
    <li className="grid gap-1 px-4 py-3" data-testid="failure">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <time dateTime={one.at} className="figures text-xs text-muted">
          {show.dateTime(one.at)}
        </time>
        <Badge>{one.kind}</Badge>
        <span className="text-xs text-muted">{t('actors.onMessage', { message: one.message })}</span>
        <span className="text-xs text-warn">{one.outcome}</span>
      </p>
      <p className="font-medium break-words text-strong">{one.reason}</p>
      <p className="text-xs break-all text-muted">{one.id}</p>
      <div>
        <Button kind="quiet" size="small" className="-ml-3" aria-expanded={shown} onClick={() => setShown(!shown)}>
          {t(shown ? 'actors.hideStack' : 'actors.stack')}
        </Button>
      </div>
      {shown && <Stack number={one.number} />}
    </li>
  )
}

function Stack({ number }: { number: number }) {
  const { t } = useTranslation('operator')
  const found = useQuery({ queryKey: ['admin', 'failure', number], queryFn: () => failure(number), staleTime: Number.POSITIVE_INFINITY })
  return (
    <>
      {found.isPending && <Skeleton className="h-24" />}
      <Failure error={found.error} />
      {found.data !== undefined && (
        <pre tabIndex={0} aria-label={t('actors.stack')} className="overflow-x-auto rounded-lg bg-ground p-3 text-xs text-text" data-testid="stack">
          {found.data.stack || t('actors.noStack')}
        </pre>
      )}
    </>
  )
}
