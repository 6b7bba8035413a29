import { useMutation, useQuery } from '@tanstack/react-query'
import clsx from 'clsx'
import { useTranslation } from 'react-i18next'
import { type ClosePreview, closePosition, type Position, previewClose } from '@/api/account'
import type { Instrument } from '@/api/market'
import { signOf, unsigned } from '@/format/number'
import { useFormat } from '@/format/use-format'
import { Confirm } from '@/ui/dialog'
import { Failure, Notice, Skeleton } from '@/ui/notice'

interface CloseDialogProps {
  position: Position
  spec: Instrument | undefined
  onClose: () => void
}

/** Closes a position at market, after what that brings by the order book of now. */
export function CloseDialog({ position, spec, onClose }: CloseDialogProps) {
  const { t } = useTranslation()
  const show = useFormat()
  const { environment, instrument } = position
  const close = useMutation({ mutationFn: () => closePosition(environment, instrument), onSuccess: onClose })
  const preview = useQuery({
    queryKey: ['close-preview', environment, instrument],
    queryFn: () => previewClose(environment, instrument),
    refetchInterval: close.isPending ? false : 2_000,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  })
  return (
    <Confirm
      danger
      open
      onClose={onClose}
      title={t('position.closeTitle')}
      description={t('position.closeText', { size: `${show.amount(unsigned(position.size))} ${spec?.kind === 'inverse' ? 'USD' : (spec?.base ?? '')}`, instrument })}
      action={t('position.closeAction')}
      busy={close.isPending}
      error={close.error}
      onConfirm={() => close.mutate()}
    >
      <div className="min-h-52" data-testid="close-preview" aria-busy={preview.isFetching}>
        {preview.data !== undefined ? (
          <Costs preview={preview.data} tick={spec?.tickSize} />
        ) : preview.isError ? (
          <Failure error={preview.error} retry={() => void preview.refetch()} />
        ) : (
          <Skeleton className="h-52" />
        )}
      </div>
    </Confirm>
  )
}

function Costs({ preview, tick }: { preview: ClosePreview; tick: string | undefined }) {
  const { t } = useTranslation()
  const show = useFormat()
  const { currency, complete } = preview
  const less = (value: string) => (signOf(value) === 0 ? value : value.startsWith('-') ? value.slice(1) : `-${value}`)
  const rows: [string, string][] = [
    [t('position.entry'), show.price(preview.entryPrice, tick)],
    [t('position.closesAt'), show.price(preview.price, tick)],
    [t('position.gross'), show.money(preview.gross, currency, true)],
    [t('position.slippage'), show.money(less(preview.slippage), currency, true)],
    [t('position.fees'), show.money(less(preview.fees), currency, true)],
  ]
  const sign = signOf(preview.net)
  return (
    <div className="grid gap-3">
      <dl className="figures text-sm">
        {rows.map(([name, value]) => (
          <div key={name} className="flex justify-between gap-4 border-b border-line py-1.5">
            <dt className="text-muted">{name}</dt>
            <dd className="text-strong">{value}</dd>
          </div>
        ))}
        <div className="flex items-baseline justify-between gap-4 pt-2">
          <dt className="font-medium text-strong">{t('position.net')}</dt>
          <dd className={clsx('text-lg font-semibold', sign > 0 ? 'text-up' : sign < 0 ? 'text-down' : 'text-strong')}>{show.money(preview.net, currency, true)}</dd>
        </div>
      </dl>
      <p className="text-xs text-muted">{t('position.closeNote')}</p>
      {!complete && <Notice kind="warn">{t('position.thin')}</Notice>}
    </div>
  )
}
