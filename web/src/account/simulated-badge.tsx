import { FlaskConical } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Environment } from '@/api/account'
import { Badge } from '@/ui/badge'

/** Says of what kind the money and the prices of an environment are. Paper is always marked. */
export function EnvironmentBadge({ environment, className }: { environment: Environment; className?: string }) {
  const { t } = useTranslation()
  const title = t(`environmentAbout.${environment}`)
  if (environment === 'paper') {
    return (
      <Badge tone="simulated" title={title} className={className}>
        <FlaskConical aria-hidden className="size-3.5" />
        {t('header.simulated')}
      </Badge>
    )
  }
  return (
    <Badge tone={environment === 'live' ? 'bad' : 'brand'} title={title} className={className}>
      {t(environment === 'live' ? 'header.realMoney' : 'header.testMoney')}
    </Badge>
  )
}
