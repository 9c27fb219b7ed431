import assert from 'node:assert/strict'
import { expect, it } from 'vitest'
import type { FailPoint } from '../src/core/fail-points.ts'
import { Disturbance } from './support/disturbance.ts'
import { endedWhileDisturbed } from './support/ended-while-disturbed.ts'
import { openDatabase, type TestDatabase } from './support/postgres.ts'
import { seededRandom } from './support/seeded-random.ts'
import { ServiceProcess, writePipelineFile } from './support/service-process.ts'
import { ServiceStarts } from './support/service-starts.ts'
import { StandInProcess } from './support/stand-in-process.ts'
import { makeAccounts, Transfers, untilStreaming } from './support/transfers.ts'
import { expectEqual, untilCaughtUp } from './support/until-equal.ts'
import { waitFor } from './support/wait-for.ts'

/** The last StarRocks without transactions over several tables: every table has loads of its own, and the checkpoint comes last. */
const VERSION = '3.3.9'

const TABLES = ['checking', 'savings', 'scratch']

/** Steps that only this mode has, or takes in another way; between `batch.tables.after` and `batch.checkpoint.before` nothing happens. */
const KILLED: readonly FailPoint[] = [
  'batch.tables.before',
  ...rare('batch.tables.after', 'batch.checkpoint.after', 'batch.rollback.before', 'batch.rollback.after'),
  ...rare('chunk.ledger.before', 'chunk.ledger.after'),
]

/** Where a process that was replaced has something prepared that it could still commit. */
const STOPPED: readonly FailPoint[] = ['batch.commit.before', ...rare('batch.tables.before', 'chunk.ledger.before')]

const SYNC = '  truncate_as_deletes_up_to: 0\n  discovery_interval: 500ms'

/** Together they take minutes: in the long form only (make test-long). */
function rare(...points: readonly FailPoint[]): readonly FailPoint[] {
  return process.env['TEST_LONG'] === undefined ? [] : points
}

async function makeTables(source: TestDatabase): Promise<void> {
  await makeAccounts(source)
  await source.query('create table scratch (id int primary key)')
}

it.concurrent('ends equal without transactions over tables when it is killed at any step of a batch or chunk', async () => {
  const { random, seed } = seededRandom()
  await using source = await openDatabase()
  await using standIn = await StandInProcess.start(['--version', VERSION])
  await makeTables(source)
  await using file = await writePipelineFile({ sourceUrl: source.url, standIn, database: source.name, sync: SYNC })
  await using last = new ServiceStarts(file.path)
  const streaming = () => untilStreaming(standIn, { database: source.name, tables: 3, story: () => last.service.story })
  await streaming()
  await using transfers = new Transfers(source, random)
  const missed: string[] = []
  for (const point of KILLED) {
    last.service.kill('SIGKILL')
    await last.restart({ SYNC_FAIL_POINT: `${point}:${point.startsWith('batch') && random() < 0.5 ? 2 : 1}:SIGKILL` })
    const ending = await endedWhileDisturbed({ source, standIn, service: last.service }, point)
    if (ending !== 'SIGKILL') missed.push(`${point}: ${last.service.story}`)
  }
  last.service.kill('SIGKILL')
  await last.restart()
  await transfers[Symbol.asyncDispose]()
  await untilCaughtUp(source, standIn, last.service)
  await streaming()
  assert.deepEqual(missed, [], `seed ${seed}`)
  await expectEqual(source, standIn, TABLES)
  await last[Symbol.asyncDispose]()
  await source.dropReplication()
})

it.concurrent('ends equal without transactions over tables when a process wakes that was stopped and replaced', async () => {
  const { random } = seededRandom()
  await using source = await openDatabase()
  await using standIn = await StandInProcess.start(['--version', VERSION])
  await makeTables(source)
  await source.query(`alter database ${source.name} set wal_sender_timeout = '2s'`)
  await using file = await writePipelineFile({ sourceUrl: source.url, standIn, database: source.name, sync: SYNC })
  await using services = new AsyncDisposableStack()
  // The first commit of a process raises its epoch.
  const start = (point?: FailPoint) =>
    services.use(
      new ServiceProcess(
        file.path,
        point ? { SYNC_FAIL_POINT: `${point}:${point.startsWith('batch') ? 4 : 1}:SIGSTOP` } : {},
      ),
    )
  let present = start(STOPPED[0])
  await waitFor(() => epochOf(standIn, source.name), { timeoutMs: 30_000, describe: () => present.story })
  await using transfers = new Transfers(source, random)
  await using disturbance = new Disturbance(source)
  for (const [index, point] of STOPPED.entries()) {
    const stopped = present
    await waitFor(() => stopped.isStopped, { timeoutMs: 30_000, describe: () => `${point}\n${stopped.story}` })
    const before = await epochOf(standIn, source.name)
    present = start(STOPPED[index + 1])
    await waitFor(async () => (await epochOf(standIn, source.name)) > before, {
      timeoutMs: 30_000,
      describe: () => `${point}\n${present.story}`,
    })
    stopped.kill('SIGCONT')
    expect(await stopped.ended, `${point}\n${stopped.story}`).toEqual({ code: 1, signal: null })
    expect(stopped.story).toContain('SINK_REPLACED')
  }
  await disturbance[Symbol.asyncDispose]()
  await transfers[Symbol.asyncDispose]()
  await untilCaughtUp(source, standIn, present)
  await untilStreaming(standIn, { database: source.name, tables: 3, story: () => present.story })
  await expectEqual(source, standIn, TABLES)
  await services.disposeAsync()
  await source.dropReplication()
})

/** The epoch of the row; 0 before there is one. */
async function epochOf(standIn: StandInProcess, database: string): Promise<number> {
  const rows = await standIn.query(`select epoch from ${database}._sync_checkpoint`).catch(() => [])
  return Number(rows[0]?.['epoch'] ?? 0)
}
