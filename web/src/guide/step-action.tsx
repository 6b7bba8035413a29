import { useTranslation } from 'react-i18next'
import { useConnect, useTakePaperAccount } from '@/account/use-account'
import { useStart } from '@/account/use-strategy'
import type { Config } from '@/api/strategy'
import { useFormat } from '@/format/use-format'
import { named } from '@/i18n'
import { prefer } from '@/shell/preferences'
import { Button } from '@/ui/button'
import { Failure } from '@/ui/notice'
import { useNow } from '@/ui/use-now'
import type { Seen, Step } from './progress'
import { guideInstrument } from './use-guide'

interface StepProps {
  step: Step
  state: 'done' | 'now' | 'later'
  seen: Seen
}

/** The button of a step, or what there is to see. */
export function StepAction(props: StepProps) {
  const { step, state } = props
  if (state === 'later') return null
  switch (step) {
    case 'account':
      return state === 'now' ? <TakeAccount /> : null
    case 'connect':
      return state === 'now' ? <Connect seen={props.seen} /> : null
    case 'fastTest':
      return state === 'now' ? <StartStep name="Fast Test" config={{}} /> : null
    case 'watch':
      return <Watch seen={props.seen} />
    case 'razor':
      // Fast Test has ended its trade; its place on the instrument is free a moment later.
      return state === 'now' ? (
        <StartStep name="Razor" config={{ preset: 'conservative' }} wait={props.seen.fastTest?.status === 'active'} />
      ) : null
    case 'analyse':
      return <Analyse seen={props.seen} />
  }
}

function TakeAccount() {
  const { t } = useTranslation()
  const take = useTakePaperAccount()
  return (
    <>
      <Button kind="primary" size="small" className="mt-3" busy={take.isPending} onClick={() => take.mutate()}>
        {t('guide.account.action')}
      </Button>
      <Failure error={take.error} className="mt-3" />
    </>
  )
}

function Connect({ seen }: { seen: Seen }) {
  const { t } = useTranslation()
  const connect = useConnect()
  const underWay = seen.connection?.state === 'connecting' || seen.connection?.state === 'reconciling'
  return (
    <>
      <Button kind="primary" size="small" className="mt-3" busy={connect.isPending || underWay} onClick={() => connect.mutate('paper')}>
        {t('guide.connect.action')}
      </Button>
      {underWay && seen.connection?.lastError && <p className="mt-2 text-xs text-text">{seen.connection.lastError}</p>}
      <Failure error={connect.error} className="mt-3" />
    </>
  )
}

function StartStep({ name, config, wait = false, again = false }: { name: 'Fast Test' | 'Razor'; config: Config; wait?: boolean; again?: boolean }) {
  const { t } = useTranslation()
  const start = useStart()
  function press() {
    prefer({ instrument: guideInstrument })
    start.mutate({ strategyName: name, instrument: guideInstrument, environment: 'paper', config, disclaimerAccepted: true })
  }
  return (
    <>
      <Button kind="primary" size="small" className="mt-3" busy={start.isPending || wait} onClick={press}>
        {again ? t('guide.watch.again') : t(name === 'Razor' ? 'guide.razor.action' : 'guide.fastTest.action')}
      </Button>
      <Failure error={start.error} className="mt-3" />
    </>
  )
}

/** Fast Test holds a position this long at most. */
const longestHold = 20_000

function Watch({ seen }: { seen: Seen }) {
  const { t } = useTranslation()
  const show = useFormat()
  const { trade, fastTest } = seen
  const now = useNow(trade?.status === 'open')
  if (trade?.status === 'closed') {
    return (
      <p className="figures mt-2 text-xs text-text" data-testid="watched">
        {t('guide.watch.closed', { reason: named('trades.exit', trade.exitReason ?? ''), net: show.money(trade.net, trade.currency, true) })}
      </p>
    )
  }
  if (trade?.status === 'open') {
    const left = Math.ceil((Date.parse(trade.entryTime) + longestHold - now) / 1000)
    return (
      <p className="figures mt-2 text-xs font-medium text-brand-text" data-testid="watching">
        {left > 0 ? t('guide.watch.open', { entry: show.clock(trade.entryTime), seconds: Math.min(20, left) }) : t('guide.watch.closing')}
      </p>
    )
  }
  if (fastTest?.status === 'stopped' || fastTest?.status === 'error') {
    return (
      <>
        <p className="mt-2 text-xs text-text">{t('guide.watch.failed', { reason: fastTest.errorMessage || fastTest.stateReason || '–' })}</p>
        <StartStep name="Fast Test" config={{}} again />
      </>
    )
  }
  return <p className="mt-2 text-xs font-medium text-brand-text">{fastTest?.stateReason || t('guide.watch.entering')}</p>
}

function Analyse({ seen: { analysis } }: { seen: Seen }) {
  const { t } = useTranslation()
  if (analysis === undefined) return <p className="mt-2 text-xs text-text">{t('analysis.waiting')}</p>
  const { dataPoints: have, requiredDataPoints: need } = analysis
  const { checkpoints } = analysis
  const met = checkpoints.filter(({ status }) => status === 'met').length
  return (
    <p className="figures mt-2 text-xs font-medium text-brand-text">
      {have < need ? t('guide.analyse.collecting', { have, need }) : t('guide.analyse.analysing', { met, total: checkpoints.length })}
    </p>
  )
}
