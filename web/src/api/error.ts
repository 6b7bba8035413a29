/** One refused field of a request, named as the request named it. */
export interface FieldError {
  field: string
  error: string
}

/** A refusal by the server: its sentence is written for the user and is shown as it is. */
export class ApiError extends Error {
  readonly status: number
  /** Stable snake_case code; `offline` when the server could not be reached. */
  readonly code: string
  readonly fields: FieldError[]
  readonly requestId: string
  /** Seconds the server asked to wait, from Retry-After. */
  readonly retryAfter: number | undefined

  constructor(
    message: string,
    about: { status: number; code: string; fields?: FieldError[]; requestId?: string; retryAfter?: number },
  ) {
    super(message)
    this.name = 'ApiError'
    this.status = about.status
    this.code = about.code
    this.fields = about.fields ?? []
    this.requestId = about.requestId ?? ''
    this.retryAfter = about.retryAfter
  }

  get offline(): boolean {
    return this.code === 'offline'
  }
}

/** Reads the error envelope of an answer; an answer that is no envelope (a proxy's page) still gives a sentence. */
export async function errorOf(answer: Response): Promise<ApiError> {
  const retryAfter = Number(answer.headers.get('Retry-After')) || undefined
  const fallback = { status: answer.status, code: `http_${answer.status}`, retryAfter }
  try {
    const body: unknown = await answer.json()
    if (typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'string') {
      const envelope = body as { error: string; code?: string; requestId?: string; fields?: FieldError[] }
      return new ApiError(envelope.error, {
        ...fallback,
        code: envelope.code ?? fallback.code,
        requestId: envelope.requestId,
        fields: envelope.fields,
      })
    }
  } catch {
    // Not JSON: the sentence below stands in.
  }
  return new ApiError(`The server answered ${answer.status} without a reason. Try again in a moment.`, fallback)
}
