import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FaultPoint } from '../../../test/support/memory-sink.ts'
import { PipelineWorld } from '../../../test/support/pipeline-world.ts'
import { ScriptedShop } from '../../../test/support/scripted-shop.ts'
import { tick } from '../../../test/support/ticks.ts'
import { encodeRequest, requestPrefix } from '../../pipeline/request.ts'

const choice = fc.record({
  kind: fc.constantFrom('put', 'put', 'put', 'move', 'move', 'delete', 'truncate'),
  table: fc.nat(1),
  key: fc.integer({ min: 1, max: 8 }),
  to: fc.integer({ min: 1, max: 8 }),
  keep: fc.boolean(),
  odd: fc.integer({ min: 0, max: 20 }).map((n) => n === 0),
})

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      tag: fc.constant('commit' as const),
      changes: fc.array(choice, { minLength: 1, maxLength: 6 }),
      visible: fc.boolean(),
      streamed: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ tag: fc.constant('settle' as const) }) },
  { weight: 4, arbitrary: fc.record({ tag: fc.constant('turn' as const), turns: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ tag: fc.constant('cut' as const) }) },
  { weight: 1, arbitrary: fc.record({ tag: fc.constant('resync' as const), table: fc.nat(1) }) },
)

async function play(
  steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[],
  fault: (point: FaultPoint) => boolean,
  maxBatchRows: number,
): Promise<void> {
  const world = new PipelineWorld(fault)
  const tables = [world.source.addTable('one'), world.source.addTable('two')] as const
  const shop = new ScriptedShop()
  let started = false
  for (const one of steps) {
    if (one.tag === 'commit') {
      const changes = one.changes.flatMap((free) => shop.change(tables[free.table === 0 ? 0 : 1], free) ?? [])
      if (changes.length > 0) world.source.commit(changes, one.visible, one.streamed)
    } else if (one.tag === 'settle') world.source.settle()
    else if (one.tag === 'cut') world.source.cut()
    else if (one.tag === 'resync')
      world.source.message(
        requestPrefix('p'),
        encodeRequest({ do: 'resync', table: tables[one.table === 0 ? 0 : 1], by: 'a test' }),
      )
    else {
      if (!started) world.start(maxBatchRows)
      started = true
      for (let turn = 0; turn < one.turns; turn++) await tick()
    }
  }
  if (!started) world.start(maxBatchRows)
  world.source.settle()
  try {
    await world.untilEqual()
  } finally {
    await world.stop()
  }
}

describe('the embedded engine', () => {
  it('copies rows that were there before and applies changes that come after', async () => {
    const world = new PipelineWorld()
    const table = world.source.addTable('one')
    world.source.commit([{ kind: 'insert', table, row: ['1', 'a', 't'] }], true)
    world.start()
    await world.untilEqual()
    world.source.commit([{ kind: 'update', table, from: '1', row: ['1', 'b', 't'], keep: true }], true)
    await world.untilEqual()
    await world.stop()
  })

  it('takes one table out when a row of a large transaction is refused, and applies the rest of that transaction', async () => {
    const world = new PipelineWorld()
    const bad = world.source.addTable('one')
    const good = world.source.addTable('two')
    world.start(5)
    await world.untilEqual()
    world.sink.refused = 'unfit'
    const rows = Array.from({ length: 20 }, (_, i) => [String(i), i === 9 ? 'unfit' : 'a', 't'] as const)
    world.source.commit(
      rows.flatMap((row) => [
        { kind: 'insert', table: bad, row },
        { kind: 'insert', table: good, row: [row[0], 'a', 't'] },
      ]),
      true,
    )
    await world.untilEqual()
    expect([world.stateOf(bad), world.stateOf(good)]).toEqual(['quarantined', 'streaming'])
    expect(world.rowsOf(bad)).toEqual([])
    expect(world.rowsOf(good)).toHaveLength(20)
    await world.stop()
  })

  it('sends a large transaction in parts, none but the last of fewer rows than a batch may have', async () => {
    const world = new PipelineWorld()
    const table = world.source.addTable('one')
    world.start(5)
    await world.untilEqual()
    const before = world.sink.sentRows.length
    const ids = Array.from({ length: 23 }, (_, i) => String(i))
    world.source.commit(
      ids.map((id) => ({ kind: 'insert', table, row: [id, 'a', 't'] })),
      true,
    )
    await world.untilEqual()
    const parts = world.sink.sentRows.slice(before)
    expect(parts.length).toBeGreaterThan(1)
    expect(parts.slice(0, -1).filter((rows) => rows < 5)).toEqual([])
    expect(parts.reduce((sum, rows) => sum + rows, 0)).toBe(23)
    await world.stop()
  })

  it('completes later parts of a large transaction from that transaction and the target, never from a later moment', async () => {
    const world = new PipelineWorld()
    const table = world.source.addTable('one')
    const ids = Array.from({ length: 20 }, (_, i) => String(i))
    const insert = (id: string, text: string) => ({ kind: 'insert', table, row: [id, 'a', text] }) as const
    const update = (from: string, to: string, text: string, keep: boolean) =>
      ({ kind: 'update', table, from, row: [to, 'b', text], keep }) as const
    world.source.commit(
      ids.map((id) => insert(id, `old ${id}`)),
      true,
    )
    world.start(5)
    await world.untilEqual()
    world.source.commit(
      [
        // Ten rows are written with values, ...
        ...ids.slice(0, 10).map((id) => update(id, id, `new ${id}`, false)),
        // ... one of them goes, and another one moves to its key; ...
        { kind: 'delete', table, id: '0' },
        update('1', '0', 'new 1', true),
        insert('1', 'a new row'),
        // ... then all rows leave their values out, in parts of their own.
        ...ids.slice(2).map((id) => update(id, id, Number(id) < 10 ? `new ${id}` : `old ${id}`, true)),
        update('0', 'moved', 'new 1', true),
        update('1', '1', 'a new row', true),
      ],
      true,
    )
    // What the source holds when the parts are sent is another thing.
    world.source.commit(
      [
        ...ids.slice(2, 15).map((id) => update(id, id, `later ${id}`, false)),
        ...ids.slice(15).map((id) => ({ kind: 'delete', table, id }) as const),
      ],
      true,
    )
    await world.untilEqual()
    expect(world.signals.filter((signal) => signal.tag === 'values-reread' && signal.from === 'source')).toEqual([])
    expect(world.signals.filter((signal) => signal.tag === 'values-reread' && signal.from === 'target')).not.toEqual([])
    await world.stop()
  })

  it('applies a large transaction that empties a table of which it has sent rows, and those of the transaction before', async () => {
    const world = new PipelineWorld()
    const table = world.source.addTable('one')
    const other = world.source.addTable('two')
    world.start(4)
    await world.untilEqual()
    const insert = (to: typeof table, id: number) =>
      ({ kind: 'insert', table: to, row: [String(id), 'a', 't'] }) as const
    world.source.commit([insert(table, 100), insert(other, 100)], true)
    world.source.commit(
      [
        ...Array.from({ length: 9 }, (_, id) => insert(table, id)),
        { kind: 'truncate', table },
        ...Array.from({ length: 9 }, (_, id) => insert(other, id)),
        insert(table, 7),
        { kind: 'truncate', table },
        insert(table, 8),
      ],
      true,
    )
    await world.untilEqual()
    expect(world.rowsOf(table).map(([id]) => id)).toEqual(['8'])
    expect(world.signals.filter(({ tag }) => tag === 'session-ended').length).toBeLessThanOrEqual(2)
    await world.stop()
  })

  it('pauses a table that is asked to while its copy is put in place, and copies it anew when it is asked to go on', async () => {
    const world = new PipelineWorld()
    const table = world.source.addTable('one')
    world.start()
    await world.untilEqual()
    const asked = () => world.signals.filter(({ tag }) => tag === 'asked').length
    const ask = (what: 'pause' | 'resume' | 'resync') =>
      world.source.message(requestPrefix('p'), encodeRequest({ do: what, table, by: 'a test' }))
    world.sink.whileSwapping = async () => {
      world.sink.whileSwapping = () => Promise.resolve()
      ask('pause')
      await world.until('it is asked to pause', () => asked() === 2)
    }
    ask('resync')
    await world.until('it is paused', () => world.stateOf(table) === 'paused')
    world.source.commit([{ kind: 'insert', table, row: ['1', 'a', 't'] }], true)
    await world.untilEqual()
    expect([world.stateOf(table), world.rowsOf(table)]).toEqual(['paused', []])
    ask('resume')
    await world.until('it streams again', () => world.stateOf(table) === 'streaming')
    await world.untilEqual()
    expect(world.rowsOf(table)).toHaveLength(1)
    await world.stop()
  })

  it('copies a table anew that is paused and asked to go on while its copy is put in place, and misses no row', async () => {
    const world = new PipelineWorld()
    const table = world.source.addTable('one')
    world.start()
    await world.untilEqual()
    const asked = () => world.signals.filter(({ tag }) => tag === 'asked').length
    const ask = (what: 'pause' | 'resume' | 'resync') =>
      world.source.message(requestPrefix('p'), encodeRequest({ do: what, table, by: 'a test' }))
    world.sink.whileSwapping = async () => {
      world.sink.whileSwapping = () => Promise.resolve()
      ask('pause')
      world.source.commit([{ kind: 'insert', table, row: ['1', 'a', 't'] }], true)
      ask('resume')
      await world.until('it is asked to go on', () => asked() === 3)
    }
    ask('resync')
    await world.until('it is asked for everything', () => asked() === 3)
    await world.untilEqual()
    expect(world.rowsOf(table)).toHaveLength(1)
    await world.stop()
  })

  it('says when the source is held back by what waits for the target', async () => {
    const world = new PipelineWorld()
    const table = world.source.addTable('one')
    world.start(3)
    await world.untilEqual()
    const ids = Array.from({ length: 40 }, (_, i) => String(i))
    for (const id of ids) world.source.commit([{ kind: 'insert', table, row: [id, 'a', 't'] }], true)
    await world.untilEqual()
    const told = world.signals.filter(({ tag }) => tag === 'memory-pressure')
    expect(told).toHaveLength(1)
    expect(told).toMatchObject([{ heldBytes: expect.any(Number), limitBytes: 2_000_000 }])
    await world.stop()
  })

  it('ends equal, and is equal after every commit on the way, whatever the source does meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 60 }),
        fc.constantFrom(1000, 5),
        async (steps, maxBatchRows) => {
          await play(steps, () => false, maxBatchRows)
        },
      ),
      { numRuns: 150, endOnFailure: true },
    )
  }, 120_000)

  it('ends equal although calls to the target fail before or after they took effect', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 40 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 9 })),
        async (steps, dice) => {
          await play(steps, () => dice.next().value === 0, 1000)
        },
      ),
      { numRuns: 100, endOnFailure: true },
    )
  }, 120_000)
})
