import { useMutation } from '@tanstack/react-query'
import { ArrowDownRight, ArrowUpRight, Shield } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useInstrument, usePositions } from '@/account/use-account'
import { closePosition, ensureStop, type Environment, type Position } from '@/api/account'
import type { Instrument } from '@/api/market'
import { isSet, unsigned } from '@/format/number'
import { useFormat } from '@/format/use-format'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Card, Figure } from '@/ui/card'
import { Confirm } from '@/ui/dialog'
import { Empty, Notice } from '@/ui/notice'
import { tell, tellError } from '@/ui/toast'
import { useTicker } from './market-bar'
import { openResult, progress } from './profit'
import { StopDialog } from './stop-dialog'

/** The positions of an environment, the one of the shown instrument first. */
export function PositionCard({ environment, instrument }: { environment: Environment; instrument: string }) {
  const { t } = useTranslation()
  const positions = usePositions(environment).toSorted((a, b) => Number(b.instrument === instrument) - Number(a.instrument === instrument))
  return (
    <Card title={t('position.title')} data-testid="positions">
      {positions.length === 0 ? (
        <Empty icon={<Shield />} title={t('position.none')} />
      ) : (
        <ul className="grid gap-4 divide-y divide-line">
          {positions.map((position) => (
            <PositionItem key={position.instrument} position={position} />
          ))}
        </ul>
      )}
    </Card>
  )
}

function PositionItem({ position }: { position: Position }) {
  const { t } = useTranslation()
  const show = useFormat()
  const spec = useInstrument(position.environment, position.instrument)
  const mark = useTicker(position.environment, position.instrument)?.mark ?? position.markPrice
  const result = openResult(position, mark, spec)
  const long = !position.size.startsWith('-')
  const price = (value: string) => show.price(value, spec?.tickSize)
  const Arrow = long ? ArrowUpRight : ArrowDownRight

  return (
    <li className="not-first:pt-4" data-testid="position">
      <div className="flex flex-wrap items-center gap-3">
        <Badge tone={long ? 'good' : 'bad'}>
          <Arrow aria-hidden className="size-3.5" />
          {t(long ? 'position.long' : 'position.short')}
        </Badge>
        <span className="font-medium text-strong">{position.instrument}</span>
        <span className={`figures ml-auto text-lg font-semibold ${result > 0 ? 'text-up' : result < 0 ? 'text-down' : 'text-strong'}`} title={t('position.pnl')}>
          {show.money(result, spec?.settlement ?? '', true)}
        </span>
      </div>
      <dl className="mt-3 grid grid-cols-2 gap-x-4 gap-y-2 sm:grid-cols-5">
        <Figure label={t('position.size')}>
          {show.amount(unsigned(position.size))} {spec?.kind === 'inverse' ? 'USD' : spec?.base}
        </Figure>
        <Figure label={t('position.entry')}>{price(position.averagePrice)}</Figure>
        <Figure label={t('position.mark')}>{price(mark)}</Figure>
        <Figure label={t('position.stop')}>{isSet(position.stopLoss) ? price(position.stopLoss) : t('position.noStop')}</Figure>
        <Figure label={t('position.target')}>{isSet(position.takeProfit) ? price(position.takeProfit) : '–'}</Figure>
      </dl>
      <Between position={position} mark={mark} />
      {position.foreign && (
        <Notice kind="warn" className="mt-3">
          {t('position.foreign')}
        </Notice>
      )}
      <div className="mt-3 flex flex-wrap justify-end gap-2">
        <ProtectPosition position={position} mark={mark} spec={spec} />
        <ClosePosition position={position} />
      </div>
    </li>
  )
}

/** The price on its way between stop and target. */
function Between({ position, mark }: { position: Position; mark: string }) {
  const { t } = useTranslation()
  const at = progress(position, mark)
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
        <span style={{ left: `${percent}%` }} className="absolute top-1/2 size-3.5 -translate-1/2 rounded-full border-2 border-panel bg-strong transition-[left]" />
      </div>
      <div aria-hidden className="mt-1 flex justify-between text-xs text-muted">
        <span>{t('position.stop')}</span>
        <span>{t('position.target')}</span>
      </div>
    </div>
  )
}

/** Sets or moves the stop, and has a known one put back where it was. */
function ProtectPosition({ position, mark, spec }: { position: Position; mark: string; spec: Instrument | undefined }) {
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
      {placing && <StopDialog position={position} mark={mark} spec={spec} onClose={() => setPlacing(false)} />}
    </>
  )
}

function ClosePosition({ position }: { position: Position }) {
  const { t } = useTranslation()
  const show = useFormat()
  const [asking, setAsking] = useState(false)
  const close = useMutation({
    mutationFn: () => closePosition(position.environment, position.instrument),
    onSuccess: () => setAsking(false),
  })
  return (
    <>
      <Button size="small" onClick={() => setAsking(true)}>
        {t('position.close')}
      </Button>
      <Confirm
        danger
        open={asking}
        onClose={() => setAsking(false)}
        title={t('position.closeTitle')}
        description={t('position.closeText', { size: show.amount(unsigned(position.size)), instrument: position.instrument })}
        action={t('position.closeAction')}
        busy={close.isPending}
        error={close.error}
        onConfirm={() => close.mutate()}
      />
    </>
  )
}
