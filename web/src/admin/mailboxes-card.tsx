import { useTranslation } from 'react-i18next'
import type { Mailbox } from '@/api/actors'
import { useFormat } from '@/format/use-format'
import { Card } from '@/ui/card'
import { Empty } from '@/ui/notice'
import { age } from './units'

/** The mailboxes that hold the most, or that have not moved for longest. */
export function MailboxesCard({ title, none, mailboxes }: { title: string; none: string; mailboxes: readonly Mailbox[] }) {
  const { t } = useTranslation('operator')
  const show = useFormat()
  return (
    <Card flush title={title}>
      {mailboxes.length === 0 ? (
        <Empty title={none} />
      ) : (
        <div tabIndex={0} role="group" aria-label={title} className="max-h-80 overflow-auto">
          <table className="w-full text-sm">
            <thead className="sticky top-0 bg-panel text-left text-xs text-muted">
              <tr>
                <th className="py-2 pr-2 pl-4 font-medium">{t('actors.columns.actor')}</th>
                <th className="px-2 py-2 text-right font-medium">{t('actors.columns.queued')}</th>
                <th className="px-2 py-2 text-right font-medium">{t('actors.columns.age')}</th>
                <th className="py-2 pr-4 pl-2 font-medium">{t('actors.columns.handling')}</th>
              </tr>
            </thead>
            <tbody className="figures divide-y divide-line">
              {mailboxes.map((one) => (
                <tr key={one.id}>
                  <td className="py-2 pr-2 pl-4">
                    <span className="block text-xs text-muted">{one.kind}</span>
                    <span className="break-all text-strong">{one.id}</span>
                  </td>
                  <td className="px-2 py-2 text-right">{show.plain(one.queued, 0)}</td>
                  <td className="px-2 py-2 text-right whitespace-nowrap">{age(Math.max(one.waitingMs, one.busyMs))}</td>
                  <td className="py-2 pr-4 pl-2">{one.handling ?? ''}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  )
}
