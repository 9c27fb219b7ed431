import { describe, expect, test } from 'vitest'
import { compareTargetShape, type ActualColumn } from './compare-target-shape.ts'
import { compileTable } from './compile-table.ts'
import { bucketsFor } from './ddl.ts'
import { FEATURES, numericType, routeOf, schemaOf } from './testing/source-fixtures.ts'

const compiled = compileTable(
  schemaOf(
    {
      id: 'int8',
      part: 'int4',
      paid: 'bool',
      big: 'xid8',
      total: numericType(12, 2),
      note: 'text',
      at: 'timestamp',
      raw: 'bytea',
    },
    2,
  ),
  routeOf(),
  FEATURES,
)
const column = (name: string, type: string, parts: Partial<ActualColumn> = {}): ActualColumn => ({
  name,
  type,
  nullable: true,
  partOfKey: false,
  ...parts,
})
const key = { nullable: false, partOfKey: true }
// As DESC and information_schema tell them.
const FITTING: readonly ActualColumn[] = [
  column('id', 'bigint(20)', key),
  column('part', 'int(11)', key),
  column('paid', 'tinyint(1)'),
  column('big', 'bigint(20) unsigned'),
  column('total', 'decimal(12,2)'),
  column('note', 'varchar(1048576)'),
  column('at', 'datetime'),
  column('raw', 'varbinary'),
]
const changed = (name: string, parts: Partial<ActualColumn>): readonly ActualColumn[] =>
  FITTING.map((one) => (one.name === name ? { ...one, ...parts } : one))

describe('a target table fits', () => {
  test.each([
    ['as it was made', FITTING],
    ['with a wider VARCHAR', changed('note', { type: 'VARCHAR(2147482624)' })],
    ['when the server does not tell its key', FITTING.map((one) => ({ ...one, partOfKey: null }))],
    ['with a column of its own that takes NULL', [...FITTING, column('loaded_by', 'varchar(20)')]],
    ['with LARGEINT by name', changed('big', { type: 'LARGEINT' })],
    ['with its value columns in another order', [...FITTING.slice(0, 2), ...FITTING.slice(2).toReversed()]],
  ])('%s', (_how, actual) => {
    expect(compareTargetShape(compiled, actual)).toEqual([])
  })
})

describe('what does not fit is named', () => {
  test.each([
    [FITTING.slice(0, 7), ['column raw VARBINARY is missing']],
    [changed('note', { type: 'varchar(100)' }), ['column note is varchar(100) and must be VARCHAR(1048576)']],
    [changed('total', { type: 'decimal(12,4)' }), ['column total is decimal(12,4) and must be DECIMAL(12,2)']],
    [changed('id', { type: 'int(11)' }), ['column id is int(11) and must be BIGINT']],
    [changed('at', { nullable: false }), ['column at is NOT NULL and must take NULL: a delete carries the key only']],
    [changed('part', { partOfKey: false }), ['column part must be part of the primary key']],
    [changed('at', { name: 'AT' }), ['column AT must be spelled at']],
    [[...FITTING, column('x', 'int', { nullable: false })], ['column x is NOT NULL and not in the source']],
    [[column('x', 'int', key), ...FITTING], ['column x is part of the primary key and not in the source']],
    [
      [FITTING[1], FITTING[0], ...FITTING.slice(2)].filter((one) => one !== undefined),
      ['the primary key is (part, id) and must be (id, part)'],
    ],
  ])('%#', (actual, differences) => {
    expect(compareTargetShape(compiled, actual)).toEqual(differences)
  })
})

test.each([
  [0, undefined, 1],
  [127 << 20, undefined, 1],
  [1 << 29, undefined, 3],
  [20 * 2 ** 30, undefined, 13],
  [2 ** 50, undefined, 128],
  [2 ** 50, 7, 7],
])('a source of %d bytes gets its buckets', (sizeBytes, buckets, expected) => {
  expect(bucketsFor({ sizeBytes }, { buckets })).toBe(expected)
})
