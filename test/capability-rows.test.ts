import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** Rows of the capability table that health, metrics and logs must have. */
const ROWS = [...Array.from({ length: 49 }, (_, index) => index + 1), 96, 99, 102, 104, 105, 106, 109, 117, 118, 124]

const root = new URL('..', import.meta.url).pathname

/** The rows that names of tests begin with: `row 7: ...`, `rows 1-4, 9: ...`. */
function rowsNamed(): ReadonlySet<number> {
  const files = globSync(['src/**/*.test.ts', 'test/*.test.ts'], { cwd: root })
  const names = files.flatMap((file) => [
    ...readFileSync(`${root}${file}`, 'utf8').matchAll(/\(\s*'rows? ([\d, -]+):/g),
  ])
  const parts = names.flatMap(([, rows = '']) => rows.split(','))
  return new Set(
    parts.flatMap((part) => {
      const [first = 0, last = first] = part.split('-').map(Number)
      return Array.from({ length: last - first + 1 }, (_, index) => first + index)
    }),
  )
}

test('each capability of health, metrics and logs is named by a test', () => {
  const named = rowsNamed()
  expect(ROWS.filter((row) => !named.has(row))).toEqual([])
})
