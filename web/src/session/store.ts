import { create } from 'zustand'
import { setTokenSource } from '@/api/client'
import { ApiError } from '@/api/error'
import * as api from '@/api/session'
import { goLive } from '@/live/store'

interface SessionStore {
  /** starting: it is not known yet whether the refresh cookie still signs in. */
  status: 'starting' | 'anonymous' | 'signedIn'
  user: api.User | undefined
  /** The session ended without the user's doing: signed out elsewhere, disabled, password changed. */
  ended: boolean
  /** Set while the page waits for the password once more; called with the new token, or without one. */
  asked: ((token: string | undefined) => void) | undefined
}

export const useSession = create<SessionStore>()(() => ({
  status: 'starting',
  user: undefined,
  ended: false,
  asked: undefined,
}))

// The access token lives in this module only: no storage, no cookie, nothing that outlives the page.
let accessToken: string | undefined
let renewal: ReturnType<typeof setTimeout> | undefined
let renewing: Promise<string | undefined> | undefined
let leave: (() => void) | undefined

/** Remembers only that a cookie may be there, so that a first visit asks nothing it must be refused. */
const hint = 'tradebaas.signed-in'

setTokenSource({ token: () => accessToken, renew, stepUp })

/** Signs in again by cookie, where there may be one. Called once, before the first route. */
export async function resume(): Promise<void> {
  if (localStorage.getItem(hint) !== null) await renew()
  if (useSession.getState().status === 'starting') useSession.setState({ status: 'anonymous' })
  window.addEventListener('storage', (event) => {
    if (event.key === hint && event.newValue === null) end(false)
  })
}

export async function signIn(email: string, password: string, totp?: string): Promise<void> {
  take(await api.login({ email, password, totp }))
}

export async function signOut(): Promise<void> {
  try {
    await api.logout()
  } finally {
    end(false)
  }
}

function take(signIn: api.SignIn): string {
  accessToken = signIn.accessToken
  localStorage.setItem(hint, '1')
  plan(Date.parse(signIn.expiresAt))
  const { user } = signIn
  if (useSession.getState().user?.id !== user.id) {
    leave?.()
    leave = goLive()
  }
  useSession.setState({ status: 'signedIn', user, ended: false })
  return signIn.accessToken
}

/** Asks for the password once more, for what a stolen token must not do. One dialog serves all who wait. */
function stepUp(): Promise<string | undefined> {
  return new Promise((resolve) => {
    const { asked } = useSession.getState()
    useSession.setState({
      asked: (token) => {
        asked?.(token)
        resolve(token)
      },
    })
  })
}

/** Answers what stepUp asked. */
export async function enterPassword(password: string): Promise<void> {
  const { accessToken: token, expiresAt } = await api.stepUp(password)
  accessToken = token
  plan(Date.parse(expiresAt))
  answer(token)
}

export function answer(token?: string): void {
  const { asked } = useSession.getState()
  useSession.setState({ asked: undefined })
  asked?.(token)
}

/** Renews well before the end, each page at its own moment. */
function plan(expiresAt: number): void {
  clearTimeout(renewal)
  const left = expiresAt - Date.now()
  const early = Math.min(60_000, left / 4) * (1 + Math.random())
  renewal = setTimeout(() => void renew(), Math.max(5_000, left - early))
}

function renew(): Promise<string | undefined> {
  renewing ??= alone(renewNow).finally(() => {
    renewing = undefined
  })
  return renewing
}

async function renewNow(): Promise<string | undefined> {
  if (localStorage.getItem(hint) === null) return undefined
  try {
    return take(await api.refresh())
  } catch (reason) {
    if (reason instanceof ApiError && (reason.status === 401 || reason.status === 403)) end(accessToken !== undefined)
    else plan(Date.now() + 30_000)
    return undefined
  }
}

/** Refresh tokens are used once: two tabs must not spend the same one. */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks === undefined ? work() : await navigator.locks.request('tradebaas.refresh', work)
}

function end(byOthers: boolean): void {
  accessToken = undefined
  clearTimeout(renewal)
  localStorage.removeItem(hint)
  leave?.()
  leave = undefined
  answer()
  useSession.setState({ status: 'anonymous', user: undefined, ended: byOthers })
}
