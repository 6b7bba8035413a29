import { ListOrdered } from 'lucide-react'
import { memo, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useInstrument, useOrders } from '@/account/use-account'
import type { Environment, Order } from '@/api/account'
import { isSet, signOf } from '@/format/number'
import { useFormat } from '@/format/use-format'
import { named } from '@/i18n'
import { useArrived } from '@/live/store'
import { Badge } from '@/ui/badge'
import { Card } from '@/ui/card'
import { Empty, Skeleton } from '@/ui/notice'

/** What rests at the exchange, one market after the other. */
export function OrdersCard({ environment }: { environment: Environment }) {
  const { t } = useTranslation()
  const orders = useOrders(environment)
  const arrived = useArrived('orders')
  const ordered = useMemo(() => orders.toSorted((a, b) => a.instrument.localeCompare(b.instrument) || a.time.localeCompare(b.time)), [orders])
  return (
    <Card title={t('orders.title')} aside={orders.length > 0 && <Badge>{orders.length}</Badge>} flush data-testid="orders">
      {orders.length > 0 ? (
        <div tabIndex={0} role="region" aria-label={t('orders.title')} className="max-h-96 overflow-auto pb-2">
          <table className="w-full min-w-[21rem] text-xs sm:text-sm">
            <thead className="text-xs text-muted">
              <tr>
                <th className="px-4 py-2 text-left font-medium">{t('orders.instrument')}</th>
                <th className="px-2 py-2 text-left font-medium">{t('orders.type')}</th>
                <th className="px-2 py-2 text-left font-medium">{t('orders.side')}</th>
                <th className="px-2 py-2 text-right font-medium">{t('orders.amount')}</th>
                <th className="px-4 py-2 text-right font-medium">{t('orders.price')}</th>
              </tr>
            </thead>
            <tbody>
              {ordered.map((order) => (
                <OrderRow key={order.id} order={order} />
              ))}
            </tbody>
          </table>
        </div>
      ) : arrived ? (
        <Empty icon={<ListOrdered />} title={t('orders.none')}>
          {t('orders.noneText')}
        </Empty>
      ) : (
        <Skeleton className="mx-4 mb-4 h-20" />
      )}
    </Card>
  )
}

const OrderRow = memo(function OrderRow({ order }: { order: Order }) {
  const { t } = useTranslation()
  const show = useFormat()
  const spec = useInstrument(order.environment, order.instrument)
  const price = isSet(order.triggerPrice) ? order.triggerPrice : order.price
  const partly = signOf(order.filled) > 0
  return (
    <tr className="border-t border-line" title={`${named('orders.types', order.type)}, ${show.dateTime(order.time)}`}>
      <td className="px-4 py-2 break-words text-strong">{order.instrument}</td>
      <td className="px-2 py-2">
        {order.role ? named('orders.role', order.role) : named('orders.types', order.type, t('orders.role.foreign'))}
        {order.foreign && <span className="block text-xs text-warn">{t('orders.role.foreign')}</span>}
      </td>
      <td className={`px-2 py-2 ${order.side === 'buy' ? 'text-up' : 'text-down'}`}>{t(order.side === 'buy' ? 'orders.buy' : 'orders.sell')}</td>
      <td className="figures px-2 py-2 text-right">
        {partly && <span className="text-muted">{show.amount(order.filled)} / </span>}
        {show.amount(order.amount)}
      </td>
      <td className="figures px-4 py-2 text-right text-strong">{isSet(price) ? show.price(price, spec?.tickSize) : t('orders.types.market')}</td>
    </tr>
  )
})
