import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { get, post, setTokenSource } from './client'
import { ApiError } from './error'

const answers: Response[] = []
const calls: { url: string; init: RequestInit }[] = []
const json = (status: number, body: object, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers })
const refusal = (status: number, code: string) => json(status, { success: false, error: `Because ${code}.`, code, requestId: 'r1' })

let token: string | undefined
const renew = vi.fn(async (): Promise<string | undefined> => 'renewed')
const stepUp = vi.fn(async (): Promise<string | undefined> => 'stepped-up')

beforeEach(() => {
  token = 'first'
  answers.length = calls.length = 0
  setTokenSource({ token: () => token, renew, stepUp })
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    calls.push({ url, init })
    const answer = answers.shift()
    if (answer === undefined) throw new TypeError('no network')
    return answer
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.clearAllMocks()
})

const bearer = (index: number) => (calls[index]?.init.headers as Record<string, string>).Authorization

describe('the client', () => {
  it('sends the token and reads the answer', async () => {
    answers.push(json(200, { success: true, trades: [] }))
    expect(await get('/api/x', { status: 'open', from: undefined, name: 'Fast Test' })).toMatchObject({ trades: [] })
    expect(calls[0]?.url).toBe('/api/x?status=open&name=Fast+Test')
    expect(bearer(0)).toBe('Bearer first')
  })

  it('renews an old token once and repeats', async () => {
    answers.push(refusal(401, 'token_expired'), json(200, { success: true }))
    await get('/api/x')
    expect(renew).toHaveBeenCalledOnce()
    expect(bearer(1)).toBe('Bearer renewed')
  })

  it('gives up when the user has to sign in again', async () => {
    renew.mockResolvedValueOnce(undefined)
    answers.push(refusal(401, 'session_ended'))
    await expect(get('/api/x')).rejects.toMatchObject({ status: 401, code: 'session_ended' })
    expect(calls).toHaveLength(1)
  })

  it('asks for the password where the server wants it, and repeats the same body', async () => {
    answers.push(refusal(403, 'step_up_required'), json(201, { success: true }))
    await post('/api/user/credentials', { environment: 'live' }, { idempotencyKey: 'k' })
    expect(stepUp).toHaveBeenCalledOnce()
    expect(bearer(1)).toBe('Bearer stepped-up')
    expect(calls[1]?.init.body).toBe('{"environment":"live"}')
  })

  it('leaves it at that when the user would rather not', async () => {
    stepUp.mockResolvedValueOnce(undefined)
    answers.push(refusal(403, 'step_up_required'))
    await expect(post('/api/x')).rejects.toMatchObject({ code: 'step_up_required' })
    expect(calls).toHaveLength(1)
  })

  it('hands on the server’s sentence, its fields and how long to wait', async () => {
    answers.push(
      json(
        422,
        { success: false, error: 'Some fields are wrong.', code: 'invalid_input', requestId: 'r2', fields: [{ field: 'minScore', error: 'at most 120' }] },
        { 'Retry-After': '7' },
      ),
    )
    const error = await post('/api/x', {}).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ message: 'Some fields are wrong.', requestId: 'r2', retryAfter: 7, fields: [{ field: 'minScore', error: 'at most 120' }] })
  })

  it('makes a sentence of an answer that is none of ours', async () => {
    answers.push(new Response('<html>502</html>', { status: 502 }))
    await expect(get('/api/x')).rejects.toMatchObject({ status: 502, code: 'http_502' })
  })

  it('says that the server cannot be reached', async () => {
    const error = await get('/api/x').catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'offline', offline: true })
  })

  it('asks nothing for somebody who is signed out', async () => {
    token = undefined
    renew.mockResolvedValueOnce(undefined)
    await expect(get('/api/x')).rejects.toMatchObject({ status: 401 })
    expect(calls).toHaveLength(0)
  })

  it('sends no token where none belongs', async () => {
    answers.push(refusal(401, 'invalid_credentials'))
    await expect(post('/api/auth/login', {}, { anonymous: true })).rejects.toMatchObject({ code: 'invalid_credentials' })
    expect(bearer(0)).toBeUndefined()
    expect(renew).not.toHaveBeenCalled()
  })
})
