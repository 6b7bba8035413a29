import { useTranslation } from 'react-i18next'
import { environmentOf, useInstrument } from '@/account/use-account'
import type { Trade } from '@/api/trade'
import { signOf } from '@/format/number'
import { span } from '@/format/time'
import { useFormat } from '@/format/use-format'
import { named } from '@/i18n'
import { usePreferences } from '@/shell/preferences'
import { Badge } from '@/ui/badge'
import { useNow } from '@/ui/use-now'
import { exitTone } from './stats-cards'

const head = 'px-2 py-2.5 font-medium first:pl-4 last:pr-4'
const cell = 'px-2 py-2.5 first:pl-4 last:pr-4'

/** The trades as a table; on a phone the same rows stand as cards. */
export function TradeTable({ trades, onOpen }: { trades: readonly Trade[]; onOpen: (id: string) => void }) {
  const { t } = useTranslation()
  const now = useNow(trades.some(({ status }) => status === 'open'))
  return (
    <>
      <div tabIndex={0} role="region" aria-label={t('trades.table')} className="hidden overflow-x-auto md:block">
        <table className="w-full text-sm">
          <thead className="border-b border-line text-left text-xs text-muted">
            <tr>
              <th className={head}>{t('trades.columns.opened')}</th>
              <th className={head}>{t('trades.columns.strategy')}</th>
              <th className={head}>{t('trades.columns.instrument')}</th>
              <th className={head}>{t('trades.columns.side')}</th>
              <th className={`${head} text-right`}>{t('trades.columns.amount')}</th>
              <th className={`${head} text-right`}>{t('trades.columns.entry')}</th>
              <th className={`${head} text-right`}>{t('trades.columns.exit')}</th>
              <th className={`${head} text-right`}>{t('trades.columns.held')}</th>
              <th className={head}>{t('trades.columns.reason')}</th>
              <th className={`${head} text-right`}>{t('trades.columns.fees')}</th>
              <th className={`${head} text-right`}>{t('trades.columns.net')}</th>
            </tr>
          </thead>
          <tbody className="divide-y divide-line">
            {trades.map((trade) => (
              <Row key={trade.id} trade={trade} now={now} onOpen={onOpen} />
            ))}
          </tbody>
        </table>
      </div>
      <ul className="divide-y divide-line md:hidden">
        {trades.map((trade) => (
          <Item key={trade.id} trade={trade} now={now} onOpen={onOpen} />
        ))}
      </ul>
    </>
  )
}

function useTrade(trade: Trade) {
  const { t } = useTranslation()
  const show = useFormat()
  const shown = usePreferences((preferences) => preferences.environment)
  const environment = environmentOf(trade) ?? shown
  const tick = useInstrument(shown, trade.instrument)?.tickSize
  const open = trade.status === 'open'
  return {
    environment,
    open,
    side: t(trade.side === 'buy' ? 'position.long' : 'position.short'),
    entry: show.price(trade.entryPrice, tick),
    exit: show.price(trade.exitPrice, tick),
    amount: show.amount(trade.amount),
    fees: show.money(trade.fees, trade.currency),
    net: open ? '–' : show.money(trade.net, trade.currency, true),
    tone: open ? 'text-muted' : signOf(trade.net) > 0 ? 'text-up' : signOf(trade.net) < 0 ? 'text-down' : 'text-strong',
    opened: show.dateTime(trade.entryTime),
  }
}

function Reason({ trade }: { trade: Trade }) {
  const { t } = useTranslation()
  return trade.status === 'open' ? (
    <Badge tone="brand">{t('trades.status.open')}</Badge>
  ) : (
    <Badge tone={exitTone(trade.exitReason)}>
      {named('trades.exit', trade.exitReason ?? '', t('trades.status.closed'))}
    </Badge>
  )
}

function Environment({ environment }: { environment: 'paper' | 'testnet' | 'live' }) {
  const { t } = useTranslation()
  return (
    <Badge tone={environment === 'paper' ? 'simulated' : environment === 'live' ? 'bad' : 'brand'} title={environment === 'paper' ? t('header.simulated') : undefined}>
      {t(`environment.${environment}`)}
    </Badge>
  )
}

interface TradeProps {
  trade: Trade
  now: number
  onOpen: (id: string) => void
}

/** A press anywhere on a row opens its trade; for the keyboard and for those who listen there is one button in it. */
function OpenButton({ trade, onOpen, opened }: Omit<TradeProps, 'now'> & { opened: string }) {
  const { t } = useTranslation()
  return (
    <button type="button" aria-label={t('trades.detail.show', { opened })} onClick={() => onOpen(trade.id)} className="figures whitespace-nowrap underline-offset-4 after:absolute after:inset-0 hover:underline">
      {opened}
    </button>
  )
}

function Row({ trade, now, onOpen }: TradeProps) {
  const shown = useTrade(trade)
  return (
    <tr className="relative cursor-pointer hover:bg-raised/60" data-testid="trade-row">
      <td className={cell}>
        <OpenButton trade={trade} onOpen={onOpen} opened={shown.opened} />
      </td>
      <td className={cell}>
        <span className="flex items-center gap-2 whitespace-nowrap text-strong">
          {trade.strategyName}
          <Environment environment={shown.environment} />
        </span>
      </td>
      <td className={`${cell} whitespace-nowrap`}>{trade.instrument}</td>
      <td className={`${cell} ${trade.side === 'buy' ? 'text-up' : 'text-down'}`}>{shown.side}</td>
      <td className={`${cell} figures text-right`}>{shown.amount}</td>
      <td className={`${cell} figures text-right`}>{shown.entry}</td>
      <td className={`${cell} figures text-right`}>{shown.exit}</td>
      <td className={`${cell} figures text-right whitespace-nowrap`}>{span(trade.entryTime, trade.exitTime, now)}</td>
      <td className={cell}>
        <Reason trade={trade} />
      </td>
      <td className={`${cell} figures text-right whitespace-nowrap`}>{shown.fees}</td>
      <td className={`${cell} figures text-right font-medium whitespace-nowrap ${shown.tone}`}>{shown.net}</td>
    </tr>
  )
}

function Item({ trade, now, onOpen }: TradeProps) {
  const shown = useTrade(trade)
  return (
    <li className="relative grid grid-cols-[1fr_auto] gap-x-3 gap-y-1 px-4 py-3">
      <p className="flex flex-wrap items-center gap-2 font-medium text-strong">
        {trade.strategyName} <Environment environment={shown.environment} />
      </p>
      <p className={`figures text-right font-semibold ${shown.tone}`}>{shown.net}</p>
      <p className="min-w-0 text-xs text-muted">
        {trade.instrument} · <span className={trade.side === 'buy' ? 'text-up' : 'text-down'}>{shown.side}</span> · {shown.amount}
      </p>
      <p className="text-right">
        <Reason trade={trade} />
      </p>
      <p className="figures col-span-2 text-xs text-muted">
        <OpenButton trade={trade} onOpen={onOpen} opened={shown.opened} />{' '}
        · {shown.entry} → {shown.exit} · {span(trade.entryTime, trade.exitTime, now)}
      </p>
    </li>
  )
}
