import { useTranslation } from 'react-i18next'
import { useInstruments, useOrders } from '@/account/use-account'
import type { Environment, Order } from '@/api/account'
import { isSet } from '@/format/number'
import { useFormat } from '@/format/use-format'
import { named } from '@/i18n'
import { Badge } from '@/ui/badge'
import { Card } from '@/ui/card'
import { Empty } from '@/ui/notice'

export function OrdersCard({ environment }: { environment: Environment }) {
  const { t } = useTranslation()
  const orders = useOrders(environment)
  return (
    <Card title={t('orders.title')} aside={orders.length > 0 && <Badge>{orders.length}</Badge>} flush data-testid="orders">
      {orders.length === 0 ? (
        <Empty title={t('orders.none')} />
      ) : (
        <div tabIndex={0} role="region" aria-label={t('orders.title')} className="overflow-x-auto pb-2">
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
              {orders.map((order) => (
                <OrderRow key={order.id} order={order} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  )
}

function OrderRow({ order }: { order: Order }) {
  const { t } = useTranslation()
  const show = useFormat()
  const spec = useInstruments(order.environment).data?.find((one) => one.instrument === order.instrument)
  const price = isSet(order.triggerPrice) ? order.triggerPrice : order.price
  return (
    <tr className="border-t border-line">
      <td className="px-4 py-2 text-strong">{order.instrument}</td>
      <td className="px-2 py-2">{order.role ? named('orders.role', order.role) : named('orders.types', order.type, t('orders.role.foreign'))}</td>
      <td className={`px-2 py-2 ${order.side === 'buy' ? 'text-up' : 'text-down'}`}>{t(order.side === 'buy' ? 'orders.buy' : 'orders.sell')}</td>
      <td className="figures px-2 py-2 text-right">{show.amount(order.amount)}</td>
      <td className="figures px-4 py-2 text-right text-strong">{isSet(price) ? show.price(price, spec?.tickSize) : t('orders.types.market')}</td>
    </tr>
  )
}
