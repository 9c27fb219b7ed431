import { expect, test } from 'vitest'
import { routeOf } from '../../test/support/postgres-source.ts'
import { tableSchemaOf } from '../../test/support/table-schema-of.ts'
import { tableId } from '../core/table-id.ts'
import { Lessons } from './lessons.ts'
import { TableEntry, TableRegistry } from './table-registry.ts'

const entryOf = (name: string, oid: number): TableEntry => {
  const schema = { ...tableSchemaOf(tableId('public', name), ['id'], [0]), oid }
  const parts = { state: { tag: 'waiting' }, origin: String(oid), atomic: true, lessons: new Lessons() } as const
  return new TableEntry(schema, routeOf('public', name), parts)
}

test('finds both of two tables that have exchanged their names', () => {
  const registry = new TableRegistry()
  for (const entry of [entryOf('a', 1), entryOf('b', 2)]) registry.add(entry)
  const [a, b] = [entryOf('a', 2), entryOf('b', 1)]
  for (const entry of [a, b]) registry.add(entry)
  expect([registry.byOid(1), registry.byOid(2)]).toEqual([b, a])
})

test('finds a table that was made again by its new number only', () => {
  const registry = new TableRegistry()
  const entry = entryOf('a', 1)
  registry.add(entry)
  registry.reshape(entry, { ...entry.schema, oid: 7 })
  expect([registry.byOid(1), registry.byOid(7)]).toEqual([undefined, entry])
})
