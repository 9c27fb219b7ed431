import { expect, test } from 'vitest'
import { isStale } from './generate.ts'
import { GENERATED_PAGES } from './pages.ts'

test.each(GENERATED_PAGES)('$path is what the code says (else: npm run docs)', (page) => {
  expect(isStale(page)).toBe(false)
})

test('a page that differs, or is not there, is stale', () => {
  expect(isStale({ path: 'docs/errors.md', content: () => 'x' })).toBe(true)
  expect(isStale({ path: 'docs/none.md', content: () => 'x' })).toBe(true)
})
