import { describe, test } from 'vitest'

import { explore } from './explore.ts'
import { leftOutModel, type LeftOutRules } from './left-out.ts'
import { expectHole, expectSound } from './tell.ts'

const rules: readonly (keyof LeftOutRules)[] = ['recordWithBatch', 'backBySnapshot']
const all: LeftOutRules = { recordWithBatch: true, backBySnapshot: true }

describe.each([false, true])('a table that is left out, per-table mode %s', (perTable) => {
  test('no crash makes a hole', () => {
    expectSound(explore(leftOutModel({ ...all, perTable }), 100_000), `a table left out, per table ${perTable}`)
  })

  test.each(rules)('without %s the hole is found', (rule) => {
    const explored = explore(leftOutModel({ ...all, [rule]: false, perTable }), 100_000)
    expectHole(explored, `a table left out, per table ${perTable}, without ${rule}`)
  })
})
