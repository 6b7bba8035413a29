import type { Time } from './account'
import { get, post, remove } from './client'

export interface AdminUser {
  id: string
  email: string
  fullName?: string
  isAdmin: boolean
  isActive: boolean
  createdAt: Time
  lastLogin?: Time | null
  connections: number
  strategies: number
}

export const users = (query: string, cursor: string | undefined) =>
  get<{ users: AdminUser[]; nextCursor?: string }>('/api/admin/users', { query, cursor, limit: 50 })

const path = (id: string) => `/api/admin/users/${encodeURIComponent(id)}`

export const resetPassword = (id: string, newPassword: string) =>
  post<unknown>(`${path(id)}/reset-password`, { newPassword })

export const toggleActive = (id: string) => post<{ user: AdminUser }>(`${path(id)}/toggle-active`, {})

/** `close` also closes what the user still has open at the exchange; without it such a user is not deleted. */
export const deleteUser = (id: string, close: boolean) => remove<unknown>(path(id), { close: close || undefined })
