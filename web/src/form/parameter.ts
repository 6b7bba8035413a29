import type { Config, Schema } from '@/api/strategy'

export type Kind = 'choice' | 'flag' | 'whole' | 'number' | 'money'

/** One field of the form, read from a strategy's JSON Schema. */
export interface Parameter {
  /** Where the value stands in the config: "minScore", or "sizing.value". */
  path: string
  kind: Kind
  title: string
  help: string
  group: string
  unit: string
  min: number | undefined
  max: number | undefined
  warnAbove: number | undefined
  choices: string[]
  /** What the value is per mode, where the field beside it decides that. */
  modes: Record<string, { kind: Kind; unit: string; min: number; max: number }> | undefined
}

/** What stands in the fields: text as typed, or a tick. */
export type Drafts = Record<string, string | boolean>

/** Everything but the preset, which has a place of its own on the page. Nested objects become fields of their own. */
export function parametersOf(schema: Schema, prefix = '', group = ''): Parameter[] {
  const found: Parameter[] = []
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (prefix === '' && name === 'preset') continue
    const path = prefix + name
    const inGroup = property['x-group'] ?? group
    if (property.properties !== undefined) found.push(...parametersOf(property, `${path}.`, inGroup))
    else found.push(parameterOf(path, property, inGroup))
  }
  return found
}

function parameterOf(path: string, property: Schema, group: string): Parameter {
  const range = property['x-range']?.map(Number)
  return {
    path,
    kind: kindOf(property),
    title: property.title ?? path,
    help: property.description ?? '',
    group,
    unit: property['x-unit'] ?? '',
    min: range?.[0] ?? property.minimum,
    max: range?.[1] ?? property.maximum,
    warnAbove: property['x-warn-above'],
    choices: (property.enum ?? []).map(String),
    modes: modesOf(property),
  }
}

function kindOf(property: Schema): Kind {
  if (property.enum !== undefined) return 'choice'
  if (property.type === 'boolean') return 'flag'
  if (property.type === 'integer') return 'whole'
  return property.type === 'string' ? 'money' : 'number'
}

/** A share is a number, an amount of money a decimal in a string. */
function modesOf(property: Schema): Parameter['modes'] {
  const units = property['x-units']
  if (units === undefined) return undefined
  return Object.fromEntries(
    units.map(({ mode, unit, range }) => [
      mode,
      { kind: unit === '%' ? 'number' : 'money', unit, min: Number(range[0]), max: Number(range[1]) } as const,
    ]),
  )
}

/** The parameter as it is in the mode that is chosen beside it. */
export function inMode(parameter: Parameter, drafts: Drafts): Parameter {
  if (parameter.modes === undefined) return parameter
  const mode = drafts[parameter.path.replace(/[^.]+$/, 'mode')]
  const found = typeof mode === 'string' ? parameter.modes[mode] : undefined
  return found === undefined ? parameter : { ...parameter, ...found }
}

/** Fills the fields with a config's values. */
export function draftsOf(parameters: readonly Parameter[], config: Config): Drafts {
  return Object.fromEntries(
    parameters.map(({ path, kind }) => {
      const value = valueAt(config, path)
      if (kind === 'flag') return [path, value === true]
      return [path, value === undefined || value === null ? '' : String(value)]
    }),
  )
}

function valueAt(config: Config, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (value as Config | undefined)?.[name], config)
}

/** The fields that differ from the preset, as typed. "0.50" is no change of "0.5". */
export function changedPaths(parameters: readonly Parameter[], drafts: Drafts, base: Drafts): Set<string> {
  const differs = (a: Drafts[string] | undefined, b: Drafts[string] | undefined) =>
    typeof a === 'string' && typeof b === 'string' && a.trim() !== '' && b.trim() !== '' ? a !== b && Number(a.replace(',', '.')) !== Number(b) : a !== b
  return new Set(parameters.filter(({ path }) => differs(drafts[path], base[path])).map(({ path }) => path))
}

export type Complaint = 'required' | 'number' | 'whole' | 'range' | 'choose'

export interface Read {
  config: Config
  complaints: Record<string, Complaint>
}

/** Reads the fields into the config to send: the preset, and only what differs from it. */
export function readDrafts(parameters: readonly Parameter[], drafts: Drafts, presetName: string, preset: Config): Read {
  const config: Config = { preset: presetName }
  const complaints: Record<string, Complaint> = {}
  const changed = new Set([...changedPaths(parameters, drafts, draftsOf(parameters, preset))].map((path) => path.split('.')[0]))
  for (const each of parameters) {
    const top = each.path.split('.')[0] as string
    if (!changed.has(top)) continue
    const { value, complaint } = readOne(inMode(each, drafts), drafts[each.path])
    if (complaint !== undefined) complaints[each.path] = complaint
    put(config, each.path, value)
  }
  return { config, complaints }
}

function put(config: Config, path: string, value: unknown): void {
  const [name, rest] = path.split('.', 2) as [string, string | undefined]
  if (rest === undefined) config[name] = value
  else config[name] = { ...(config[name] as Config | undefined), [rest]: value }
}

/** Reads one field as it was typed. */
export function readOne(parameter: Parameter, draft: string | boolean | undefined): { value: unknown; complaint?: Complaint } {
  if (parameter.kind === 'flag') return { value: draft === true }
  const text = typeof draft === 'string' ? draft.trim() : ''
  if (text === '') return { value: text, complaint: 'required' }
  if (parameter.kind === 'choice') {
    return parameter.choices.includes(text) ? { value: text } : { value: text, complaint: 'choose' }
  }
  // A Dutch keyboard writes a comma.
  const plain = text.replace(',', '.')
  if (!/^\d+(\.\d+)?$/.test(plain)) return { value: text, complaint: 'number' }
  const number = Number(plain)
  if (parameter.kind === 'whole' && !Number.isInteger(number)) return { value: number, complaint: 'whole' }
  const { min, max } = parameter
  const outside = (min !== undefined && number < min) || (max !== undefined && number > max)
  const value = parameter.kind === 'money' ? plain : number
  return outside ? { value, complaint: 'range' } : { value }
}
