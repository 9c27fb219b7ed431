import type { BenchContext } from '../support/bench-context.ts'
import type { Finding } from '../support/finding.ts'
import { median } from '../support/median.ts'
import { runProgram } from '../support/run-program.ts'

const METRICS = new URL('../metrics.bench.ts', import.meta.url).pathname
const LOG_LINE = new URL('../log-line.bench.ts', import.meta.url).pathname

const BATCH_GOAL_US = 50
const SCRAPE_GOAL_US = 40_000
const LINE_GOAL_US = 10

/** What `bench/metrics.bench.ts` prints. */
interface MetricsReport {
  readonly us_per_batch: number
  readonly scrape_ms_per_45000_lines: number
}

/** What `bench/log-line.bench.ts` prints. */
interface LinesReport {
  readonly results: readonly { readonly name: string; readonly cpu_us: number; readonly wall_us: number }[]
}

/** CPU time of the smallest things that monitoring does: counting a batch, writing out a series, a log line. */
export async function measureCounting({ scale, say }: BenchContext): Promise<readonly Finding[]> {
  const metrics: MetricsReport[] = []
  const lines: LinesReport[] = []
  for (let round = 1; round <= scale.rounds; round++) {
    metrics.push(JSON.parse((await runProgram(process.execPath, [METRICS, '--json'])).output))
    lines.push(JSON.parse((await runProgram(process.execPath, [LOG_LINE, '--json'])).output))
    say(`counting ${round}: ${JSON.stringify({ ...metrics.at(-1), lines: lines.at(-1)?.results })}`)
  }
  const of = (pick: (report: MetricsReport) => number): readonly number[] => metrics.map(pick)
  const names = lines[0]?.results.map(({ name }) => name) ?? []
  return [
    finding(
      'a batch',
      'counting 10,000 rows over 4 tables',
      of((report) => report.us_per_batch),
      BATCH_GOAL_US,
    ),
    finding(
      'a scrape',
      '45,000 lines of 1,000 tables as text, without sending them',
      of((report) => report.scrape_ms_per_45000_lines * 1000),
      SCRAPE_GOAL_US,
    ),
    ...names.map((name) => {
      const measured = lines.flatMap(({ results }) => results.filter((result) => result.name === name))
      const cpus = measured.map((result) => result.cpu_us)
      return finding(`a log line, ${name}`, 'to a file, with 11 fields or 4', cpus, LINE_GOAL_US)
    }),
  ]
}

function finding(name: string, what: string, cpuUs: readonly number[], goalUs: number): Finding {
  return {
    group: 'counting',
    name,
    what,
    figures: { 'CPU us': median(cpuUs), 'CPU us, highest': Math.max(...cpuUs) },
    goals: [{ figure: 'CPU us', atMost: goalUs }],
    runs: cpuUs,
  }
}
