import { useMutation } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { tradeFile, type TradeFilter } from '@/api/trade'
import { Button } from '@/ui/button'
import { Menu, MenuItem } from '@/ui/menu'
import { tell, tellError } from '@/ui/toast'

/** Saves every trade of the filter, not only the page that is shown. */
export function ExportMenu({ query, disabled }: { query: TradeFilter; disabled: boolean }) {
  const { t } = useTranslation()
  const save = useMutation({
    mutationFn: (format: 'csv' | 'json') => tradeFile(query, format),
    onSuccess: ({ name, content }) => {
      keep(name, content)
      tell(t('trades.export.done', { name }))
    },
    onError: tellError,
  })
  return (
    <Menu
      trigger={
        <Button size="small" busy={save.isPending} disabled={disabled}>
          <Download aria-hidden className="size-3.5" />
          {t('trades.export.action')}
        </Button>
      }
    >
      <MenuItem onSelect={() => save.mutate('csv')}>{t('trades.export.csv')}</MenuItem>
      <MenuItem onSelect={() => save.mutate('json')}>{t('trades.export.json')}</MenuItem>
    </Menu>
  )
}

/** Hands a file to the browser, which keeps it where downloads go. */
function keep(name: string, content: Blob): void {
  const address = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}
