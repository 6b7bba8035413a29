import i18next from 'i18next'
import '..'
import { en } from './en'
import { nl } from './nl'

i18next.addResourceBundle('en', 'operator', en)
i18next.addResourceBundle('nl', 'operator', nl)

/** A state of an actor in words. */
export function stateText(state: string): string {
  const key = `operator:actors.state.${state}`
  return i18next.exists(key) ? i18next.t(key as never) : state
}
