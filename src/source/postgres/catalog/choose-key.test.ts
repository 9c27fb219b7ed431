import { expect, test } from 'vitest'
import { chooseKey } from './choose-key.ts'
import type { ColumnFacts, IndexFacts } from './read-relations.ts'

const column = (attnum: number, notNull = true): ColumnFacts => ({
  relation: 1,
  attnum,
  name: `c${attnum}`,
  type: 23,
  typmod: -1,
  not_null: notNull,
  generated: '',
  toastable: false,
})

const index = (name: string, attnums: number[], more: Partial<IndexFacts> = {}): IndexFacts => ({
  relation: 1,
  name,
  primary: false,
  replica_identity: false,
  usable: true,
  attnums,
  ...more,
})

const COLUMNS = [column(1), column(2), column(3, false)]
const PRIMARY = index('pk', [1], { primary: true })
const REPLICA = index('ri', [2], { replica_identity: true })

test.each([
  ['d', [PRIMARY], [1], 'primary-key'],
  ['f', [PRIMARY], [1], 'primary-key'],
  ['i', [PRIMARY, REPLICA], [2], 'replica-identity-index'],
  ['i', [PRIMARY, index('ri', [2, 1], { replica_identity: true })], [1], 'primary-key'],
  ['i', [REPLICA], [2], 'replica-identity-index'],
  ['d', [index('pk', [2, 1], { primary: true })], [2, 1], 'primary-key'],
] as const)('with replica identity %s and indexes %j the key is %j', (identity, indexes, attnums, source) => {
  expect(chooseKey(identity, indexes, COLUMNS)).toEqual({ tag: 'key', attnums, source })
})

test.each([
  ['n', [PRIMARY], /NOTHING/, null],
  ['n', [REPLICA], /NOTHING/, 'ri'],
  ['d', [], /neither/, null],
  ['d', [index('unique', [2])], /neither/, 'unique'],
  ['d', [index('nullable', [3])], /neither/, null],
  ['d', [index('partial', [2], { usable: false })], /neither/, null],
  ['d', [index('pk', [1], { primary: true, usable: false })], /deferrable/, null],
  ['f', [], /neither/, null],
  ['i', [PRIMARY], /gone/, null],
  ['i', [index('ri', [3], { replica_identity: true })], /gone/, null],
] as const)('with replica identity %s and indexes %j there is none: %s', (identity, indexes, reason, candidate) => {
  const choice = chooseKey(identity, indexes, COLUMNS)
  expect(choice).toMatchObject({ tag: 'none', candidate })
  expect(choice.tag === 'none' && choice.reason).toMatch(reason)
})
