/** A frame as the server sends it on the WebSocket. */
export interface Frame {
  type: 'snapshot' | 'update' | 'resync' | 'error' | 'pong'
  topic?: string
  /** Grows by one per topic and connection. */
  seq?: number
  time?: string
  data?: unknown
  code?: string
  error?: string
}

/** Reads a frame; anything that is not one is undefined, never a thrown error. */
export function parseFrame(text: string): Frame | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string') {
      return value as Frame
    }
  } catch {
    return undefined
  }
  return undefined
}

export const tickerTopic = (environment: string, instrument: string) => `ticker:deribit:${environment}:${instrument}`
export const candlesTopic = (environment: string, instrument: string, resolution: string) =>
  `candles:deribit:${environment}:${instrument}:${resolution}`
export const analysisTopic = (strategyId: string) => `analysis:${strategyId}`

/** What every page follows as long as somebody is signed in. */
export const accountTopics = ['connection', 'strategies', 'orders', 'positions', 'balance', 'trades'] as const
