import { describe, expect, it } from 'vitest'
import { en } from './en'
import { nl } from './nl'
import { en as operatorEn } from './operator/en'
import { nl as operatorNl } from './operator/nl'

/** Every text with its path. */
function flat(value: object, path = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, inner] of Object.entries(value)) {
    const here = path === '' ? key : `${path}.${key}`
    if (typeof inner === 'string') found.set(here, inner)
    else for (const [name, text] of flat(inner as object, here)) found.set(name, text)
  }
  return found
}

const placeholders = (text: string) => (text.match(/{{\w+}}/g) ?? []).sort()

describe.each([
  ['of everybody', en, nl],
  ['of administrators', operatorEn, operatorNl],
])('translations %s', (_, inEnglish, inDutch) => {
  const english = flat(inEnglish)
  const dutch = flat(inDutch)

  it('have the same keys', () => {
    expect([...dutch.keys()].sort()).toEqual([...english.keys()].sort())
  })

  it('have no empty texts', () => {
    for (const [key, text] of [...english, ...dutch]) {
      expect(text.trim(), key).not.toBe('')
    }
  })

  it('name the same values', () => {
    for (const [key, text] of english) expect(placeholders(dutch.get(key) ?? ''), key).toEqual(placeholders(text))
  })
})
