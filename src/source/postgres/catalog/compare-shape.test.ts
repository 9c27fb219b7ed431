import { expect, test } from 'vitest'
import type { Relation, RelationColumn } from '../../../core/change-stream.ts'
import { tableId } from '../../../core/table-id.ts'
import type { SourceColumn, TableSchema } from '../../../core/table-schema.ts'
import { compareShape } from './compare-shape.ts'

const column = (name: string, oid: number, typmod = -1): SourceColumn => ({
  name,
  attnum: 1,
  type: { oid, typmod, name: 't', schema: 'pg_catalog', display: `type ${oid}`, kind: 'base' },
  notNull: true,
  generated: false,
  toastable: false,
})

const SCHEMA: TableSchema = {
  id: tableId('public', 'items'),
  schema: 'public',
  name: 'items',
  oid: 100,
  version: 1,
  columns: [column('id', 23), column('name', 1043, 24), column('price', 1700)],
  key: [0],
  keySource: 'primary-key',
  replicaIdentity: 'default',
  kind: 'table',
  sizeBytes: 0,
  estimatedRows: 0,
}

const announced = (
  columns: readonly [string, number, number?, boolean?][],
  more: Partial<Relation> = {},
): Relation => ({
  oid: 100,
  table: tableId('public', 'items'),
  replicaIdentity: 'default',
  columns: columns.map(([name, typeOid, typmod = -1, partOfKey = name === 'id']): RelationColumn => ({
    name,
    typeOid,
    typmod,
    partOfKey,
  })),
  ...more,
})

const ID = ['id', 23] as const
const NAME = ['name', 1043, 24] as const
const PRICE = ['price', 1700] as const

test('finds no difference between equal shapes, nor in a full or wider replica identity', () => {
  expect(compareShape(announced([[...ID], [...NAME], [...PRICE]]), SCHEMA)).toBeNull()
  const full = announced(
    [
      ['id', 23, -1, true],
      ['name', 1043, 24, true],
      ['price', 1700, -1, true],
    ],
    { replicaIdentity: 'full' },
  )
  expect(compareShape(full, SCHEMA)).toBeNull()
})

test.each([
  ['column name is gone', [[...ID], [...PRICE]], {}],
  ['column price is gone', [[...ID], [...NAME]], {}],
  ['column extra was added', [[...ID], [...NAME], [...PRICE], ['extra', 25]], {}],
  ['column name is now title', [[...ID], ['title', 1043, 24], [...PRICE]], {}],
  ['column price stands where name was expected', [[...ID], [...PRICE], [...NAME]], {}],
  ['column price is not of type type 1700 any more', [[...ID], [...NAME], ['price', 701]], {}],
  ['the length or precision of column name is not type 1043 any more', [[...ID], ['name', 1043, 54], [...PRICE]], {}],
  ['the table is now called public.things', [], { table: tableId('public', 'things') }],
  ['the table was made anew under the same name', [], { oid: 101 }],
  ['the replica identity is now NOTHING', [[...ID], [...NAME], [...PRICE]], { replicaIdentity: 'nothing' }],
  ['key column id is not in the replica identity any more', [['id', 23, -1, false], [...NAME], [...PRICE]], {}],
] as const)('says: %s', (difference, columns, more) => {
  expect(
    compareShape(
      announced(
        columns.map((each) => [...each] as [string, number, number?, boolean?]),
        more,
      ),
      SCHEMA,
    ),
  ).toBe(difference)
})
