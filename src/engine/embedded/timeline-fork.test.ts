import { describe, expect, it } from 'vitest'
import { PipelineWorld } from '../../../test/support/pipeline-world.ts'
import type { Change, Row } from '../../../test/support/scripted-log.ts'
import { lsn } from '../../core/lsn.ts'
import type { TableId } from '../../core/table-id.ts'

const row = (id: number): Row => [String(id), 'a', 't']
const insert = (table: TableId, id: number): Change => ({ kind: 'insert', table, row: row(id) })

/** A table of row 1 whose copy was broken off when rows 1 and 3 were in the target: row 3 ahead of the checkpoint. */
function halfCopied(): { readonly world: PipelineWorld; readonly table: TableId } {
  const world = new PipelineWorld()
  const table = world.source.addTable('one')
  const endLsn = world.source.commit([insert(table, 1)], true)
  const upperLsn = world.source.commit([insert(table, 3)], true)
  world.target.checkpoint = {
    number: 4n,
    endLsn,
    commitTimeUs: 0n,
    epoch: 1n,
    writerId: '',
    incarnation: 'I',
    systemId: 'S',
    timeline: 1,
  }
  const bounds = ['2', null] as const
  const ranges = bounds.map((upTo) => {
    return { tag: 'key', after: upTo === null ? ['2'] : null, upTo: upTo === null ? null : [upTo] } as const
  })
  const state = { tag: 'snapshotting', generation: 3 } as const
  world.target.records.set(table, { table, state, relfilenode: '1', ranges, origin: '5000:0:0' })
  world.target.tables.set('one', {
    generation: 0,
    rows: new Map([
      ['1', row(1)],
      ['3', row(3)],
    ]),
  })
  for (const chunk of [0, 1]) world.target.chunks.push({ table, generation: 3, chunk, rows: 1, upperLsn })
  return { world, table }
}

describe('a source of which a standby was promoted', () => {
  it('that has lost rows which were copied already: their table is copied once more', async () => {
    const { world, table } = halfCopied()
    world.source.failOver(lsn(world.source.endLsn - 20n))
    world.source.commit([insert(table, 5)], true)
    world.start()
    // Afterwards the row tells nothing of the fork: were the process killed here, the next one must know.
    await world.until('the row has moved to the timeline', () => world.target.checkpoint?.timeline === 2)
    expect(world.target.records.get(table)?.state).toMatchObject({ shadow: { liveApplied: false } })
    await world.untilEqual()
    expect(world.rowsOf(table)).toEqual([row(1), row(5)])
    expect(world.signals.filter(({ tag }) => tag === 'copied-anew')).toHaveLength(1)
    expect(world.target.checkpoint?.timeline).toBe(2)
    await world.stop()
  })

  it('that has everything which was copied: the copy goes on', async () => {
    const { world, table } = halfCopied()
    world.source.failOver(world.source.endLsn)
    world.start()
    await world.untilEqual()
    expect(world.rowsOf(table)).toEqual([row(1), row(3)])
    expect(world.signals.some(({ tag }) => tag === 'copied-anew' || tag === 'chunk-loaded')).toBe(false)
    await world.stop()
  })
})

it('a table that is copied records how far the values are ahead that were read at the source meanwhile', async () => {
  const world = new PipelineWorld()
  const table = world.source.addTable('one')
  world.source.commit([insert(table, 1)], true)
  // Its writer is what the copy waits for.
  const copied = world.source.commit([insert(table, 9)], false)
  world.start()
  await world.until('the stream has brought both', () => (world.target.checkpoint?.endLsn ?? 0n) >= copied)
  const moved: Change = { kind: 'update', table, from: '1', row: ['2', 'b', 't'], keep: true }
  const position = world.source.commit([moved], true)
  await world.until('the checkpoint has followed', () => (world.target.checkpoint?.endLsn ?? 0n) >= position)
  expect(world.target.records.get(table)?.state).toMatchObject({ tag: 'snapshotting', aheadUntilLsn: position })
  world.source.settle()
  await world.untilEqual()
  await world.stop()
})
