import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import type { Environment } from '@/api/account'

export type Theme = 'dark' | 'light' | 'system'
export type Language = 'en' | 'nl'

interface Preferences {
  theme: Theme
  language: Language
  /** What the trading page shows. */
  environment: Environment
  instrument: string
  /** Minutes per candle of the chart. */
  timeframe: number
  /** Whether the chart shows what the strategy looks at. */
  indicators: boolean
  /** Users, by id, who have closed the first-run guide. */
  guided: Record<string, boolean>
  /** Up to when each user, by id, has looked at what happened. */
  noticesRead: Record<string, string>
  /** Tell what matters outside the page too, through the browser. */
  desktop: boolean
}

export const usePreferences = create<Preferences>()(
  persist(
    (): Preferences => ({
      theme: 'dark',
      language: navigator.language.toLowerCase().startsWith('nl') ? 'nl' : 'en',
      environment: 'paper',
      instrument: 'BTC_USDC-PERPETUAL',
      timeframe: 1,
      indicators: true,
      guided: {},
      noticesRead: {},
      desktop: false,
    }),
    { name: 'tradebaas.preferences', version: 0 },
  ),
)

export const prefer = (change: Partial<Preferences>) => usePreferences.setState(change)

const lightSystem = typeof matchMedia === 'function' ? matchMedia('(prefers-color-scheme: light)') : undefined

/** The theme that is really shown. */
export function shownTheme(theme: Theme): 'dark' | 'light' {
  return theme === 'light' || (theme === 'system' && lightSystem?.matches === true) ? 'light' : 'dark'
}

/** Keeps the document in the preferred theme, also when the system's changes. theme.js did it before the first paint. */
export function followTheme(): void {
  const apply = () => {
    document.documentElement.dataset.theme = shownTheme(usePreferences.getState().theme)
  }
  apply()
  usePreferences.subscribe(apply)
  lightSystem?.addEventListener('change', apply)
}
