import type { BenchContext } from '../support/bench-context.ts'
import { type Drained, drainBothWays } from '../support/drain.ts'
import type { Finding } from '../support/finding.ts'
import { median } from '../support/median.ts'
import { preparePipeline, withCopy } from '../support/prepared-pipeline.ts'
import { waitForQuiet } from '../support/quiet.ts'
import { quietRounds } from '../support/quiet-rounds.ts'
import type { BenchService, LogLine } from '../support/service.ts'
import type { BenchDatabase } from '../support/source.ts'
import { measureStream, type StreamRate } from '../support/stream-rate.ts'
import { lsnNumber } from '../support/lsn.ts'
import type { TargetState } from '../support/target.ts'
import { SEGMENTS } from './segments.ts'

const WRITTEN_TABLES = 10
const ROWS_PER_TABLE_AND_COMMIT = 20

/** How much rates may differ. */
const SAME = 0.85

/** Whether a row costs the same with many published tables, and late in a long run. */
export async function measureGrowth(context: BenchContext, only?: string): Promise<readonly Finding[]> {
  return [
    ...(only === 'long run' ? [] : [await measureTables(context)]),
    ...(only === 'tables' ? [] : [await measureLongRun(context)]),
  ]
}

async function measureTables(context: BenchContext): Promise<Finding> {
  const { source, scale, say } = context
  await using few = await source.createDatabase('few_tables')
  await using many = await source.createDatabase('many_tables')
  await using fewReady = await prepareTables(few, WRITTEN_TABLES, scale.cdcRows)
  await using manyReady = await prepareTables(many, scale.manyTables, scale.cdcRows)
  const rounds = await quietRounds(scale.rounds, async (round): Promise<TablesRound> => {
    const pair = { few: await runOn(few, fewReady), many: await runOn(many, manyReady) }
    const [fewDrained] = await drainBothWays(few, { endLsn: fewReady.endLsn, whole: false })
    const [manyDrained] = await drainBothWays(many, { endLsn: manyReady.endLsn, whole: false })
    const foreignCores = Math.max(pair.few.cpu.foreignCores, pair.many.cpu.foreignCores)
    const shown = [pair.few, pair.many, fewDrained, manyDrained].map(({ rowsPerSecond }) => Math.round(rowsPerSecond))
    const rates = `${shown[0]} and ${shown[1]} rows/s, drained ${shown[2]} and ${shown[3]}`
    say(
      `tables ${round}: ${rates}, others ${foreignCores.toFixed(2)}, CPU ${JSON.stringify([pair.few.cpu.of, pair.many.cpu.of])}`,
    )
    return { ...pair, fewDrained, manyDrained, foreignCores }
  })
  return {
    group: 'growth',
    name: `${scale.manyTables} published tables`,
    what: `${WRITTEN_TABLES} tables written, of ${WRITTEN_TABLES} and of ${scale.manyTables} that are published`,
    figures: {
      'rows/s of 10': median(rounds.map((round) => round.few.rowsPerSecond)),
      'rows/s of many': median(rounds.map((round) => round.many.rowsPerSecond)),
      ratio: median(rounds.map((round) => round.many.rowsPerSecond / round.few.rowsPerSecond)),
      'ratio of drained': median(
        rounds.map((round) => round.manyDrained.rowsPerSecond / round.fewDrained.rowsPerSecond),
      ),
      'other cores busy': median(rounds.map(({ foreignCores }) => foreignCores)),
    },
    goals: [{ figure: 'ratio', atLeast: SAME }],
    runs: rounds,
  }
}

interface TablesRound {
  readonly foreignCores: number
  readonly few: StreamRate
  readonly many: StreamRate
  readonly fewDrained: Drained
  readonly manyDrained: Drained
}

interface Ready extends AsyncDisposable {
  readonly state: TargetState
  readonly endLsn: string
}

async function prepareTables(database: BenchDatabase, tables: number, rows: number): Promise<Ready> {
  for (let table = 1; table <= tables; table++) {
    await database.query(`create table t${table} (id bigint primary key, a int not null, b text not null, c text)`)
  }
  const state = await preparePipeline(database)
  const perCommit = WRITTEN_TABLES * ROWS_PER_TABLE_AND_COMMIT
  const write = async (first: number, count: number): Promise<void> => {
    const inserts = Array.from(
      { length: WRITTEN_TABLES },
      (_, i) => `insert into t${i + 1} select i, n, 'row ' || i || ' of a table among others', null from ids i;`,
    ).join('\n')
    await database.query(`
      do $$ begin
        for n in ${first / perCommit} .. ${(first + count) / perCommit - 1} loop
          ${inserts.replaceAll('from ids i', `from generate_series(n * ${ROWS_PER_TABLE_AND_COMMIT}, (n + 1) * ${ROWS_PER_TABLE_AND_COMMIT} - 1) i`)}
          commit;
        end loop;
      end $$`)
  }
  await write(0, rows)
  const endLsn = await database.walEnd()
  await write(rows, rows / 10)
  return { state, endLsn, [Symbol.asyncDispose]: () => state[Symbol.asyncDispose]() }
}

async function runOn(database: BenchDatabase, { state, endLsn }: Ready): Promise<StreamRate> {
  return await withCopy({ database, state, discard: true }, (run) =>
    measureStream(run, database, { endLsn, whole: false }),
  )
}

async function measureLongRun({ source, scale, say }: BenchContext): Promise<Finding> {
  const [inserts] = SEGMENTS
  if (!inserts) throw new Error('no segment')
  await using database = await source.createDatabase('long_run')
  await inserts.prepare(database, 0)
  await using state = await preparePipeline(database)
  await inserts.write(database, 0, scale.longRows)
  const endLsn = await database.walEnd()
  const million = Math.min(1_000_000, scale.longRows / 4)
  await inserts.write(database, scale.longRows, million / 10)
  await waitForQuiet(20_000)
  const rates = await withCopy({ database, state, discard: true }, async ({ service }) => {
    await reached(service, endLsn)
    return ratesPer(million, service.lines)
  })
  const [first = Number.NaN] = rates
  const last = rates.at(-1) ?? Number.NaN
  // One million takes ten seconds, and the machine is not alike from one to the next: a trend shows in more of them.
  const fifth = Math.ceil(rates.length / 5)
  say(`long run: ${rates.map(Math.round).join(' ')}`)
  return {
    group: 'growth',
    name: `${scale.longRows / 1e6} million rows in one run`,
    what: `inserts into orders; the first ${million / 1e6} million and the last`,
    figures: {
      'first rows/s': first,
      'last rows/s': last,
      ratio: last / first,
      'first fifth rows/s': median(rates.slice(0, fifth)),
      'last fifth rows/s': median(rates.slice(-fifth)),
    },
    goals: [{ figure: 'ratio', atLeast: SAME }],
    runs: { rates },
  }
}

async function reached(service: BenchService, endLsn: string): Promise<void> {
  const end = lsnNumber(endLsn)
  const isThere = ({ message, fields }: LogLine): boolean =>
    message === 'Batch committed' && lsnNumber(String(fields['end_lsn'])) >= end
  await service.line(isThere, 3_600_000)
}

/** Rows per second of one part after another, each of about `size` rows; what comes before the first batch is not counted. */
function ratesPer(size: number, lines: readonly LogLine[]): readonly number[] {
  const [first, ...batches] = lines.filter(({ message }) => message === 'Batch committed')
  const rates: number[] = []
  let rows = 0
  let since = first?.atMs ?? 0
  for (const { atMs, fields } of batches) {
    rows += Number(fields['batch_size'])
    if (rows < size) continue
    rates.push(rows / ((atMs - since) / 1000))
    rows = 0
    since = atMs
  }
  return rates
}
