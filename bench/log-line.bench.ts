// Cost of a log line, into a file and onto standard output that nobody watches. Run: node bench/log-line.bench.ts [--json]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLog } from '../src/app/open-log.ts'
import { systemClock } from '../src/app/system-clock.ts'
import { loggingSection, type LogLevel } from '../src/config/logging-section.ts'
import type { LogRecord } from '../src/observe/logs/log-record.ts'

const LINES = 50_000
const ROUNDS = 7
const GOAL_US = 10

/** As the line of a batch. */
const batch: LogRecord['fields'] = {
  table: 'public.orders',
  operation: 'insert',
  batch_id: '4711',
  batch_size: 700,
  batch_bytes: 90_000,
  transactions: 30,
  end_lsn: '0/16B3748',
  processing_time_ms: 35.2,
  batch_age_ms: 510.5,
  lag_ms: 620,
  table_count: 1,
}

const directory = mkdtempSync(join(tmpdir(), 'log-line-'))

/** CPU and wall time of a line, microseconds. */
async function round(level: LogLevel, isKept: boolean): Promise<readonly [cpuUs: number, wallUs: number]> {
  const path = join(directory, 'app.log')
  const logging = loggingSection.schema.parse({
    level: isKept ? 'DEBUG' : 'CRITICAL',
    collapse_repeats: '0s',
    file: { path, max_size: '10GB' },
  })
  const console = { isTerminal: false, colour: false, write: () => true }
  await using log = openLog(logging, { console, clock: systemClock(), secrets: ['a-password', 'another-one'] })
  const fields = { table: 'public.orders', operation: 'batch', error_type: 'SINK_BUSY', error: 'too many versions' }
  const cpu = process.cpuUsage()
  const start = performance.now()
  for (let i = 0; i < LINES; i++) {
    if (level === 'INFO') log.write({ level, logger: 'sync_app.batch', message: 'Batch committed', fields: batch })
    else log.write({ level, logger: 'sync_app.target', message: 'Failed, will be tried again: batch', fields })
  }
  log.flush()
  const wall = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  return [(user + system) / LINES, (wall * 1000) / LINES]
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

const cases = [
  { name: 'INFO, buffered for a second', level: 'INFO', isKept: true },
  { name: 'WARNING, in the file at once', level: 'WARNING', isKept: true },
  { name: 'INFO, below the level', level: 'INFO', isKept: false },
] as const
const runs = cases.map(() => [] as (readonly [number, number])[])
for (let i = 0; i < ROUNDS; i++)
  for (const [index, one] of cases.entries()) runs[index]?.push(await round(one.level, one.isKept))
rmSync(directory, { recursive: true })

const results = cases.map(({ name }, index) => {
  const measured = runs[index] ?? []
  const cpu = Number(median(measured.map(([us]) => us)).toFixed(2))
  const wall = Number(median(measured.map(([, us]) => us)).toFixed(2))
  return { name, cpu_us: cpu, wall_us: wall, goal_us: GOAL_US, met: cpu <= GOAL_US }
})
const report = { bench: 'log-line', lines: LINES, rounds: ROUNDS, node: process.version, results }
process.stdout.write(`${JSON.stringify(report, null, process.argv.includes('--json') ? 0 : 2)}\n`)
