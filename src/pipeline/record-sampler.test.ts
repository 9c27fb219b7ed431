import { expect, test } from 'vitest'
import { PipelineWorld } from '../../test/support/pipeline-world.ts'
import type { RecordSample, Signal } from '../core/signals.ts'

type BatchCommitted = Extract<Signal, { readonly tag: 'batch-committed' }>

const batches = (world: PipelineWorld): readonly BatchCommitted[] =>
  world.signals.flatMap((signal) => (signal.tag === 'batch-committed' ? [signal] : []))

const samples = (world: PipelineWorld): readonly RecordSample[] =>
  batches(world).flatMap((batch) => batch.samples ?? [])

test('records are told of once their batch is in the target, and exactly while somebody wants them', async () => {
  const world = new PipelineWorld()
  const table = world.source.addTable('t')
  const other = world.source.addTable('u')
  world.start()
  await world.until('both stream', () => [table, other].every((id) => world.stateOf(id) === 'streaming'))
  const insert = (id: string, into = table) => ({ kind: 'insert', table: into, row: [id, 'SECRET', 'SECRET'] }) as const

  world.source.commit([insert('1')], true)
  await world.untilEqual()
  expect(samples(world)).toEqual([])

  world.wantedRecords = 2
  world.source.commit(
    [insert('2'), { kind: 'update', table, from: '2', row: ['2', 'SECRET', 'SECRET'], keep: false }, insert('3')],
    true,
  )
  world.source.commit([insert('9', other), { kind: 'delete', table, id: '1' }], true)
  await world.untilEqual()
  const told = samples(world).map(({ table: id, operation, key }) => [id, operation, key])
  expect(told).toContainEqual([table, 'insert', '2'])
  expect(told).toContainEqual([table, 'update', '2'])
  expect(told).toContainEqual([other, 'insert', '9'])
  for (const batch of batches(world))
    expect(batch.samples?.filter((one) => one.table === table).length ?? 0).toBeLessThanOrEqual(2)
  expect(JSON.stringify(samples(world))).not.toContain('SECRET')
  expect(samples(world).every(({ processingMs }) => processingMs >= 0)).toBe(true)

  const before = samples(world).length
  world.wantedRecords = 0
  world.source.commit([insert('4')], true)
  await world.untilEqual()
  expect(samples(world)).toHaveLength(before)
  await world.stop()
})
