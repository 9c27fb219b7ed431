import { expect, test } from 'vitest'
import { routeOf } from '../../test/support/postgres-source.ts'
import { tableSchemaOf } from '../../test/support/table-schema-of.ts'
import type { Signal } from '../core/signals.ts'
import { tableId } from '../core/table-id.ts'
import type { TableState } from '../core/table-state.ts'
import { Batch } from './batch.ts'
import { Gate } from './gate.ts'
import { Lessons } from './lessons.ts'
import { afterCommit } from './table-lifecycle.ts'
import { TableEntry, TableRegistry } from './table-registry.ts'

const streaming = (generation: number): TableState => ({ tag: 'streaming', generation })
const snapshotting = (generation: number): TableState => ({ tag: 'snapshotting', generation })

test.each<[name: string, present: TableState, recorded: TableState, after: TableState]>([
  ['the copy that the record is about has ended', snapshotting(4), streaming(4), streaming(4)],
  ['a newer copy was asked for while the record was on its way', snapshotting(5), streaming(4), snapshotting(5)],
  ['the table streams already', streaming(4), streaming(4), streaming(4)],
])('a committed record of streaming, when %s', (_, present, recorded, after) => {
  const schema = tableSchemaOf(tableId('public', 't'), ['id'], [0])
  const entry = new TableEntry(schema, routeOf('public', 't'), {
    state: present,
    origin: '1',
    atomic: true,
    lessons: new Lessons(),
  })
  const registry = new TableRegistry()
  registry.add(entry)
  const batch = new Batch()
  batch.records.set(schema.id, { table: schema.id, state: recorded })
  const told: Signal[] = []
  afterCommit(batch, { registry, signals: { emit: (signal) => void told.push(signal) }, gate: new Gate() })
  expect(entry.state).toEqual(after)
  expect(told).toHaveLength(1)
})
