import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { FailPoint } from '../src/core/fail-points.ts'
import { Disturbance } from './support/disturbance.ts'
import { openDatabase } from './support/postgres.ts'
import { seededRandom } from './support/seeded-random.ts'
import { ServiceProcess, writePipelineFile } from './support/service-process.ts'
import { StandInProcess } from './support/stand-in-process.ts'
import { makeAccounts, TotalReader, Transfers, untilStreaming } from './support/transfers.ts'
import { expectEqual, untilCaughtUp } from './support/until-equal.ts'
import { waitFor } from './support/wait-for.ts'

/** The source gives a silent reader up after this time. */
const SENDER_TIMEOUT_MS = 2_000

/** How long a process that was replaced may take to notice it. */
const NOTICE_MS = 30_000

/** How long a process may take to get where it is to be stopped, on a machine that is busy with other things too. */
const REACH_MS = 90_000

/**
 * Where processes are stopped, each by its successor in the same lane. Lanes are pipelines of their own, so that their waiting for
 * the source overlaps.
 */
const LANES: readonly (readonly FailPoint[])[] = [
  [
    'batch.begin.before',
    'batch.begin.after',
    'batch.load.before',
    'batch.load.after',
    'batch.commit.before',
    'batch.commit.after',
    'batch.state.after',
    'takeover.read',
    'takeover.swept',
    'takeover.dropped',
  ],
  [
    'chunk.begin.before',
    'chunk.begin.after',
    'chunk.load.before',
    'chunk.load.after',
    'chunk.ledger.before',
    'chunk.ledger.after',
    'chunk.commit.before',
    'chunk.commit.after',
    'chunk.state.after',
  ],
  [
    'truncate.create.before',
    'truncate.create.after',
    'truncate.swap.before',
    'truncate.swap.after',
    'truncate.drop.before',
    'truncate.drop.after',
    'table.create.before',
    'table.create.after',
  ],
]

it.concurrent.for(LANES.map((points) => ({ points, first: points[0] })))(
  'lets a process that was stopped at $first or later change nothing when it wakes after it was replaced',
  { timeout: 600_000 },
  async ({ points }) => {
    const { random, seed } = seededRandom()
    await using source = await openDatabase()
    await using standIn = await StandInProcess.start()
    await makeAccounts(source)
    await source.query('create table scratch (id int primary key)')
    await source.query(`alter database ${source.name} set wal_sender_timeout = '${SENDER_TIMEOUT_MS}ms'`)
    const sync = '  truncate_as_deletes_up_to: 0\n  discovery_interval: 500ms'
    const more = 'logging: { level: DEBUG }'
    await using file = await writePipelineFile({ sourceUrl: source.url, standIn, database: source.name, sync, more })
    await using services = new AsyncDisposableStack()
    const all: ServiceProcess[] = []
    const start = (point?: FailPoint): ServiceProcess => {
      const order = point ? { SYNC_FAIL_POINT: `${point}:${occurrenceOf(point)}:SIGSTOP` } : {}
      const service = services.use(new ServiceProcess(file.path, order))
      all.push(service)
      return service
    }

    const first = start()
    await untilStreaming(standIn, { database: source.name, tables: 3, story: () => first.story })
    await using transfers = new Transfers(source, random)
    await using reader = new TotalReader(standIn, source.name)
    await using disturbance = new Disturbance(source)
    const sleepers: Sleeper[] = []
    let present = first
    for (const point of [...points, undefined]) {
      // A late commit must not fail only because a table of its batch was replaced meanwhile.
      disturbance.disturbs = point?.startsWith('batch.') !== true
      const before = await epochOf(standIn, source.name)
      // It waits for the slot, which it gets by the end of the one before.
      const next = start(point)
      if (present === first) first.kill('SIGTERM')
      const hasTakenOver = async () => (await epochOf(standIn, source.name)) > before
      await waitFor(async () => next.isStopped || (await hasTakenOver()), {
        timeoutMs: REACH_MS,
        describe: () => `${point}\n${next.story}`,
      })
      if (await hasTakenOver()) {
        await allWoken(sleepers)
        assert.ok(next.isRunning && (await hasTakenOver()), `${point}: the successor was replaced\n${next.story}`)
      }
      present = next
      if (point === undefined) break
      // Only where a table must be made, and not while nobody takes it: every one of them is work for all services that follow.
      disturbance.makesTables = point.startsWith('table.')
      await waitFor(() => next.isStopped, { timeoutMs: REACH_MS, describe: () => `${point}\n${next.story}` })
      disturbance.makesTables = false
      sleepers.push({ service: next, point })
    }
    await disturbance[Symbol.asyncDispose]()
    await transfers[Symbol.asyncDispose]()
    await untilCaughtUp(source, standIn, present)
    await untilStreaming(standIn, { database: source.name, tables: 3, story: () => present.story })
    await reader[Symbol.asyncDispose]()
    const alarms = all.flatMap((service) => service.alarms).join('\n')
    assert.deepEqual([...new Set(reader.wrong)], [], `seed ${seed}\n${alarms}`)
    expect(reader.count).toBeGreaterThan(points.length)
    await expectEqual(source, standIn, ['checking', 'savings', 'scratch'])
    await services.disposeAsync()
    await source.dropReplication()
  },
)

/** Batches raise the epoch first, and then work for a while; a session takes over once; of the other steps the first will do. */
const occurrenceOf = (point: FailPoint): number => (point.startsWith('batch.') ? 8 : 1)

/** A process that is stopped at a point. */
interface Sleeper {
  readonly service: ServiceProcess
  readonly point: FailPoint
}

/** Wakes processes that were replaced meanwhile: each ends by itself and says why. */
async function allWoken(sleepers: Sleeper[]): Promise<void> {
  for (const { service, point } of sleepers.splice(0)) {
    service.kill('SIGCONT')
    const ending = await Promise.race([service.ended, delay(NOTICE_MS, null)])
    assert.deepEqual(ending, { code: 1, signal: null }, `${point}: ${service.story}`)
    assert.match(service.story, /SINK_REPLACED/, point)
  }
}

async function epochOf(standIn: StandInProcess, database: string): Promise<number> {
  const [row] = await standIn.query(`select epoch from ${database}._sync_checkpoint`)
  return Number(row?.['epoch'])
}
