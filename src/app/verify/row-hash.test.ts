import { expect, test } from 'vitest'
import { RowHash } from './row-hash.ts'

function hexOf(text: string, before = ''): string {
  const hash = new RowHash()
  const bytes = Buffer.from(before + text)
  hash.hash(bytes, before.length, bytes.length)
  return [...hash.words].map((word) => word.toString(16).padStart(8, '0')).join('')
}

test.each([
  ['', '00000000000000000000000000000000'],
  ['hello', '2b2444a0db91def79adb31b69adb31b6'],
  ['I will not buy this record, it is scratched.', 'a0a9683b25ac5e40d9af2895890dddf5'],
])('%j has the hash that other programs give it', (text, hash) => {
  expect(hexOf(text)).toBe(hash)
})

test('only the given part of the buffer counts', () => {
  expect(hexOf('a row of some length', 'before')).toBe(hexOf('a row of some length'))
})

test('rows that differ in one byte differ in their hash, at every length', () => {
  for (let length = 1; length <= 70; length++) {
    for (let at = 0; at < length; at++) {
      const text = 'x'.repeat(length)
      expect(hexOf(`${text.slice(0, at)}y${text.slice(at + 1)}`)).not.toBe(hexOf(text))
    }
  }
})
