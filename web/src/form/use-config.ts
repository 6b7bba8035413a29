import { useMemo, useState } from 'react'
import type { Config, StrategyKind } from '@/api/strategy'
import { draftsOf, parametersOf, readDrafts } from './parameter'

/** What a newcomer should begin with, where the strategy has it. */
export const gentle = 'conservative'

/** The fields of a strategy while they are filled in: a preset, and what the user wants otherwise. */
export function useConfig(kind: StrategyKind, running?: Config | null) {
  const parameters = useMemo(() => parametersOf(kind.parameters), [kind])
  const presets = Object.keys(kind.presets)
  const [preset, setPreset] = useState(() => {
    const known = String(running?.preset ?? gentle)
    return presets.includes(known) ? known : (presets[0] ?? '')
  })
  const values = kind.presets[preset] ?? {}
  const base = useMemo(() => draftsOf(parameters, values), [parameters, values])
  const [drafts, setDrafts] = useState(() => (running ? draftsOf(parameters, running) : base))
  const { config, complaints } = readDrafts(parameters, drafts, preset, values)

  /** A number means something else in every mode, so another mode takes the value of a preset that has it. */
  function inNewMode(path: string, mode: string | boolean): Record<string, string> {
    if (!path.endsWith('.mode')) return {}
    const name = path.slice(0, -'.mode'.length)
    const like = [values, ...Object.values(kind.presets)].find((one) => (one[name] as Config | undefined)?.mode === mode)
    return { [`${name}.value`]: String((like?.[name] as Config | undefined)?.value ?? '') }
  }

  return {
    parameters,
    presets,
    preset,
    drafts,
    base,
    config: preset === '' ? {} : config,
    complaints,
    choose(next: string) {
      setPreset(next)
      setDrafts(draftsOf(parameters, kind.presets[next] ?? {}))
    },
    set(path: string, value: string | boolean) {
      setDrafts((before) => ({ ...before, ...inNewMode(path, value), [path]: value }))
    },
  }
}

export type ConfigDraft = ReturnType<typeof useConfig>
