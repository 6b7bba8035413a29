import { Link, useMatches } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Button } from '@/ui/button'
import { Failure } from '@/ui/notice'

/** Stands in for a part of the page that broke. A new version of the page also ends here: its old chunks are gone. */
export function Trouble({ error }: { error: unknown }) {
  const { t } = useTranslation()
  const matches = useMatches()
  // The frame of a signed-in user has a main part already.
  const Part = matches.some(({ routeId }) => routeId === '/shell') ? 'div' : 'main'
  return (
    <Part className="mx-auto grid max-w-md gap-4 px-4 py-24">
      <h1 className="text-lg">{t('app.crashed')}</h1>
      <Failure error={error} />
      <Button kind="primary" onClick={() => location.reload()}>
        {t('app.reload')}
      </Button>
    </Part>
  )
}

export function NotFound() {
  const { t } = useTranslation()
  return (
    <main className="mx-auto grid max-w-md justify-items-center gap-4 px-4 py-24 text-center">
      <h1 className="text-lg">{t('app.notFound')}</h1>
      <Link to="/" className="text-brand-text underline underline-offset-4">
        {t('app.home')}
      </Link>
    </main>
  )
}
