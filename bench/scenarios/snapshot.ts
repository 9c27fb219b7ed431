import type { BenchContext } from '../support/bench-context.ts'
import type { Finding } from '../support/finding.ts'
import { programVersion } from '../support/machine.ts'
import { median } from '../support/median.ts'
import { cpuSeconds, memoryBytes, watchCpu } from '../support/process-usage.ts'
import { quietRounds } from '../support/quiet-rounds.ts'
import { runProgram } from '../support/run-program.ts'
import { BenchService } from '../support/service.ts'
import type { BenchDatabase } from '../support/source.ts'
import { BenchTarget, TargetState } from '../support/target.ts'
import { ORDERS, orderRows } from './segments.ts'

const DRAIN = new URL('../drain-copy.ts', import.meta.url).pathname

/** What two connections must reach of what they reach without us: all processes share two cores. */
const GOALS: Readonly<Record<number, number>> = { 1: 0.9, 2: 0.65 }

interface Copied {
  readonly rows: number
  readonly rowsPerSecond: number
  readonly cpu: { readonly service: number; readonly backends: number; readonly target: number }
  readonly foreignCores: number
  readonly peakMemoryBytes: number
}

interface Drained {
  readonly rows: number
  readonly bytes: number
  readonly rowsPerSecond: number
  readonly cpu: { readonly reader: number; readonly backends: number }
  readonly foreignCores: number
}

interface Round {
  readonly foreignCores: number
  readonly service: Copied
  readonly drain: Drained
  readonly psqlRowsPerSecond: number
}

/** Rows per second of the first copy, against COPY ... TO STDOUT to nowhere. */
export async function measureSnapshot(context: BenchContext): Promise<readonly Finding[]> {
  const { source, scale } = context
  await using database = await source.createDatabase('snapshot')
  await database.query(ORDERS)
  await database.query(`insert into orders ${orderRows('1', String(scale.snapshotRows))}`)
  await database.query('vacuum analyze orders')
  const findings: Finding[] = []
  for (const connections of [1, 2]) findings.push(await measureConnections(connections, database, context))
  return findings
}

async function measureConnections(
  connections: number,
  database: BenchDatabase,
  { scale, say }: BenchContext,
): Promise<Finding> {
  const statements = await copyStatements(database, connections)
  const hasPsql = programVersion('psql') !== null
  const rounds = await quietRounds(scale.rounds, async (round): Promise<Round> => {
    const service = await copyOnce(database, connections, scale.snapshotRows)
    const drain = await drainCopy(database, statements)
    const psqlRowsPerSecond = hasPsql ? scale.snapshotRows / (await psqlSeconds(database, statements)) : Number.NaN
    const foreignCores = Math.max(service.foreignCores, drain.foreignCores)
    say(
      `snapshot ${connections}/${round}: ${Math.round(service.rowsPerSecond)} rows/s, drained ${Math.round(drain.rowsPerSecond)}` +
        `, psql ${Math.round(psqlRowsPerSecond)}, others ${foreignCores.toFixed(2)}, CPU ${JSON.stringify(service.cpu)}`,
    )
    return { foreignCores, service, drain, psqlRowsPerSecond }
  })
  return summary(connections, rounds, hasPsql)
}

function summary(connections: number, rounds: readonly Round[], hasPsql: boolean): Finding {
  const of = (pick: (round: Round) => number): number => median(rounds.map(pick))
  const perMillion = (pick: (round: Copied) => number) => of(({ service }) => (pick(service) / service.rows) * 1e6)
  const goal = GOALS[connections] ?? 0
  const rowBytes = (rounds[0]?.drain.bytes ?? 0) / (rounds[0]?.drain.rows ?? 1)
  return {
    group: 'snapshot',
    name: connections === 1 ? '1 connection' : `${connections} connections`,
    what: `first copy of orders (9 columns, ${Math.round(rowBytes)} bytes a row as COPY text)`,
    figures: {
      'rows/s': of(({ service }) => service.rowsPerSecond),
      'COPY rows/s': of(({ drain }) => drain.rowsPerSecond),
      'psql rows/s': of(({ psqlRowsPerSecond }) => psqlRowsPerSecond),
      ratio: of(({ service, drain }) => service.rowsPerSecond / drain.rowsPerSecond),
      'ratio to psql': of(({ service, psqlRowsPerSecond }) => service.rowsPerSecond / psqlRowsPerSecond),
      'service CPU s/1M': perMillion(({ cpu }) => cpu.service),
      'backends CPU s/1M': perMillion(({ cpu }) => cpu.backends),
      'target CPU s/1M': perMillion(({ cpu }) => cpu.target),
      'RSS MB': Math.max(...rounds.map(({ service }) => service.peakMemoryBytes)) / 1e6,
      'other cores busy': of(({ foreignCores }) => foreignCores),
    },
    goals: [
      { figure: 'ratio', atLeast: goal },
      ...(hasPsql ? [{ figure: 'ratio to psql', atLeast: goal }] : []),
      { figure: 'RSS MB', atMost: 250 },
    ],
    runs: rounds,
    note: hasPsql ? undefined : 'psql is not installed',
  }
}

/** From the beginning of the table's copy to the commit of its last chunk. */
async function copyOnce(database: BenchDatabase, connections: number, rows: number): Promise<Copied> {
  await using state = await TargetState.create()
  await using target = await BenchTarget.start(state, true)
  const sync = { snapshot_parallelism: connections }
  await using service = await BenchService.start({ database, target, slot: 'snapshot', sync })
  const begin = await service.line(({ message }) => message === 'Table is snapshotting')
  const before = memoryBytes(service.pid).now
  const usage = watchCpu({ service: service.pid, target: target.pid })
  let loaded = 0
  const last = await service.line(({ message, fields }) => {
    if (message.startsWith('Chunk') && message.endsWith('loaded')) loaded += Number(fields['batch_size'])
    return loaded === rows
  }, 300_000)
  const { of, foreignCores } = usage()
  const backends = await copyingBackends(database)
  const used = {
    rows,
    rowsPerSecond: rows / ((last.atMs - begin.atMs) / 1000),
    cpu: { service: of['service'] ?? 0, target: of['target'] ?? 0, backends: backends.cpu },
    foreignCores: Math.max(0, foreignCores - backends.cpu / ((last.atMs - begin.atMs) / 1000)),
    peakMemoryBytes: Math.max(before, memoryBytes(service.pid).peak),
  }
  await service[Symbol.asyncDispose]()
  await database.dropSlot('snapshot')
  await database.query('drop publication bench')
  return used
}

async function copyingBackends(database: BenchDatabase): Promise<{ readonly cpu: number }> {
  const rows = await database.query<{ pid: number }>(
    `select pid from pg_stat_activity where application_name like 'pg-starrocks-sync%' and backend_type = 'client backend'`,
  )
  return { cpu: rows.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0) }
}

async function copyStatements(database: BenchDatabase, connections: number): Promise<readonly string[]> {
  if (connections === 1) return ['copy public.orders to stdout']
  const [row] = await database.query<{ blocks: number }>(
    `select (pg_relation_size('orders') / current_setting('block_size')::int)::int as blocks`,
  )
  const share = Math.ceil((row?.blocks ?? 0) / connections)
  return Array.from({ length: connections }, (_, i) => {
    const upTo = i === connections - 1 ? '' : ` and ctid < '(${(i + 1) * share},0)'`
    return `copy (select * from public.orders where ctid >= '(${i * share},0)'${upTo}) to stdout`
  })
}

async function drainCopy(database: BenchDatabase, statements: readonly string[]): Promise<Drained> {
  const { output } = await runProgram(process.execPath, [DRAIN, database.url, ...statements])
  const drained: unknown = JSON.parse(output)
  if (!isDrained(drained)) throw new Error(`not a result: ${output}`)
  return drained
}

function isDrained(value: unknown): value is Drained {
  return typeof value === 'object' && value !== null && 'rowsPerSecond' in value && 'bytes' in value
}

/** Time for the statements at once, without that of a `psql` that starts, connects and asks nothing: the other readers are timed without. */
async function psqlSeconds(database: BenchDatabase, statements: readonly string[]): Promise<number> {
  const copying = await timed(database, statements)
  return (
    copying -
    (await timed(
      database,
      statements.map(() => 'select'),
    ))
  )
}

async function timed(database: BenchDatabase, statements: readonly string[]): Promise<number> {
  const startedAt = performance.now()
  const run = (sql: string) => runProgram('sh', ['-c', 'exec psql -q -c "$1" "$0" > /dev/null', database.url, sql])
  await Promise.all(statements.map(run))
  return (performance.now() - startedAt) / 1000
}
