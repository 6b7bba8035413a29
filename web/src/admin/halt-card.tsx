import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Halt, haltServer, resumeServer, serverHalt } from '@/api/admin'
import { useFormat } from '@/format/use-format'
import { useShowHalt } from '@/kill/use-kill'
import { Button } from '@/ui/button'
import { Card, Figure } from '@/ui/card'
import { Confirm } from '@/ui/dialog'
import { Checkbox } from '@/ui/field'
import { Failure, Notice, Skeleton } from '@/ui/notice'

const key = ['admin', 'halt']

/** Stops all entries of everybody, and ends that again. */
export function HaltCard() {
  const { t } = useTranslation()
  const halt = useQuery({ queryKey: key, queryFn: serverHalt, refetchInterval: ({ state }) => (state.data?.on ? 2_000 : false) })
  return (
    <Card title={t('halt.title')} data-testid="halt">
      <Failure error={halt.error} retry={() => void halt.refetch()} className="mb-3" />
      {halt.isPending && <Skeleton className="h-16" />}
      {halt.data?.on === false && <HaltOff />}
      {halt.data?.on === true && <HaltOn halt={halt.data} />}
    </Card>
  )
}

function useHalt(work: () => Promise<Halt>) {
  const client = useQueryClient()
  const show = useShowHalt()
  return useMutation({
    mutationFn: work,
    onSuccess: (halt) => {
      client.setQueryData(key, halt)
      show(halt)
    },
  })
}

function HaltOff() {
  const { t } = useTranslation()
  const [asking, setAsking] = useState(false)
  const [closing, setClosing] = useState(false)
  const halt = useHalt(() => haltServer(closing))
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      <p className="min-w-0 flex-1 basis-72 text-sm text-muted">{t('halt.text')}</p>
      <Button kind="danger" onClick={() => setAsking(true)}>
        {t('halt.action')}
      </Button>
      <Confirm danger open={asking} onClose={() => setAsking(false)} title={t('halt.ask')} description={t('halt.askText')} action={t('halt.action')} busy={halt.isPending} error={halt.error} onConfirm={() => halt.mutate()}>
        <Checkbox label={t('halt.close')} hint={t('halt.closeAbout')} checked={closing} onChange={(event) => setClosing(event.target.checked)} />
      </Confirm>
    </div>
  )
}

function HaltOn({ halt }: { halt: Halt }) {
  const { t } = useTranslation()
  const show = useFormat()
  const [asking, setAsking] = useState(false)
  const resume = useHalt(resumeServer)
  return (
    <div className="grid gap-4">
      <Notice kind="bad">{t(!halt.closes ? 'halt.on' : halt.unfinished > 0 ? 'halt.onCloses' : 'halt.onClosed')}</Notice>
      <div className="flex flex-wrap items-end justify-between gap-4">
        <dl className="grid flex-1 grid-cols-2 gap-4 sm:grid-cols-3">
          <Figure label={t('halt.since')}>{show.dateTime(halt.since)}</Figure>
          <Figure label={t('halt.connections')}>{halt.connections}</Figure>
          <Figure label={t('halt.unfinished')}>{halt.unfinished}</Figure>
        </dl>
        <Button kind="primary" onClick={() => setAsking(true)}>
          {t('halt.resume')}
        </Button>
      </div>
      <Confirm open={asking} onClose={() => setAsking(false)} title={t('halt.resumeAsk')} description={t('halt.resumeText')} action={t('halt.resume')} busy={resume.isPending} error={resume.error} onConfirm={() => resume.mutate()} />
    </div>
  )
}
