import { useEffect, useRef } from 'react'
import { usePreferences } from '@/shell/preferences'
import { announce } from '@/ui/toast'
import { type Happening, matters, toneOf } from './happening'
import { watchLive } from './store'
import { useSentence } from './use-sentence'

/** Tells at once of what matters: on the page, and outside of it where the user asked for that. */
export function Announcer() {
  const sentence = useSentence()
  const say = useRef(sentence)
  say.current = sentence
  useEffect(() => watchLive((one) => matters(one) && tellOf(one, say.current(one))), [])
  return null
}

function tellOf(one: Happening, { title, text }: { title: string; text: string }): void {
  announce(loudness(one), text === '' ? title : `${title}. ${text}`)
  if (document.hidden && usePreferences.getState().desktop && canNotify() && Notification.permission === 'granted') {
    new Notification(title, { body: text, tag: one.id })
  }
}

/** A trade that closes at a loss is no alarm. */
function loudness(one: Happening): 'good' | 'bad' | 'info' {
  const tone = toneOf(one)
  if (one.kind === 'trade_closed' && one.reason !== 'liquidation') return tone === 'good' ? 'good' : 'info'
  return tone === 'warn' ? 'bad' : tone
}

export const canNotify = () => typeof Notification === 'function'
