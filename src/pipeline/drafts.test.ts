import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FaultPoint } from '../../test/support/memory-sink.ts'
import { PipelineWorld } from '../../test/support/pipeline-world.ts'
import type { Change } from '../../test/support/scripted-log.ts'
import { ScriptedShop } from '../../test/support/scripted-shop.ts'
import { tick } from '../../test/support/ticks.ts'
import type { TableId } from '../core/table-id.ts'
import { encodeRequest, requestPrefix } from './request.ts'

const choice = fc.record({
  kind: fc.constantFrom('put', 'put', 'put', 'put', 'move', 'delete', 'truncate'),
  table: fc.nat(2),
  key: fc.integer({ min: 1, max: 4 }),
  to: fc.integer({ min: 1, max: 4 }),
  keep: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  odd: fc.integer({ min: 0, max: 30 }).map((n) => n === 0),
})
const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      tag: fc.constant('commit' as const),
      changes: fc.array(choice, { minLength: 1, maxLength: 12 }),
      streamed: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ tag: fc.constant('turn' as const), turns: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ tag: fc.constant('cut' as const) }) },
  { weight: 1, arbitrary: fc.record({ tag: fc.constant('resync' as const), table: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ tag: fc.constant('add' as const) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Plays the steps on tables that stream from the beginning. Answers how many transactions drafts stood for. */
async function play(
  steps: readonly Step[],
  fault: (point: FaultPoint) => boolean,
  how: { readonly rows: number; readonly ageMs: number; readonly resyncs: boolean },
): Promise<number> {
  let calm = true
  const world = new PipelineWorld((point) => !calm && fault(point))
  const tables = [world.source.addTable('one'), world.source.addTable('two')]
  const tableAt = (n: number): TableId => tables[n % tables.length] ?? world.source.addTable('none')
  const shop = new ScriptedShop()
  world.start(how.rows, { flushAfterMs: how.ageMs })
  await world.untilEqual()
  calm = false
  for (const one of steps) {
    if (one.tag === 'commit') {
      const changes = one.changes.flatMap((free): readonly Change[] => {
        const { keep } = free
        const change = shop.change(tableAt(free.table), { ...free, keep })
        return change === null ? [] : [change]
      })
      if (changes.length > 0) world.source.commit(changes, true, one.streamed)
    } else if (one.tag === 'cut') world.source.cut()
    else if (one.tag === 'turn') for (let turn = 0; turn < one.turns; turn++) await tick()
    else if (one.tag === 'add') {
      if (tables.length === 2) tables.push(world.source.addTable('three'))
    } else if (how.resyncs)
      world.source.message(requestPrefix('p'), encodeRequest({ do: 'resync', table: tableAt(one.table), by: 'a test' }))
  }
  try {
    await world.untilEqual()
  } finally {
    await world.stop()
  }
  return world.source.draftsTaken
}

const steps = fc.array(step, { minLength: 3, maxLength: 30 })
const manner = fc.record({ rows: fc.constantFrom(3, 1000), ageMs: fc.constantFrom(5, 200), resyncs: fc.boolean() })

describe('a transaction that is drafted while it is in progress', () => {
  it('ends as if it had been sent after its commit, whatever comes before and in between', async () => {
    let taken = 0
    await fc.assert(
      fc.asyncProperty(steps, manner, async (some, how) => {
        taken += await play(some, () => false, how)
      }),
      { numRuns: 80, endOnFailure: true },
    )
    expect(taken).toBeGreaterThan(30)
  }, 120_000)

  it('ends right although the target fails and the disk is full now and then', async () => {
    let taken = 0
    await fc.assert(
      fc.asyncProperty(steps, manner, fc.infiniteStream(fc.integer({ min: 0, max: 9 })), async (some, how, dice) => {
        // Every part of a large transaction goes to disk as well: were that full as often, none would ever be whole.
        const isFault = (point: FaultPoint): boolean => dice.next().value === 0 && (point !== 'scratch' || rarely())
        const rarely = (): boolean => Number(dice.next().value) < 2
        taken += await play(some, isFault, how)
      }),
      { numRuns: 50, endOnFailure: true },
    )
    expect(taken).toBeGreaterThan(10)
  }, 120_000)
})
