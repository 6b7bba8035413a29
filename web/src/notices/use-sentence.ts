import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/format/use-format'
import { named } from '@/i18n'
import type { Happening } from './happening'

export interface Sentence {
  title: string
  text: string
}

/** Puts into words what happened. */
export function useSentence(): (one: Happening) => Sentence {
  const { t } = useTranslation()
  const show = useFormat()
  return useCallback(
    (one: Happening) => {
      const environment = named('environment', one.environment, '')
      const subject = one.strategyName || environment || t('kill.everything')
      const values = {
        subject,
        environment,
        instrument: one.instrument,
        side: one.side === '' ? '' : t(one.side === 'buy' ? 'position.long' : 'position.short'),
        amount: show.amount(one.amount),
        price: show.plain(one.price, 4),
        net: show.money(one.net, one.currency, true),
        reason: named('trades.exit', one.reason),
      }
      const key = `notices.kinds.${one.kind as 'trade_opened'}` as const
      const text = t(`${key}.text`, values)
      return { title: t(`${key}.title`, values), text: [text, one.message].filter(Boolean).join(' ') }
    },
    [t, show],
  )
}
