import { describe, expect, it } from 'vitest'
import { PipelineWorld } from '../../../test/support/pipeline-world.ts'
import type { Change, Row } from '../../../test/support/scripted-log.ts'
import type { TableId } from '../../core/table-id.ts'

const row = (id: number): Row => [String(id), 'a', 't']
const insert = (table: TableId, id: number): Change => ({ kind: 'insert', table, row: row(id) })

/** A table of two rows that streams. */
async function streamingWorld(): Promise<{ readonly world: PipelineWorld; readonly table: TableId }> {
  const world = new PipelineWorld()
  const table = world.source.addTable('one')
  world.source.commit([insert(table, 1), insert(table, 2)], true)
  world.start()
  await world.untilEqual()
  return { world, table }
}

const copies = (world: PipelineWorld): number => world.signals.filter((signal) => signal.tag === 'copied-anew').length

describe('what happens to a table without an event', () => {
  it('while no process runs is found at the next start, and the table is copied anew', async () => {
    const { world, table } = await streamingWorld()
    await world.stop()
    world.source.commit([insert(table, 3)], true)
    world.source.changeUnseen(table, [{ kind: 'delete', table, id: '1' }, insert(table, 4)])
    world.start()
    await world.untilEqual()
    expect(world.rowsOf(table)).toEqual([row(2), row(3), row(4)])
    expect(copies(world)).toBe(1)
    await world.stop()
    // It is known now.
    world.start()
    await world.untilEqual()
    expect(copies(world)).toBe(1)
    await world.stop()
  })

  it('is not assumed when all that changed came through the stream', async () => {
    const { world, table } = await streamingWorld()
    world.source.grow(table)
    await world.until('it is recorded', () => world.target.records.get(table)?.origin?.endsWith(':1') === true)
    await world.stop()
    world.source.grow(table)
    world.start()
    await world.until('it is recorded', () => world.target.records.get(table)?.origin?.endsWith(':2') === true)
    expect(copies(world)).toBe(0)
    await world.stop()
  })

  it('while a process runs is found by the next look', async () => {
    const { world, table } = await streamingWorld()
    world.source.changeUnseen(table, [{ kind: 'delete', table, id: '1' }, insert(table, 4)])
    await world.until(
      'the rows are equal',
      () => world.rowsOf(table).length === 2 && world.rowsOf(table)[1]?.[0] === '4',
    )
    expect(copies(world)).toBe(1)
    await world.stop()
  })

  it('during a copy that has brought rows which are gone without an event leads to another copy', async () => {
    const world = new PipelineWorld()
    const table = world.source.addTable('one')
    world.source.commit([insert(table, 1), insert(table, 2)], true)
    world.start()
    await world.until('a chunk is loaded', () => world.rowsOf(table).length > 0)
    expect(world.stateOf(table)).not.toBe('streaming')
    world.source.changeUnseen(table, [{ kind: 'delete', table, id: world.rowsOf(table)[0]?.[0] ?? '' }])
    await world.until(
      'the rows are equal',
      () => world.stateOf(table) === 'streaming' && world.rowsOf(table).length === 1,
    )
    await world.stop()
  })

  it('a table that was dropped and made again is copied anew, and none of the old rows stay', async () => {
    const { world, table } = await streamingWorld()
    await world.stop()
    world.source.replace(table, [row(7)])
    world.start()
    await world.untilEqual()
    expect(world.rowsOf(table)).toEqual([row(7)])
    await world.stop()
  })

  it('a target table that is gone is copied again, not made empty', async () => {
    const { world, table } = await streamingWorld()
    await world.stop()
    world.target.tables.delete('one')
    world.start()
    await world.until('the rows are there again', () => world.rowsOf(table).length === 2)
    await world.until('the table streams', () => world.stateOf(table) === 'streaming')
    await world.stop()
  })
})
