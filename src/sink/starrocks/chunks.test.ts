import { beforeEach, describe, expect, test } from 'vitest'
import type { ChunkRecord, ChunkWriter, TableRecord } from '../../core/sink.ts'
import { SyncError } from '../../core/sync-error.ts'
import { apply, ask, loadOf, type Row } from './testing/sink-fixture.ts'
import { SinkWorld } from './testing/sink-world.ts'
import type { StandInFault } from '../../../test/support/stand-in-process.ts'

const MODES = [
  { guarantee: 'atomic', version: '4.0.2' },
  { guarantee: 'converging', version: '3.3.5' },
] as const

describe.each(MODES)('chunks on StarRocks $version', { timeout: 60_000 }, ({ version }) => {
  const world = new SinkWorld({ name: 'chunk', version })
  beforeEach(async () => {
    const record: TableRecord = {
      table: world.table.id,
      state: { tag: 'snapshotting', generation: 1 },
      relfilenode: '1',
      ranges: [
        { tag: 'ctid', fromBlock: 0, toBlock: 9 },
        { tag: 'ctid', fromBlock: 9, toBlock: null },
      ],
    }
    world.position = await apply(world.writer, world.position, [], { tables: [record] })
  })

  const open = async (chunk: number, tries = 1, format: 'csv' | 'json' = 'csv'): Promise<ChunkWriter> =>
    await world.writer.sink.openChunk(
      world.table,
      { epoch: world.position.epoch, generation: 1, chunk, attempt: tries, format },
      world.writer.ownership,
    )
  const recordOf = (chunk: number, rows: number): ChunkRecord => ({
    table: world.table.id,
    generation: 1,
    chunk,
    rows,
    upperLsn: 77n,
  })
  const rows = (from: number, count: number): readonly Row[] =>
    Array.from({ length: count }, (_, i) => ({ upsert: [String(from + i), 'x'.repeat(500), '1'] }))
  const counted = async (): Promise<readonly string[]> =>
    await ask(world.target, `SELECT count(*), count(DISTINCT id) FROM ${world.target.database}.a`)
  const ledger = async (): Promise<readonly ChunkRecord[]> =>
    (await world.writer.sink.takeOver(world.writer.ownership)).chunks

  test('stream their rows and are visible with their line in the ledger', async () => {
    const chunk = await open(0)
    const buffer = Buffer.alloc(2_000_000)
    for (let piece = 0; piece < 8; piece += 1) {
      const { body } = loadOf(world.table, rows(piece * 1_000, 1_000))
      const length = body.copy(buffer)
      await chunk.write(buffer.subarray(0, length))
      // The bytes are ours again: what was sent must not change.
      buffer.fill(0)
    }
    await chunk.commit(recordOf(0, 8_000))
    expect(await counted()).toEqual(['8000 8000'])
    expect(await ledger()).toEqual([recordOf(0, 8_000)])
  })

  test('run in parallel, beside a batch', async () => {
    const [one, two] = await Promise.all([open(0), open(1)])
    await Promise.all([
      one.write(loadOf(world.table, rows(0, 10)).body),
      two.write(loadOf(world.table, rows(10, 10)).body),
    ])
    world.position = await apply(world.writer, world.position, [
      loadOf(world.table, [{ upsert: ['100', 'batch', '1'] }]),
    ])
    await Promise.all([one.commit(recordOf(0, 10)), two.commit(recordOf(1, 10))])
    expect(await counted()).toEqual(['21 21'])
    expect((await ledger()).length).toBe(2)
  })

  test('carry JSON lines', async () => {
    const chunk = await open(0, 1, 'json')
    for (let piece = 0; piece < 3; piece += 1) await chunk.write(loadOf(world.table, rows(piece * 10, 10), 'json').body)
    await chunk.commit(recordOf(0, 30))
    expect(await counted()).toEqual(['30 30'])
  })

  test('without a row are recorded', async () => {
    const chunk = await open(0)
    await chunk.commit(recordOf(0, 0))
    expect([await counted(), await ledger()]).toEqual([['0 0'], [recordOf(0, 0)]])
  })

  test('that are rolled back leave nothing', async () => {
    const chunk = await open(0)
    await chunk.write(loadOf(world.table, rows(0, 10)).body)
    await chunk.rollback()
    expect([await counted(), await ledger()]).toEqual([['0 0'], []])
  })

  test('that were rolled back can be taken again, whatever attempt the caller calls it', async () => {
    await (await open(0)).rollback()
    await (await open(0)).rollback()
    const again = await open(0, 7)
    await again.commit(recordOf(0, 0))
    expect(await ledger()).toEqual([recordOf(0, 0)])
  })

  const faults: readonly (readonly [string, StandInFault])[] = (
    ['begin', 'load', 'commit', 'get_load_state'] as const
  ).flatMap((path) =>
    (['cut-before', 'cut-after'] as const).map((action) => [`${action} ${path}`, { match: { path }, action }] as const),
  )

  test.each(faults)('are in the target once when the connection is %s', async (_name, fault) => {
    await world.standIn.faults([fault])
    for (let tries = 1; ; tries += 1) {
      let chunk: ChunkWriter | null = null
      try {
        chunk = await open(0, tries)
        await chunk.write(loadOf(world.table, rows(0, 10)).body)
        await chunk.commit(recordOf(0, 10))
        break
      } catch (error) {
        if (!(error instanceof SyncError) || error.retry !== 'auto' || tries === 5) throw error
        await chunk?.rollback()
      }
    }
    expect([await counted(), await ledger()]).toEqual([['10 10'], [recordOf(0, 10)]])
  })

  test('with a row that is refused say so, and leave nothing', async () => {
    const chunk = await open(0)
    const { body } = loadOf(world.table, [{ upsert: ['1', 'bad', '5'] }])
    await chunk.write(Buffer.from(body.toString('latin1').replace('5', 'x'), 'latin1'))
    await expect(chunk.commit(recordOf(0, 1))).rejects.toMatchObject({
      code: 'ROW_REJECTED',
      table: 'public.a',
    })
    await chunk.rollback()
    expect([await counted(), await ledger()]).toEqual([['0 0'], []])
  })

  test('of a copy that is over are forgotten', async () => {
    await (await open(0)).commit(recordOf(0, 0))
    await apply(world.writer, world.position, [], {
      tables: [{ table: world.table.id, state: { tag: 'streaming', generation: 1 } }],
    })
    expect(await ledger()).toEqual([])
    expect(await ask(world.target, `SELECT count(*) FROM ${world.target.database}._sync_chunks`)).toEqual(['0'])
  })
})
