import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDuration } from './duration.ts'
import { expandReferences } from './expand-references.ts'
import { editDistance, nearestName } from './nearest-name.ts'
import { parseSize } from './size.ts'

describe('sizes', () => {
  test.each([
    ['0', 0],
    ['4096', 4096],
    ['64MB', 64_000_000],
    ['64 mb', 64_000_000],
    ['1GiB', 1_073_741_824],
    ['1.5kB', 1500],
    ['2TiB', 2 * 2 ** 40],
  ])('%s is %i bytes', (text, bytes) => expect(parseSize(text)).toBe(bytes))

  test.each(['', 'MB', '-1', '1 2', '64XB', '64M', '5constructor', '1e9'])('%j is refused', (text) => {
    expect(() => parseSize(text)).toThrow(RangeError)
  })
})

describe('durations', () => {
  test.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1500],
    ['2d', 172_800_000],
  ])('%s is %i ms', (text, ms) => expect(parseDuration(text)).toBe(ms))

  test.each(['', '500', 's', '-1s', '1 s', '1min', '1y'])('%j is refused', (text) => {
    expect(() => parseDuration(text)).toThrow(RangeError)
  })
})

describe('references', () => {
  const around = {
    env: { USER: 'sync', EMPTY: '', ODD: '${USER}' },
    readFile(path: string): string {
      if (path === 'pw') return 'secret\n'
      throw Object.assign(new Error('no'), { code: 'EACCES' })
    },
  }

  test.each([
    ['plain $text {}', 'plain $text {}', false],
    ['${USER}', 'sync', true],
    ['a${USER}b${USER}c', 'asyncbsyncc', true],
    ['${NOPE:-fallback}', 'fallback', true],
    ['${EMPTY:-fallback}', 'fallback', true],
    ['${EMPTY}', '', true],
    ['${file:pw}', 'secret', true],
    ['$${USER}', '${USER}', false],
    ['${ODD}', '${USER}', true],
  ])('%s becomes %s', (text, expected, expanded) => {
    expect(expandReferences(text, around)).toEqual({ text: expected, expanded, problems: [] })
  })

  test.each([
    ['x${NOPE}', 1, 8, 'environment variable NOPE is not set'],
    ['${file:other}', 0, 13, 'file other cannot be read (EACCES)'],
    ['${toString}', 0, 11, 'environment variable toString is not set'],
    ['${a b}', 0, 6, '${a b} is neither ${NAME}, ${NAME:-default} nor ${file:/path}'],
    ['${USER', 0, 6, 'this ${ has no closing }'],
  ])('%s is refused', (text, start, end, message) => {
    expect(expandReferences(text, around).problems).toEqual([{ start, end, message }])
  })
})

describe('suggestions', () => {
  test.each([
    ['slott', 'slot'],
    ['publicaton', 'publication'],
    ['flushInterval', 'flush_interval'],
    ['flush-interval', 'flush_interval'],
    ['flush_intreval', 'flush_interval'],
    ['flush', 'flush_interval'],
    ['zzz', undefined],
    ['', undefined],
  ])('%s means %s', (name, meant) => {
    expect(nearestName(name, ['slot', 'publication', 'flush_interval'])).toBe(meant)
  })

  test('the distance is a metric as far as one counts on it', () => {
    const words = fc.string({ maxLength: 8 })
    fc.assert(
      fc.property(words, words, (a, b) => {
        const distance = editDistance(a, b)
        expect(distance).toBe(editDistance(b, a))
        expect(distance === 0).toBe(a === b)
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length))
      }),
    )
  })
})
