import type { Limits } from '@/api/risk'
import type { Schema } from '@/api/strategy'
import { type Complaint, draftsOf, type Parameter, parametersOf, readOne } from '@/form/parameter'

const dollars: Schema = { type: 'string', 'x-unit': 'USD', 'x-range': ['0', '1000000000'] }
const count: Schema = { type: 'integer', minimum: 0, maximum: 1000 }

/** The limits that are figures, in the order of the form. */
export const figures: readonly Parameter[] = parametersOf({
  properties: {
    maxOrderSize: dollars,
    maxPosition: dollars,
    maxExposure: dollars,
    maxDailyLoss: dollars,
    maxLeverage: { type: 'string', 'x-unit': 'x', 'x-range': ['0', '100'] },
    priceBand: { type: 'string', 'x-unit': '%', 'x-range': ['0', '100'] },
    maxOrdersPerMinute: count,
    maxOpenTrades: count,
  },
})

/** What stands in the form: text as typed, where empty is off, and the instruments that are ticked. */
export interface Draft {
  figures: Record<string, string>
  instruments: string[]
}

export function draftOf(limits: Limits): Draft {
  const drafts = Object.entries(draftsOf(figures, { ...limits })).map(([name, text]) => [name, Number(text) === 0 ? '' : String(text)])
  return { figures: Object.fromEntries(drafts), instruments: limits.instruments ?? [] }
}

/** Reads the form into the limits to send. An empty field is off. */
export function readDraft(draft: Draft): { limits: Limits; complaints: Record<string, Complaint> } {
  const complaints: Record<string, Complaint> = {}
  const values: Record<string, unknown> = {}
  for (const figure of figures) {
    const text = draft.figures[figure.path]?.trim() ?? ''
    if (text === '') {
      values[figure.path] = figure.kind === 'whole' ? 0 : '0'
      continue
    }
    const { value, complaint } = readOne(figure, text)
    values[figure.path] = value
    if (complaint !== undefined) complaints[figure.path] = complaint
  }
  return { limits: { ...values, instruments: draft.instruments }, complaints }
}
