import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { usePreferences } from '@/shell/preferences'
import { en } from './en'
import { nl } from './nl'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation'
    resources: { translation: typeof en; operator: typeof import('./operator/en').en }
  }
}

void i18next.use(initReactI18next).init({
  lng: usePreferences.getState().language,
  fallbackLng: 'en',
  resources: { en: { translation: en }, nl: { translation: nl } },
  interpolation: { escapeValue: false },
  initAsync: false,
})
document.documentElement.lang = i18next.language

usePreferences.subscribe(({ language }) => {
  if (language === i18next.language) return
  void i18next.changeLanguage(language)
  document.documentElement.lang = language
})

/** Every key of one language, with any text behind it: what another language must be. */
export type Translation<T> = { [K in keyof T]: T[K] extends string ? string : Translation<T[K]> }

/** A text whose key is only known at run time (a state, an exit reason, a parameter), or what the server called it. */
export function named(group: string, name: string, fallback?: string): string {
  const key = `${group}.${name}`
  return i18next.exists(key) ? i18next.t(key as never) : (fallback ?? name.replaceAll('_', ' '))
}
