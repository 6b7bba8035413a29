import clsx from 'clsx'
import { Check, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Notice } from '@/ui/notice'
import { currentStep, type Seen, type Step, steps } from './progress'
import { StepAction } from './step-action'
import { useGuide } from './use-guide'

/** Leads a newcomer to a first trade, on the page where it happens. */
export function Guide() {
  const { t } = useTranslation()
  const { seen, done, shown, dismiss } = useGuide()
  if (!shown) return null
  const now = currentStep(done)
  return (
    <Card
      className="border-brand/40 bg-linear-to-b from-brand-soft to-transparent"
      data-testid="guide"
      title={
        <span className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5">
          <span className="text-base">{t('guide.title')}</span>
          <span className="font-normal text-muted">{t('guide.subtitle')}</span>
        </span>
      }
      aside={
        <span className="flex items-center gap-2">
          <span className="figures text-xs text-muted">{t('guide.progress', { done: done.size, total: steps.length })}</span>
          <button type="button" aria-label={t('guide.dismiss')} title={t('guide.dismiss')} onClick={dismiss} className="grid size-8 place-items-center rounded-lg text-muted hover:bg-raised hover:text-strong">
            <X aria-hidden className="size-4" />
          </button>
        </span>
      }
    >
      <ol className="grid gap-2 md:grid-cols-2 xl:grid-cols-3">
        {steps.map((step, index) => (
          <StepItem key={step} step={step} number={index + 1} state={done.has(step) ? 'done' : step === now ? 'now' : 'later'} seen={seen} />
        ))}
      </ol>
      {now === undefined && (
        <Notice kind="good" className="mt-3">
          <div className="flex flex-wrap items-center justify-between gap-3">
            <p>{t('guide.finished')}</p>
            <Button size="small" kind="primary" onClick={dismiss}>
              {t('guide.finish')}
            </Button>
          </div>
        </Notice>
      )}
    </Card>
  )
}

function StepItem({ step, number, state, seen }: { step: Step; number: number; state: 'done' | 'now' | 'later'; seen: Seen }) {
  const { t } = useTranslation()
  return (
    <li
      aria-current={state === 'now' ? 'step' : undefined}
      data-testid={`step-${step}`}
      data-state={state}
      className={clsx('flex gap-3 rounded-lg border p-3.5', state === 'now' ? 'border-brand bg-panel' : 'border-line bg-panel/60')}
    >
      <span
        className={clsx(
          'grid size-7 shrink-0 place-items-center rounded-full text-xs font-semibold',
          state === 'done' ? 'bg-up-soft text-up' : state === 'now' ? 'bg-brand text-white' : 'bg-raised text-muted',
        )}
      >
        {state === 'done' ? <Check aria-hidden className="size-4" /> : number}
        <span className="sr-only">{t(`guide.${state}`)}</span>
      </span>
      <div className="min-w-0 flex-1">
        <h3 className={clsx('text-sm', state === 'later' && 'text-muted')}>{t(`guide.${step}.title`)}</h3>
        <p className="mt-0.5 text-xs text-muted">{t(`guide.${step}.text`)}</p>
        <StepAction step={step} state={state} seen={seen} />
      </div>
    </li>
  )
}
