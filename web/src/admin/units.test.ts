import { describe, expect, it } from 'vitest'
import { age, linePoints, micros } from './units'

describe('units', () => {
  it.each([
    [0, '–'],
    [12, '12 µs'],
    [999, '999 µs'],
    [1_000, '1 ms'],
    [3_440, '3.4 ms'],
    [25_600, '26 ms'],
    [1_500_000, '1.5 s'],
  ])('%i µs', (value, text) => expect(micros(value, 'en')).toBe(text))

  it('speaks the language of the page', () => expect(micros(3_440, 'nl')).toBe('3,4 ms'))

  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [61_000, '1 m 01 s'],
  ])('%i ms', (value, text) => expect(age(value)).toBe(text))
})

describe('linePoints', () => {
  it('fills the box with the largest value', () => expect(linePoints([0, 5, 10], 100, 20)).toBe('0,20 50,10 100,0'))
  it('lies on the ground when nothing happens', () => expect(linePoints([0, 0], 100, 20)).toBe('0,20 100,20'))
  it('takes one value and none', () => {
    expect(linePoints([3], 100, 20)).toBe('0,0')
    expect(linePoints([], 100, 20)).toBe('')
  })
})
