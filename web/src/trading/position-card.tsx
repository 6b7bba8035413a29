import { useMutation } from '@tanstack/react-query'
import clsx from 'clsx'
import { ArrowDownRight, ArrowUpRight, Shield } from 'lucide-react'
import { memo, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useInstrument, usePositions, useStrategies } from '@/account/use-account'
import { ensureStop, type Environment, type Position } from '@/api/account'
import type { Instrument } from '@/api/market'
import { isSet, unsigned } from '@/format/number'
import { useFormat } from '@/format/use-format'
import { useArrived } from '@/live/store'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Card, Figure } from '@/ui/card'
import { Empty, Notice, Skeleton } from '@/ui/notice'
import { tell, tellError } from '@/ui/toast'
import { CloseDialog } from './close-dialog'
import { useTicker } from './market-bar'
import { openResult, progress, returnOf } from './profit'
import { StopDialog } from './stop-dialog'

/** The positions of an environment, the one of the shown instrument first. */
export function PositionCard({ environment, instrument }: { environment: Environment; instrument: string }) {
  const { t } = useTranslation()
  const positions = usePositions(environment)
  const arrived = useArrived('positions')
  const ordered = useMemo(() => positions.toSorted((a, b) => Number(b.instrument === instrument) - Number(a.instrument === instrument)), [positions, instrument])
  return (
    <Card title={t('position.title')} aside={positions.length > 1 && <Badge>{positions.length}</Badge>} data-testid="positions">
      {positions.length > 0 ? (
        <ul className="grid gap-4 divide-y divide-line">
          {ordered.map((position) => (
            <PositionItem key={position.instrument} position={position} />
          ))}
        </ul>
      ) : arrived ? (
        <Empty icon={<Shield />} title={t('position.none')}>
          {t('position.noneText')}
        </Empty>
      ) : (
        <Skeleton className="h-28" />
      )}
    </Card>
  )
}

/** Drawn again only when its own position changed; what moves with the price follows it by itself. */
const PositionItem = memo(function PositionItem({ position }: { position: Position }) {
  const { t } = useTranslation()
  const show = useFormat()
  const spec = useInstrument(position.environment, position.instrument)
  const strategy = useStrategies(position.environment).find(({ id }) => id === position.strategyId)
  const long = !position.size.startsWith('-')
  const price = (value: string) => show.price(value, spec?.tickSize)
  const Arrow = long ? ArrowUpRight : ArrowDownRight

  return (
    <li className="not-first:pt-4" data-testid="position">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Badge tone={long ? 'good' : 'bad'}>
          <Arrow aria-hidden className="size-3.5" />
          {t(long ? 'position.long' : 'position.short')}
        </Badge>
        <span className="min-w-0">
          <span className="block truncate font-medium text-strong">{position.instrument}</span>
          {strategy !== undefined && <span className="block text-xs text-muted">{strategy.strategyName}</span>}
        </span>
        <OpenResult position={position} spec={spec} />
      </div>
      <dl className="mt-3 grid grid-cols-2 gap-x-4 gap-y-2 sm:grid-cols-3 lg:grid-cols-6">
        <Figure label={t('position.size')}>
          {show.amount(unsigned(position.size))} {spec?.kind === 'inverse' ? 'USD' : spec?.base}
        </Figure>
        <Figure label={t('position.entry')}>{price(position.averagePrice)}</Figure>
        <MarkPrice position={position} spec={spec} />
        <Figure label={t('position.stop')}>{isSet(position.stopLoss) ? price(position.stopLoss) : t('position.noStop')}</Figure>
        <Figure label={t('position.target')}>{isSet(position.takeProfit) ? price(position.takeProfit) : '–'}</Figure>
        <Figure label={t('position.liquidation')}>{isSet(position.liquidationPrice) ? price(position.liquidationPrice) : '–'}</Figure>
      </dl>
      <Between position={position} />
      {!isSet(position.stopLoss) && !position.foreign && (
        <Notice kind="warn" className="mt-3">
          {t('position.unprotected')}
        </Notice>
      )}
      {position.foreign && (
        <Notice kind="warn" className="mt-3">
          {t('position.foreign')}
        </Notice>
      )}
      <div className="mt-3 flex flex-wrap justify-end gap-2">
        <ProtectPosition position={position} spec={spec} />
        <ClosePosition position={position} spec={spec} />
      </div>
    </li>
  )
})

/** The newest mark price; a market that is not followed yet has what the position came with. */
const useMark = ({ environment, instrument, markPrice }: Position) => useTicker(environment, instrument)?.mark ?? markPrice

function OpenResult({ position, spec }: { position: Position; spec: Instrument | undefined }) {
  const { t } = useTranslation()
  const show = useFormat()
  const mark = useMark(position)
  const result = openResult(position, mark, spec)
  return (
    <span className={clsx('figures ml-auto text-right', result > 0 ? 'text-up' : result < 0 ? 'text-down' : 'text-strong')} title={t('position.pnl')} data-testid="open-result">
      <span className="sr-only">{t('position.pnl')}: </span>
      <span className="block text-lg leading-tight font-semibold">{show.money(result, spec?.settlement ?? '', true)}</span>
      <span className="block text-xs">{show.percent(returnOf(position, mark), true)}</span>
    </span>
  )
}

function MarkPrice({ position, spec }: { position: Position; spec: Instrument | undefined }) {
  const { t } = useTranslation()
  const show = useFormat()
  return <Figure label={t('position.mark')}>{show.price(useMark(position), spec?.tickSize)}</Figure>
}

/** The price on its way between stop and target. */
function Between({ position }: { position: Position }) {
  const { t } = useTranslation()
  const at = progress(position, useMark(position))
  if (at === undefined) return null
  const percent = Math.round(at * 100)
  return (
    <div className="mt-3">
      <div
        role="meter"
        aria-label={t('position.between')}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        className="relative h-1.5 rounded-full bg-linear-to-r from-down via-line to-up"
      >
        <span style={{ left: `${percent}%` }} className="absolute top-1/2 size-3.5 -translate-1/2 rounded-full border-2 border-panel bg-strong" />
      </div>
      <div aria-hidden className="mt-1 flex justify-between text-xs text-muted">
        <span>{t('position.stop')}</span>
        <span>{t('position.target')}</span>
      </div>
    </div>
  )
}

/** Sets or moves the stop, and has a known one put back where it was. */
function ProtectPosition({ position, spec }: { position: Position; spec: Instrument | undefined }) {
  const { t } = useTranslation()
  const show = useFormat()
  const [placing, setPlacing] = useState(false)
  const ensure = useMutation({
    mutationFn: () => ensureStop(position.environment, position.instrument),
    onSuccess: ({ stopLoss }) => tell(t('stop.stands', { price: show.price(stopLoss, spec?.tickSize) })),
    onError: tellError,
  })
  const known = isSet(position.stopLoss)
  return (
    <>
      {known && (
        <Button size="small" title={t('stop.ensureAbout')} busy={ensure.isPending} onClick={() => ensure.mutate()}>
          {t('stop.ensure')}
        </Button>
      )}
      <Button size="small" onClick={() => setPlacing(true)}>
        {t(known ? 'stop.move' : 'stop.set')}
      </Button>
      {placing && <StopDialog position={position} spec={spec} onClose={() => setPlacing(false)} />}
    </>
  )
}

function ClosePosition({ position, spec }: { position: Position; spec: Instrument | undefined }) {
  const { t } = useTranslation()
  const [asking, setAsking] = useState(false)
  return (
    <>
      <Button size="small" onClick={() => setAsking(true)}>
        {t('position.close')}
      </Button>
      {asking && <CloseDialog position={position} spec={spec} onClose={() => setAsking(false)} />}
    </>
  )
}
