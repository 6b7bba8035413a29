import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type KeyScan, scanKeys } from '@/api/admin'
import { useFormat } from '@/format/use-format'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Failure, Notice } from '@/ui/notice'

/** Tries every stored key, and names those that no longer open. */
export function ScanCard() {
  const { t } = useTranslation('operator')
  const scan = useMutation({ mutationFn: scanKeys })
  return (
    <Card title={t('scan.title')} data-testid="scan">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="min-w-0 flex-1 basis-72 text-sm text-muted">{t('scan.text')}</p>
        <Button busy={scan.isPending} onClick={() => scan.mutate()}>
          {t('scan.action')}
        </Button>
      </div>
      <Failure error={scan.error} className="mt-4" />
      {scan.data !== undefined && <Result scan={scan.data} />}
    </Card>
  )
}

function Result({ scan }: { scan: KeyScan }) {
  const { t } = useTranslation('operator')
  const show = useFormat()
  const { total, failed } = scan.summary
  return (
    <div className="mt-4 grid gap-3">
      <Notice kind={failed > 0 ? 'bad' : 'good'}>
        <p>{failed > 0 ? t('scan.bad', { failed, total }) : total === 0 ? t('scan.none') : t('scan.good', { count: total })}</p>
        {failed > 0 && <p>{t('scan.badText')}</p>}
        <p className="mt-0.5 text-xs text-muted">{t('scan.checked', { time: show.clock(scan.generatedAt) })}</p>
      </Notice>
      <ul className="divide-y divide-line">
        {scan.rows.map((row) => (
          <li key={row.credentialId} className="flex flex-wrap items-center justify-between gap-2 py-2">
            <span className="min-w-0 truncate text-strong">{row.email}</span>
            <span className="flex items-center gap-2">
              <span className="text-muted">{`${row.broker} ${row.environment}`}</span>
              <Badge tone="bad">{t(`scan.reason.${row.reason}`)}</Badge>
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
