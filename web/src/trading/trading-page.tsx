import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useStrategies } from '@/account/use-account'
import { Guide } from '@/guide/guide'
import { usePreferences } from '@/shell/preferences'
import { AnalysisCard } from './analysis-card'
import { ChartCard } from './chart-card'
import { MarketBar } from './market-bar'
import { OrdersCard } from './orders-card'
import { PositionCard } from './position-card'
import { RecentTrades } from './recent-trades'
import { StrategyCard } from './strategy-card'

export function TradingPage() {
  const { t } = useTranslation()
  const { environment, instrument } = usePreferences()
  const running = useStrategies(environment).filter(({ status }) => status !== 'stopped')
  const [chosen, choose] = useState<string>()
  const shown =
    running.find(({ id }) => id === chosen) ?? running.find((one) => one.instrument === instrument) ?? running[0]

  return (
    <div className="grid gap-3 sm:gap-4">
      <h1 className="sr-only">{t('nav.trading')}</h1>
      <Guide />
      <MarketBar environment={environment} instrument={instrument} />
      <div className="grid items-start gap-3 sm:gap-4 lg:grid-cols-[minmax(0,1fr)_22rem] xl:grid-cols-[minmax(0,1fr)_26rem]">
        <div className="grid min-w-0 gap-3 sm:gap-4">
          <ChartCard environment={environment} instrument={instrument} />
          <PositionCard environment={environment} instrument={instrument} />
          <div className="grid items-start gap-3 sm:gap-4 xl:grid-cols-2">
            <OrdersCard environment={environment} />
            <RecentTrades environment={environment} />
          </div>
        </div>
        <div className="grid min-w-0 gap-3 sm:gap-4">
          <StrategyCard environment={environment} instrument={instrument} shown={shown?.id} onShow={choose} />
          <AnalysisCard strategy={shown} />
        </div>
      </div>
    </div>
  )
}
