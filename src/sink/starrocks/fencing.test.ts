import { describe, expect, test } from 'vitest'
import { FAIL_POINTS, type FailPoint } from '../../core/fail-points.ts'
import { SyncError } from '../../core/sync-error.ts'
import type { ChunkRecord, TableRecord } from '../../core/sink.ts'
import {
  accountsSchema,
  apply,
  ask,
  attempt,
  begin,
  following,
  loadOf,
  openAccounts,
  writerOf,
} from './testing/sink-fixture.ts'
import { SinkWorld } from './testing/sink-world.ts'
import { routeOf } from './testing/source-fixtures.ts'

const MODES = [
  { guarantee: 'atomic', version: '4.0.2' },
  { guarantee: 'converging', version: '3.3.5' },
] as const

const pointsOf = (...prefixes: readonly string[]): readonly FailPoint[] =>
  FAIL_POINTS.filter((point) => prefixes.some((prefix) => point.startsWith(prefix)))

describe.each(MODES)(
  'a process stopped and woken later, on $version',
  { timeout: 60_000 },
  ({ guarantee, version }) => {
    const world = new SinkWorld({ name: 'fence', version })
    const balancesOf = async (table: string) => await world.rowsOf(table, 'id, balance')

    /** Runs `work` until it is held at the point, lets a successor take over and work, then wakes the first. */
    async function overtake(point: FailPoint, work: () => Promise<unknown>, successorRows: readonly string[]) {
      world.writer.points.hold(point)
      const outcome = work().then(
        () => 'done',
        (error: unknown) => error,
      )
      const first = await Promise.race([world.writer.points.untilHeld().then(() => 'held'), outcome])
      if (first !== 'held') return { reached: false, outcome: first, last: world.position }
      world.writer.ownership.owned = false
      await using successor = await writerOf(world.target, 'successor')
      let at = await begin(successor)
      const theirs = await openAccounts(successor, 'a', world.target.database)
      for (const balance of successorRows) {
        at = await apply(successor, at, [loadOf(theirs, [{ upsert: ['1', 'them', balance] }])])
      }
      await successor.sink.untilVisible()
      world.writer.points.release()
      const ended = await outcome
      await world.writer.sink.untilVisible().catch(() => undefined)
      return { reached: true, outcome: ended, last: at }
    }

    const batchPoints = pointsOf('batch.').filter(
      (point) =>
        !point.startsWith('batch.rollback') && (guarantee === 'converging' || !point.startsWith('batch.tables')),
    )

    test.each(batchPoints)('at %s of a batch changes nothing any more', async (point) => {
      const work = async () => {
        const next = await attempt(world.writer, world.position, [
          loadOf(world.table, [{ upsert: ['1', 'us', '1'] }, { upsert: ['2', 'us', '1'] }]),
        ])
        await attempt(world.writer, next, [loadOf(world.table, [{ upsert: ['1', 'us', '2'] }])])
      }
      const { reached, outcome, last } = await overtake(point, work, ['10', '11'])
      expect(reached).toBe(true)
      expect(outcome).toBeInstanceOf(SyncError)
      const rows = await balancesOf('a')
      expect(rows).toContain('1 11')
      // What was committed before the stop is there; what was not is not, whole.
      const wasCommitted = point === 'batch.commit.after' || point === 'batch.state.after'
      expect(guarantee === 'converging' || rows.includes('2 1') === wasCommitted).toBe(true)
      expect(await world.writer.sink.readCheckpoint()).toEqual(last)
    })

    const chunkPoints = pointsOf('chunk.').filter((point) => point !== 'chunk.state.after' || guarantee === 'atomic')

    test.each(chunkPoints)('at %s of a chunk changes nothing any more', async (point) => {
      const record: TableRecord = {
        table: world.table.id,
        state: { tag: 'snapshotting', generation: 1 },
        relfilenode: '1',
        ranges: [{ tag: 'ctid', fromBlock: 0, toBlock: null }],
      }
      world.position = await apply(world.writer, world.position, [], { tables: [record] })
      const chunk: ChunkRecord = { table: world.table.id, generation: 1, chunk: 0, rows: 2, upperLsn: 5n }
      const work = async () => {
        const name = { epoch: world.position.epoch, generation: 1, chunk: 0, attempt: 1, format: 'csv' } as const
        const writer = await world.writer.sink.openChunk(world.table, name, world.writer.ownership)
        try {
          await writer.write(loadOf(world.table, [{ upsert: ['1', 'us', '1'] }, { upsert: ['2', 'us', '1'] }]).body)
          await writer.commit(chunk)
        } catch (error) {
          await writer.rollback()
          throw error
        }
      }
      const { reached } = await overtake(point, work, ['10'])
      expect(reached).toBe(true)
      expect(await balancesOf('a')).toContain('1 10')
      const rows = await balancesOf('a')
      await using reader = await writerOf(world.target, 'reader')
      const { chunks } = await reader.sink.takeOver(reader.ownership)
      // A line in the ledger only with its rows; in atomic mode rows only with their line.
      const [isThere, isRecorded] = [rows.includes('2 1'), chunks.length > 0]
      expect(isThere || !isRecorded).toBe(true)
      expect(guarantee === 'converging' || isThere === isRecorded).toBe(true)
    })

    const truncatePoints = pointsOf('truncate.')

    test.each(truncatePoints)('at %s of a truncate destroys nothing any more', async (point) => {
      world.position = await apply(world.writer, world.position, [loadOf(world.table, [{ upsert: ['7', 'us', '7'] }])])
      await world.writer.sink.untilVisible()
      const work = async () => await world.writer.sink.truncate(world.table, world.position, world.writer.ownership)
      const { reached } = await overtake(point, work, ['10'])
      expect(reached).toBe(true)
      const emptied = FAIL_POINTS.indexOf(point) >= FAIL_POINTS.indexOf('truncate.swap.after')
      expect(await balancesOf('a')).toEqual(emptied ? ['1 10'] : ['1 10', '7 7'])
    })

    test.each(['truncate.swap.before', 'truncate.swap.after'] as const)(
      'at %s of a shadow’s swap destroys nothing any more',
      async (point) => {
        world.position = await apply(world.writer, world.position, [
          loadOf(world.table, [{ upsert: ['7', 'us', '7'] }]),
        ])
        const route = routeOf({ table: world.table.id, targetTable: 'a', targetDatabase: world.target.database })
        const name = { epoch: world.position.epoch, number: world.position.number + 1n, generation: 4 }
        const shadow = await world.writer.sink.openShadow(accountsSchema('a'), route, name)
        world.position = await apply(world.writer, world.position, [loadOf(shadow, [{ upsert: ['8', 'us', '8'] }])])
        await world.writer.sink.untilVisible()
        const { reached } = await overtake(
          point,
          async () => await world.writer.sink.swap(shadow, world.writer.ownership),
          ['10'],
        )
        expect(reached).toBe(true)
        const swapped = point === 'truncate.swap.after'
        expect(await balancesOf('a')).toEqual(swapped ? ['1 10', '8 8'] : ['1 10', '7 7'])
        expect(await world.writer.sink.liveGeneration(route)).toBe(swapped ? 4 : 0)
      },
    )

    test.each(batchPoints)('at %s of a batch changes nothing any more when its labels are forgotten', async (point) => {
      const work = async () =>
        await attempt(world.writer, world.position, [loadOf(world.table, [{ upsert: ['1', 'us', '1'] }])])
      world.writer.points.hold(point)
      const outcome = work().then(
        () => 'done',
        (error: unknown) => error,
      )
      await world.writer.points.untilHeld()
      world.writer.ownership.owned = false
      await using successor = await writerOf(world.target, 'successor')
      const at = await begin(successor)
      const theirs = await openAccounts(successor, 'a', world.target.database)
      const last = await apply(successor, at, [loadOf(theirs, [{ upsert: ['1', 'them', '10'] }])])
      await successor.sink.untilVisible()
      await world.standIn.evictLabels()
      world.writer.points.release()
      expect(await outcome).toSatisfy((ended: unknown) => ended instanceof SyncError || point === 'batch.state.after')
      expect(await balancesOf('a')).toEqual(['1 10'])
      expect(await world.writer.sink.readCheckpoint()).toEqual(last)
    })

    test('two first starts cannot both write the first checkpoint', async () => {
      const database = `${world.target.database}_new`
      await using one = await writerOf({ ...world.target, database }, 'one')
      await using two = await writerOf({ ...world.target, database }, 'two')
      one.points.hold('batch.commit.before')
      const first = begin(one).then(
        () => 'done',
        (error: unknown) => error,
      )
      await one.points.untilHeld()
      one.ownership.owned = false
      const at = await begin(two)
      one.points.release()
      expect(await first).toBeInstanceOf(SyncError)
      expect(await two.sink.readCheckpoint()).toEqual(at)
    })

    test('what an earlier life of the pipeline left under its first label is no obstacle', async () => {
      for (const name of ['_sync_checkpoint', '_sync_tables', '_sync_chunks']) {
        await using again = await writerOf(world.target, 'cleaner')
        await again.sink.prepare()
        await ask(world.target, `DROP TABLE ${world.target.database}.${name} FORCE`)
      }
      await using anew = await writerOf(world.target, 'anew')
      const at = await begin(anew)
      expect(at).toEqual({ ...following(at), number: 1n, endLsn: at.endLsn, writerId: 'anew' })
      expect(await anew.sink.readCheckpoint()).toEqual(at)
    })
  },
)
