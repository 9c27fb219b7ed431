import { expect, test } from 'vitest'
import { behavioursIn, FIDELITY_SECTIONS, fidelityPage, heldBehaviours } from './fidelity-page.ts'

test('a behaviour has the sections of its group, or those that its own name cites', () => {
  const text = `describe('loads (starrocks.md 1.1, 2)', () => {
    it('redirects', () => {})
    it.each([[1, 'a'], ['it(x)', 2]])('fails with %s', () => {})
    it("shows (6)", () => {})
  })`
  expect(behavioursIn(text, 't').map(({ behaviour, sections }) => [behaviour, sections])).toEqual([
    ['redirects', ['1.1', '2']],
    ['fails with %s', ['1.1', '2']],
    ['shows (6)', ['6']],
  ])
})

test.each([...FIDELITY_SECTIONS.keys()])('section %s has a test', (section) => {
  expect(heldBehaviours().some(({ sections }) => sections.includes(section))).toBe(true)
})

test('every section that a test cites is on the page', () => {
  const cited = new Set(heldBehaviours().flatMap(({ sections }) => sections))
  expect([...cited].filter((section) => !FIDELITY_SECTIONS.has(section))).toEqual([])
})

test('the page tells what is known to differ, and what was assumed', () => {
  expect(fidelityPage()).toMatch(/Known to differ:\n- /)
  expect(fidelityPage()).toMatch(/\| 1\.3 \| .*loaded/)
})
