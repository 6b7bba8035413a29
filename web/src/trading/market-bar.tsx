import { useTranslation } from 'react-i18next'
import { ConnectButton } from '@/account/connect-button'
import { ConnectionState } from '@/account/connection-state'
import { useInstruments } from '@/account/use-account'
import type { Environment } from '@/api/account'
import { useFormat } from '@/format/use-format'
import { isSet } from '@/format/number'
import { tickerTopic } from '@/live/frame'
import { useLive, useTopic } from '@/live/store'
import { prefer } from '@/shell/preferences'
import { Figure } from '@/ui/card'
import { Select } from '@/ui/field'
import { Moving } from '@/ui/moving'
import { Failure } from '@/ui/notice'

export function useTicker(environment: Environment, instrument: string) {
  const topic = tickerTopic(environment, instrument)
  useTopic(topic)
  return useLive((live) => live.tickers[topic])
}

/** What is traded, what it costs now, and whether the account is connected. */
export function MarketBar({ environment, instrument }: { environment: Environment; instrument: string }) {
  const { t } = useTranslation()
  const show = useFormat()
  const instruments = useInstruments(environment)
  const spec = instruments.data?.find((one) => one.instrument === instrument)
  const ticker = useTicker(environment, instrument)
  const names = instruments.data?.map((one) => one.instrument) ?? []
  const price = (value: string | undefined) => (isSet(value) ? show.price(value, spec?.tickSize) : '–')

  return (
    <section aria-label={t('market.label')} className="rounded-xl border border-line bg-panel px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-6 gap-y-3">
        <div className="w-full sm:w-56">
          <Select bare label={t('market.instrument')} value={instrument} onChange={(event) => prefer({ instrument: event.target.value })} className="font-medium">
            {(names.includes(instrument) ? names : [instrument, ...names]).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </Select>
        </div>
        <div className="w-full sm:w-auto sm:min-w-36">
          <p className="text-xs text-muted">
            {t('market.last')} {spec !== undefined && <span>({spec.quote})</span>}
          </p>
          <p data-testid="last-price" className="text-2xl leading-tight font-semibold tracking-[-0.02em] text-strong">
            {ticker === undefined ? <span className="text-muted">–</span> : <Moving value={Number(ticker.last)} text={price(ticker.last)} />}
          </p>
        </div>
        <dl className="grid w-full grid-cols-2 gap-x-4 sm:w-auto sm:flex-1 gap-y-1.5 text-sm lg:grid-cols-4">
          <Figure label={t('market.mark')}>{price(ticker?.mark)}</Figure>
          <Figure label={t('market.index')}>{price(ticker?.index)}</Figure>
          <Figure label={t('market.bid')}>{price(ticker?.bid)}</Figure>
          <Figure label={t('market.ask')}>{price(ticker?.ask)}</Figure>
        </dl>
        <div className="flex w-full items-center justify-between gap-3 sm:w-auto">
          <ConnectionState environment={environment} />
          <ConnectButton environment={environment} />
        </div>
      </div>
      <Failure error={instruments.error} retry={() => void instruments.refetch()} className="mt-3" />
    </section>
  )
}
