import { expect, it } from 'vitest'
import { MemoryFile } from '../../test/support/memory-file.ts'
import { PlainEncoder } from '../../test/support/plain-encoder.ts'
import { routeOf } from '../../test/support/postgres-source.ts'
import { rowViewOf } from '../../test/support/row-view-of.ts'
import { tableSchemaOf } from '../../test/support/table-schema-of.ts'
import { ZERO_LSN } from '../core/lsn.ts'
import type { SinkTable } from '../core/sink.ts'
import { tableId } from '../core/table-id.ts'
import { Batch } from './batch.ts'
import { Drafts } from './drafts.ts'
import { Lessons } from './lessons.ts'
import { TableEntry, TableRegistry } from './table-registry.ts'

const XID = 77

/** A table that streams. */
function streaming(name: string, oid: number): TableEntry {
  const schema = { ...tableSchemaOf(tableId('public', name), ['id', 'a', 'b'], [0]), oid }
  const state = { tag: 'streaming', generation: 1 } as const
  const entry = new TableEntry(schema, routeOf('public', name), {
    state,
    origin: '',
    atomic: true,
    lessons: new Lessons(),
  })
  entry.open([targetOf(entry)])
  return entry
}

function targetOf({ schema, route }: TableEntry): SinkTable {
  const encoders = { csv: new PlainEncoder('csv', 3, [0]), json: new PlainEncoder('json', 3, [0]) }
  return { id: schema.id, schema, route, targetName: schema.name, encoders, filter: null }
}

/** Two tables, the second of which is not applied, and a draft of a transaction that has inserted a row into each; it lies ready. */
function drafted() {
  const [one, two] = [streaming('one', 1), streaming('two', 2)]
  two.state = { tag: 'paused', sinceLsn: ZERO_LSN }
  const registry = new TableRegistry()
  registry.add(one)
  registry.add(two)
  const createFile = async () => new MemoryFile(() => false)
  const drafts = new Drafts({ registry, createFile, compareShape: () => null, partBytes: 1000, partRows: 1 })
  const draft = drafts.begin(XID)
  if (draft === null) throw new Error('another one is in progress')
  for (const { schema } of [one, two]) draft.insert(schema.oid, rowViewOf(['1', 'a', 'b']))
  return { one, two, registry, drafts, draft }
}

type Drafted = ReturnType<typeof drafted>

it.each<[string, (world: Drafted) => void]>([
  ['is copied anew', ({ one }) => (one.state = { tag: 'snapshotting', generation: 2, shadow: { liveApplied: true } })],
  ['is taken out', ({ one }) => one.close()],
  ['has another target in its place', ({ one }) => one.open([targetOf(one)])],
  ['was made again', ({ registry }) => registry.add(streaming('one', 1))],
  ['was passed over, and is applied now', ({ two }) => (two.state = { tag: 'streaming', generation: 1 })],
])(
  'a draft cannot stand for its transaction when a table that it changes %s by the time of the commit',
  async (_, happen) => {
    const world = drafted()
    await using drafts = world.drafts
    happen(world)
    expect(drafts.take(world.draft)).toBeNull()
    expect(world.draft.usable).toBe(false)
  },
)

it('a draft holds no more than it may while the disk does not keep up, and is given up then', async () => {
  const { one, drafts: held, draft } = drafted()
  await using drafts = held
  // Nothing is written while rows come without a turn of the event loop.
  for (let id = 2; draft.usable && id < 100; id++) draft.insert(one.schema.oid, rowViewOf([String(id), 'a', 'b']))
  expect([draft.usable, draft.rows]).toEqual([false, 4])
  expect(drafts.take(draft)).toBeNull()
})

it('a batch that a draft ends touches the tables of both, with the transactions that a copy must see', async () => {
  const { one, two, drafts: held, draft } = drafted()
  await using drafts = held
  const taken = drafts.take(draft)
  expect(taken).toBe(draft)
  const batch = new Batch()
  batch.draft = taken
  expect(batch.touched).toEqual(new Map([[one.schema.id, [XID]]]))
  for (const [entry, xids] of [
    [one, [5, 6]],
    [two, [7]],
  ] as const)
    batch.tables.set(entry.schema.id, { entry, load: entry.takeLoad(), xids: [...xids] })
  expect(batch.touched).toEqual(
    new Map([
      [one.schema.id, [5, 6, XID]],
      [two.schema.id, [7]],
    ]),
  )
})
