import { Languages, Moon, Sun } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Menu, MenuChoice } from '@/ui/menu'
import { type Language, prefer, shownTheme, type Theme, usePreferences } from './preferences'

export const languages: readonly (readonly [Language, string])[] = [
  ['en', 'English'],
  ['nl', 'Nederlands'],
]

export function useThemes(): readonly (readonly [Theme, string])[] {
  const { t } = useTranslation()
  return [
    ['dark', t('header.dark')],
    ['light', t('header.light')],
    ['system', t('header.system')],
  ]
}

const round = 'grid size-9 place-items-center rounded-lg text-muted hover:bg-raised hover:text-strong data-[state=open]:bg-raised'

export function PreferenceMenus() {
  const { t } = useTranslation()
  const { language, theme } = usePreferences()
  const themes = useThemes()
  const Icon = shownTheme(theme) === 'dark' ? Moon : Sun
  return (
    <div className="flex items-center">
      <Menu
        trigger={
          <button type="button" aria-label={t('header.language')} title={t('header.language')} className={round}>
            <Languages aria-hidden className="size-4.5" />
          </button>
        }
      >
        <MenuChoice label={t('header.language')} value={language} options={languages} onChange={(next) => prefer({ language: next })} />
      </Menu>
      <Menu
        trigger={
          <button type="button" aria-label={t('header.theme')} title={t('header.theme')} className={round}>
            <Icon aria-hidden className="size-4.5" />
          </button>
        }
      >
        <MenuChoice label={t('header.theme')} value={theme} options={themes} onChange={(next) => prefer({ theme: next })} />
      </Menu>
    </div>
  )
}
