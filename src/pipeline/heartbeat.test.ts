import { expect, test } from 'vitest'
import { PipelineWorld } from '../../test/support/pipeline-world.ts'
import type { Signal } from '../core/signals.ts'

const count = (world: PipelineWorld, tag: Signal['tag']): number =>
  world.signals.filter((signal) => signal.tag === tag).length

const lastPulse = (world: PipelineWorld): Extract<Signal, { readonly tag: 'pulse' }> | undefined =>
  world.signals.findLast((signal) => signal.tag === 'pulse')

test('on an idle source markers come back, without a transaction at the target for each', async () => {
  const world = new PipelineWorld()
  world.source.addTable('one')
  world.start(1000, { heartbeatEveryMs: 20 })
  await world.untilEqual()
  const before = world.target.checkpoint?.number ?? 0n
  await world.until('markers come back', () => count(world, 'heartbeat') > 8)
  expect(lastPulse(world)?.pendingCommitMs ?? null).toBeNull()
  expect(Number((world.target.checkpoint?.number ?? 0n) - before)).toBeLessThan(count(world, 'heartbeat'))
  await world.stop()
})

test('a marker behind changes that cannot be applied does not come back, and the pulse says since when something waits', async () => {
  let down = false
  const world = new PipelineWorld((point) => down && point === 'commit-before')
  const table = world.source.addTable('one')
  world.start(1000, { heartbeatEveryMs: 20 })
  await world.untilEqual()
  await world.until('a marker comes back', () => count(world, 'heartbeat') > 0)
  down = true
  world.source.commit([{ kind: 'insert', table, row: ['1', 'a', 't'] }], true)
  await world.until('the batch fails', () => count(world, 'rows-failed') > 0)
  const arrived = count(world, 'heartbeat')
  await world.until('a pulse tells of it', () => (lastPulse(world)?.applyingRows ?? 0) > 0)
  expect(lastPulse(world)).toMatchObject({ applyingRows: 1 })
  expect(count(world, 'heartbeat')).toBe(arrived)
  down = false
  await world.untilEqual()
  await world.until('markers come back again', () => count(world, 'heartbeat') > arrived)
  await world.until('nothing waits', () => lastPulse(world)?.applyingRows === 0)
  await world.stop()
})

test('rows whose load failed are told of by table, with the code', async () => {
  let failures = 1
  // Checkpoints that move by themselves are committed too: only the one with the row fails.
  const world = new PipelineWorld(
    (point) => point === 'commit-before' && world.sink.sentRows.length > 0 && failures-- > 0,
  )
  const table = world.source.addTable('one')
  world.start(1000, { heartbeatEveryMs: 20 })
  await world.until('it streams', () => world.stateOf(table) === 'streaming')
  world.source.commit([{ kind: 'insert', table, row: ['1', 'a', 't'] }], true)
  await world.untilEqual()
  expect(world.signals).toContainEqual({
    tag: 'rows-failed',
    code: 'SINK_UNREACHABLE',
    tables: [{ table, rows: 1 }],
  })
  await world.stop()
})
