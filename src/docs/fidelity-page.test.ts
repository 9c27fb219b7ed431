import { expect, test } from 'vitest'
import { behaviourOf, FIDELITY_SECTIONS, fidelityPage, heldBehaviours } from './fidelity-page.ts'

test.each([
  ['redirects', 'redirects', ['1.1', '2']],
  ['fails with %s: %j', 'fails with …: …', ['1.1', '2']],
  ['%s: %s', 'each of its cases', ['1.1', '2']],
  ['shows (6)', 'shows (6)', ['6']],
])('%s has the sections of its group, or those that its own name cites', (name, behaviour, sections) => {
  const group = 'loads (starrocks.md 1.1, 2)'
  expect(behaviourOf({ file: '/x/test/a.test.ts', group, name, cases: [] })).toEqual({
    group: 'loads',
    behaviour,
    sections,
    cases: [],
    test: 'test/a.test.ts',
  })
})

test('no row shows a placeholder, and each case is told by its values', () => {
  const rows = fidelityPage().split('\n')
  expect(rows.map((row) => row.replace(/<details>.*/, '')).filter((row) => /%[sdifj]\b|\$name/.test(row))).toEqual([])
  expect(rows.some((row) => row.includes('refuses DROP COLUMN k: Can not drop key column'))).toBe(true)
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
