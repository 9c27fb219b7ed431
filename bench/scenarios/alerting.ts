import { setImmediate as turn } from 'node:timers/promises'
import { DEFAULT_OBJECTIVES } from '../../src/config/alerting/objectives-section.ts'
import type { AlertRule } from '../../src/config/alerting/alert-rule.ts'
import { predefinedRule } from '../../src/config/alerting/predefined/predefined-rule.ts'
import { PREDEFINED_RULES } from '../../src/config/alerting/predefined-rules.ts'
import { inTurns } from '../../src/app/monitor/alert-rounds.ts'
import { AlertEvaluator } from '../../src/observe/alerts/evaluate/alert-evaluator.ts'
import type { MetricSeries, MetricSource } from '../../src/observe/alerts/evaluate/metric-source.ts'
import { busyInstall } from '../../src/observe/alerts/testing/busy-install.ts'
import type { BenchContext } from '../support/bench-context.ts'
import type { Finding } from '../support/finding.ts'
import { quantile } from '../support/median.ts'

const TABLES = 1000
/** Half of them fill the windows. */
const ROUNDS = 400

const PER_TABLE = [
  'error_rate > 0.9',
  'lag_seconds > 60',
  'throughput < 0',
  'avg(lag_seconds, 5m) > 50',
  'max(lag_seconds, 1h) > 500',
  'over(error_rate, 1m) > 0.9 and error_rate > 0.9',
  'job_error == 1',
  'checkpoint_failures > 100',
  'avg(freshness_burn, 1h) > 14 and avg(freshness_burn, 5m) > 14',
  'records_processed < 0 and lag_seconds > 10',
]

const plain = {
  severity: 'warning',
  title: 'T',
  summary: '{value}',
  description: '',
  why: '',
  steps: [''],
  tests: [],
} as const

const thirty: readonly AlertRule[] = [0, 1, 2].flatMap((copy) =>
  PER_TABLE.map((condition, index) =>
    predefinedRule({ ...plain, name: `rule_${copy}_${index}`, condition, per: 'table', for: `${copy + 1}m` }),
  ),
)

/** Metrics as they lie in shared memory: values in cells, brought up to date between rounds. */
class CellMetrics implements MetricSource {
  readonly install = busyInstall({ tables: TABLES, flushIntervalS: 0.5, copyMinutes: 0 })
  readonly #families = new Map<
    string,
    { readonly from: readonly MetricSeries[]; readonly to: readonly MetricSeries[]; readonly cells: Float64Array }
  >()

  series(family: string): readonly MetricSeries[] {
    const known = this.#families.get(family)
    if (known) return known.to
    const from = this.install.series(family)
    const cells = new Float64Array(from.length)
    const to = from.map(({ labels }, at) => ({ labels, value: () => cells[at] ?? Number.NaN }))
    this.#families.set(family, { from, to, cells })
    return to
  }

  forward(): void {
    this.install.nowMs += 5000
    for (const { from, cells } of this.#families.values()) {
      for (const [at, each] of from.entries()) cells[at] = each.value()
    }
  }
}

/** What rounds of alert rules over 1,000 tables cost, and how long they hold the event loop up: as the monitor thread runs them. */
export async function measureAlerting({ say }: BenchContext): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const [name, rules] of [
    ['predefined rules', PREDEFINED_RULES],
    ['30 rules per table', thirty],
  ] as const) {
    const finding = await measure(name, rules)
    say(`alerting ${name}: ${JSON.stringify(finding.figures)}`)
    findings.push(finding)
  }
  return findings
}

async function measure(name: string, rules: readonly AlertRule[]): Promise<Finding> {
  const source = new CellMetrics()
  const startedAtMs = source.install.nowMs
  const evaluator = new AlertEvaluator({ rules, objectives: DEFAULT_OBJECTIVES, source, startedAtMs })
  const cpus: number[] = []
  const pauses: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    source.forward()
    const began = cpuMs()
    const { longestMs } = await watched(() => inTurns(evaluator.steps(source.install.nowMs)))
    if (round < ROUNDS / 2) continue
    cpus.push(cpuMs() - began)
    pauses.push(longestMs)
  }
  return {
    group: 'alerting',
    name,
    what: `${rules.length} rules over ${TABLES} tables, windows full, ${ROUNDS / 2} rounds; CPU of a round, and the longest time without a turn of the event loop in it`,
    figures: {
      'round p50 ms': quantile(cpus, 0.5),
      'round p99 ms': quantile(cpus, 0.99),
      'pause p50 ms': quantile(pauses, 0.5),
      'pause p99 ms': quantile(pauses, 0.99),
      'longest pause ms': Math.max(...pauses),
    },
    goals: [
      { figure: 'round p99 ms', atMost: 20 },
      { figure: 'longest pause ms', atMost: 10 },
    ],
    runs: { rounds: cpus.length },
    note: 'the longest pauses are collections of garbage, most of it of the simulated metrics',
  }
}

/** Runs work and looks how long the event loop is away meanwhile. */
async function watched(work: () => Promise<unknown>): Promise<{ readonly longestMs: number }> {
  let isRunning = true
  let longestMs = 0
  const looking = (async () => {
    for (let last = performance.now(); isRunning;) {
      await turn()
      const now = performance.now()
      longestMs = Math.max(longestMs, now - last)
      last = now
    }
  })()
  await work()
  isRunning = false
  await looking
  return { longestMs }
}

/** CPU time so far: others may use the machine meanwhile. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
