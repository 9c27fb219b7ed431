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
  limits: { readonly rows: number; readonly bytes?: number },
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
      if (!started) world.start(limits.rows, { maxBatchBytes: limits.bytes })
      started = true
      for (let turn = 0; turn < one.turns; turn++) await tick()
    }
  }
  if (!started) world.start(limits.rows, { maxBatchBytes: limits.bytes })
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

  it('sends a chunk in pieces of about a megabyte, whatever its size', async () => {
    const world = new PipelineWorld()
    const table = world.source.addTable('one')
    const text = 'x'.repeat(100_000)
    const ids = Array.from({ length: 50 }, (_, id) => String(id))
    world.source.commit(
      ids.map((id) => ({ kind: 'insert', table, row: [id, 'a', text] })),
      true,
    )
    world.start()
    await world.untilEqual()
    expect(Math.max(...world.sink.pieceBytes)).toBeLessThan(1_200_000)
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
    // A batch is full with three rows; one more read brings a few.
    expect(Math.max(...world.sink.sentRows)).toBeLessThan(10)
    await world.stop()
  })

  it('ends equal, and is equal after every commit on the way, whatever the source does meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 60 }),
        fc.constantFrom({ rows: 1000 }, { rows: 5 }, { rows: 1000, bytes: 60 }),
        async (steps, limits) => {
          await play(steps, () => false, limits)
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
          await play(steps, () => dice.next().value === 0, { rows: 1000 })
        },
      ),
      { numRuns: 100, endOnFailure: true },
    )
  }, 120_000)
})
