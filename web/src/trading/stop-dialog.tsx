import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { placeStop, type Position, type StopPlace } from '@/api/account'
import type { Instrument } from '@/api/market'
import { isSet, unsigned } from '@/format/number'
import { useFormat } from '@/format/use-format'
import { Button } from '@/ui/button'
import { Choice } from '@/ui/choice'
import { Dialog } from '@/ui/dialog'
import { Input } from '@/ui/field'
import { Failure, fieldError } from '@/ui/notice'
import { tell } from '@/ui/toast'
import { useTicker } from './market-bar'
import { readStop, type StopMode, type StopRead } from './stop-price'

interface StopDialogProps {
  position: Position
  spec: Instrument | undefined
  onClose: () => void
}

/** Sets the stop of a position or moves it, at a price or so many percent from the mark price. */
export function StopDialog({ position, spec, onClose }: StopDialogProps) {
  const { t } = useTranslation()
  const mark = useTicker(position.environment, position.instrument)?.mark ?? position.markPrice
  const show = useFormat()
  const form = useId()
  const [mode, setMode] = useState<StopMode>('price')
  const [typed, setTyped] = useState(isSet(position.stopLoss) ? position.stopLoss : '')
  const [tried, setTried] = useState(false)
  const read = readStop(mode, typed, position, mark, spec)
  const place = useMutation({
    mutationFn: (where: StopPlace) => placeStop(position.environment, position.instrument, where),
    onSuccess: ({ stopLoss }) => {
      tell(t('stop.stands', { price: show.price(stopLoss, spec?.tickSize) }))
      onClose()
    },
  })
  const complaint = 'complaint' in read && (tried || typed !== '') ? read.complaint : undefined

  function submit(event: FormEvent) {
    event.preventDefault()
    setTried(true)
    if ('place' in read) place.mutate(read.place)
  }

  function choose(next: StopMode) {
    setMode(next)
    setTyped('')
    setTried(false)
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title={t(isSet(position.stopLoss) ? 'stop.move' : 'stop.set')}
      description={t('stop.text', { instrument: position.instrument, mark: show.price(mark, spec?.tickSize) })}
      footer={
        <>
          <Button onClick={onClose}>{t('app.cancel')}</Button>
          <Button kind="primary" type="submit" form={form} busy={place.isPending}>
            {t(isSet(position.stopLoss) ? 'stop.move' : 'stop.set')}
          </Button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={submit} className="grid gap-4">
        <Choice label={t('stop.by')} value={mode} onChange={choose} options={(['price', 'percent'] as const).map((value) => ({ value, text: t(`stop.modes.${value}`) }))} />
        <Input
          label={t(`stop.modes.${mode}`)}
          unit={mode === 'percent' ? '%' : spec?.quote}
          inputMode="decimal"
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          error={complaint === undefined ? fieldError(place.error, mode) : t(`stop.complaints.${complaint}`)}
          className="figures"
        />
        <Preview read={read} position={position} spec={spec} />
        <Failure error={place.error} />
      </form>
    </Dialog>
  )
}

function Preview({ read, position, spec }: { read: StopRead; position: Position; spec: Instrument | undefined }) {
  const { t } = useTranslation()
  const show = useFormat()
  const { preview } = 'preview' in read ? read : {}
  return (
    <p aria-live="polite" className="min-h-10 text-sm text-text" data-testid="stop-preview">
      {preview !== undefined &&
        t(position.size.startsWith('-') ? 'stop.previewShort' : 'stop.previewLong', {
          price: show.price(preview.price, spec?.tickSize),
          away: show.percent(preview.away),
          size: `${show.amount(unsigned(position.size))} ${spec?.kind === 'inverse' ? 'USD' : (spec?.base ?? '')}`,
          result: show.money(preview.result, spec?.settlement ?? '', true),
        })}
    </p>
  )
}
