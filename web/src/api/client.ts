import { ApiError, errorOf } from './error'

/** What the client needs from the sign-in: the token of now, and a new one when that has run out. */
export interface TokenSource {
  token(): string | undefined
  /** Renews once for all callers; undefined when the user has to sign in again. */
  renew(): Promise<string | undefined>
  /** Asks the user for the password once more; undefined when they would rather not. */
  stepUp(): Promise<string | undefined>
}

let source: TokenSource = { token: () => undefined, renew: async () => undefined, stepUp: async () => undefined }

/** Tells the client where tokens come from. Called once by the session store. */
export function setTokenSource(tokens: TokenSource): void {
  source = tokens
}

type Query = Record<string, string | number | boolean | undefined>

interface Call {
  query?: Query
  body?: unknown
  /** Without a token: sign-in, refresh and set-up. */
  anonymous?: boolean
  /** One key per press of a button, so that a repeated request has its effect once. */
  idempotencyKey?: string
  signal?: AbortSignal
}

export function get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
  return call<T>('GET', path, { query, signal })
}

export function post<T>(path: string, body?: unknown, rest: Omit<Call, 'body'> = {}): Promise<T> {
  return call<T>('POST', path, { ...rest, body })
}

export function put<T>(path: string, body: unknown): Promise<T> {
  return call<T>('PUT', path, { body })
}

export function remove<T>(path: string, query?: Query): Promise<T> {
  return call<T>('DELETE', path, { query })
}

/** A file that the server makes, as it is sent. */
export async function getFile(path: string, query?: Query): Promise<{ name: string; content: Blob }> {
  const answer = await ask('GET', path, { query })
  const name = /filename="([^"]+)"/.exec(answer.headers.get('Content-Disposition') ?? '')?.[1]
  return { name: name ?? 'download', content: await answer.blob() }
}

/** A fresh key for the Idempotency-Key header. randomUUID is missing on plain http outside loopback. */
export function newIdempotencyKey(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

async function call<T>(method: string, path: string, options: Call): Promise<T> {
  const answer = await ask(method, path, options)
  if (answer.status === 204) return undefined as T
  return (await answer.json()) as T
}

/** Asks with a token that holds, and gives an answer that is no refusal. */
async function ask(method: string, path: string, options: Call): Promise<Response> {
  const token = options.anonymous ? undefined : (source.token() ?? (await source.renew()))
  if (!options.anonymous && token === undefined) {
    throw new ApiError('Your session has ended. Sign in again.', { status: 401, code: 'session_ended' })
  }
  let answer = await send(method, path, options, token)
  if (answer.status === 401 && !options.anonymous) {
    const token = await source.renew()
    if (token !== undefined) answer = await send(method, path, options, token)
  }
  if (!answer.ok) {
    const refusal = await errorOf(answer)
    const token = refusal.code === 'step_up_required' ? await source.stepUp() : undefined
    if (token === undefined) throw refusal
    answer = await send(method, path, options, token)
    if (!answer.ok) throw await errorOf(answer)
  }
  return answer
}

async function send(method: string, path: string, options: Call, token: string | undefined): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (token !== undefined) headers.Authorization = `Bearer ${token}`
  if (options.idempotencyKey !== undefined) headers['Idempotency-Key'] = options.idempotencyKey
  const init: RequestInit = { method, headers, credentials: 'same-origin', signal: options.signal }
  if (options.body !== undefined) {
    headers['Content-Type'] = 'application/json'
    init.body = JSON.stringify(options.body)
  }
  try {
    return await fetch(path + queryString(options.query), init)
  } catch (reason) {
    if (reason instanceof DOMException && reason.name === 'AbortError') throw reason
    throw new ApiError('The server cannot be reached. What you started keeps running there; check your network.', {
      status: 0,
      code: 'offline',
    })
  }
}

function queryString(query: Query | undefined): string {
  if (query === undefined) return ''
  const parts = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parts.set(name, String(value))
  }
  const text = parts.toString()
  return text === '' ? '' : `?${text}`
}
