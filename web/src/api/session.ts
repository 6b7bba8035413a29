import type { Time } from './account'
import { get, post, remove } from './client'

export interface User {
  id: string
  email: string
  fullName: string
  isAdmin: boolean
  createdAt: Time
}

export interface SignIn {
  accessToken: string
  expiresAt: Time
  user: User
}

/** One signed-in device. */
export interface Session {
  id: string
  device: string
  address: string
  createdAt: Time
  lastUsed: Time
  /** The one that asks. */
  current: boolean
}

export const register = (request: { email: string; password: string; fullName?: string; disclaimerAccepted: boolean }) =>
  post<{ user: User }>('/api/auth/register', request, { anonymous: true })

export const login = (request: { email: string; password: string; totp?: string }) =>
  post<SignIn>('/api/auth/login', request, { anonymous: true })

export const refresh = () => post<SignIn>('/api/auth/refresh', {}, { anonymous: true })

export const logout = () => post<unknown>('/api/auth/logout', {}, { anonymous: true })

/** The password once more: an access token for what a stolen one must not do. */
export const stepUp = (password: string) => post<{ accessToken: string; expiresAt: Time }>('/api/auth/step-up', { password })

export const setUpOwner = (request: { token: string; email: string; password: string; disclaimerAccepted: boolean }) =>
  post<{ user: User }>('/api/setup/owner', request, { anonymous: true })

export const sessions = () => get<{ sessions: Session[] }>('/api/auth/sessions').then((answer) => answer.sessions)

export const revokeSession = (id: string) => remove<unknown>(`/api/auth/sessions/${encodeURIComponent(id)}`)

/** A one-time ticket, good for 30 s, that opens the WebSocket. */
export const socketTicket = () => post<{ ticket: string }>('/api/ws/ticket', {}).then((answer) => answer.ticket)
