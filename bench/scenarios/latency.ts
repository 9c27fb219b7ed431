import { setTimeout as delay } from 'node:timers/promises'
import type { BenchContext } from '../support/bench-context.ts'
import type { Finding } from '../support/finding.ts'
import { median, quantile } from '../support/median.ts'
import { memoryBytes, watchCpu } from '../support/process-usage.ts'
import { waitForQuiet } from '../support/quiet.ts'
import { BenchService } from '../support/service.ts'
import { BenchDatabase } from '../support/source.ts'
import { BenchTarget, TargetState } from '../support/target.ts'

const FLUSH_INTERVALS_MS = [50, 200, 500]
const COMMITS_PER_SECOND = 1000

/** Connections, compilation and the first loads are not what a running service does. */
const WARM_UP_SECONDS = 3

/** Time beyond the flush interval within which 99 of 100 commits must be visible. */
const ALLOWANCE_MS = 60

/** Time from commit to visible at 1000 commits a second, for some flush intervals, with the stand-in that stores rows. */
export async function measureLatency(context: BenchContext): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const flushMs of FLUSH_INTERVALS_MS) findings.push(await measureInterval(flushMs, context))
  return findings
}

async function measureInterval(flushMs: number, context: BenchContext): Promise<Finding> {
  const runs: Run[] = []
  for (let run = 1; run <= context.scale.rounds; run++) runs.push(await measureOnce(flushMs, context))
  const names = Object.keys(runs[0]?.figures ?? {})
  const figures = names.map((name) => [name, median(runs.map((run) => run.figures[name] ?? Number.NaN))])
  return {
    group: 'latency',
    name: `flush every ${flushMs} ms`,
    what: `${COMMITS_PER_SECOND} commits a second; from the statement's own time to the answer of a SELECT at the target that has its row`,
    figures: Object.fromEntries(figures),
    goals: [{ figure: 'p99 ms', atMost: flushMs + ALLOWANCE_MS }],
    runs,
  }
}

interface Run {
  readonly figures: Readonly<Record<string, number>>
  readonly busyCoresBefore: number
  readonly commits: number
}

async function measureOnce(flushMs: number, { source, scale, say }: BenchContext): Promise<Run> {
  await using database = await source.createDatabase(`latency_${flushMs}`)
  await database.query('create table ticks (id bigint primary key, made_at timestamptz not null, note text not null)')
  await using state = await TargetState.create()
  await using target = await BenchTarget.start(state, false)
  const sync = { flush_interval: `${flushMs}ms` }
  await using service = await BenchService.start({ database, target, slot: 'latency', sync })
  await service.line(({ message }) => message === 'Table is streaming')
  const busyCoresBefore = await waitForQuiet(20_000)
  const usage = watchCpu({ service: service.pid, target: target.pid })
  const commits = (scale.latencySeconds + WARM_UP_SECONDS) * COMMITS_PER_SECOND
  const [seen] = await Promise.all([watchTicks(service, target, commits), writeTicks(database, commits)])
  const { foreignCores } = usage()
  const latencies = seen.filter(({ id }) => id > WARM_UP_SECONDS * COMMITS_PER_SECOND).map(({ ms }) => ms)
  const figures = {
    'flush interval ms': flushMs,
    'p50 ms': quantile(latencies, 0.5),
    'p99 ms': quantile(latencies, 0.99),
    'max ms': quantile(latencies, 1),
    'batch commit p50 ms': quantile(commitTimes(service), 0.5),
    'batch commit p99 ms': quantile(commitTimes(service), 0.99),
    'RSS MB': memoryBytes(service.pid).peak / 1e6,
    'other cores busy': foreignCores,
  }
  say(`latency ${flushMs}: ${JSON.stringify(figures)}`)
  return { figures, busyCoresBefore, commits: latencies.length }
}

/** How long the target took for each batch, from its begin to its commit. */
const commitTimes = (service: BenchService): readonly number[] =>
  service.lines
    .filter(({ message }) => message === 'Batch committed')
    .map(({ fields }) => Number(fields['processing_time_ms']))

/** One commit every millisecond, each with the time of its statement; a late one does not delay those after it. */
async function writeTicks(database: BenchDatabase, commits: number): Promise<void> {
  await using writer = await BenchDatabase.connect(database.url, database.name)
  await writer.query(`
    do $$ declare began timestamptz := clock_timestamp(); early double precision; begin
      for n in 1 .. ${commits} loop
        insert into ticks values (n, clock_timestamp(), 'tick ' || n);
        commit;
        early := n / ${COMMITS_PER_SECOND}.0 - extract(epoch from clock_timestamp() - began);
        if early > 0 then perform pg_sleep(early); end if;
      end loop;
    end $$`)
}

interface Tick {
  readonly id: number
  readonly ms: number
}

/** Reads new rows at the target after every batch, until all are there. */
async function watchTicks(service: BenchService, target: BenchTarget, commits: number): Promise<readonly Tick[]> {
  const seen: Tick[] = []
  let last = 0
  let batches = 0
  const deadline = performance.now() + commits * 3 + 60_000
  while (last < commits) {
    if (performance.now() > deadline) throw new Error(`only ${last} of ${commits} rows came:\n${service.story}`)
    const now = service.lines.filter(({ message }) => message === 'Batch committed').length
    if (now === batches) {
      await delay(1)
      continue
    }
    batches = now
    const rows = await target.query(`select id, made_at from bench.ticks where id > ${last}`)
    const answeredAt = performance.timeOrigin + performance.now()
    for (const row of rows) {
      const id = Number(row['id'])
      seen.push({ id, ms: answeredAt - timeOf(String(row['made_at'])) })
      last = Math.max(last, id)
    }
  }
  return seen
}

/** A DATETIME in UTC with microseconds, as milliseconds since 1970. */
function timeOf(text: string): number {
  const [seconds = '', fraction = '0'] = text.split('.')
  return Date.parse(`${seconds.replace(' ', 'T')}Z`) + Number(`0.${fraction}`) * 1000
}
