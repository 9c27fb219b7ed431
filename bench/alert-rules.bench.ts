// Time of one round of all predefined rules, and of thirty rules that are all told per table, over 1,000 tables. Run: node bench/alert-rules.bench.ts
import { setImmediate as turn } from 'node:timers/promises'
import type { AlertRule } from '../src/config/alerting/alert-rule.ts'
import { DEFAULT_OBJECTIVES } from '../src/config/alerting/objectives-section.ts'
import { predefinedRule } from '../src/config/alerting/predefined/predefined-rule.ts'
import { PREDEFINED_RULES } from '../src/config/alerting/predefined-rules.ts'
import { AlertEvaluator } from '../src/observe/alerts/evaluate/alert-evaluator.ts'
import { AlertRounds } from '../src/observe/alerts/evaluate/alert-rounds.ts'
import type { MetricSeries, MetricSource } from '../src/observe/alerts/evaluate/metric-source.ts'
import { busyInstall } from '../src/observe/alerts/testing/busy-install.ts'
import { realClock } from '../test/support/real-clock.ts'

const TABLES = 1000
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

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? Number.NaN
}

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

/** CPU time so far: others may use the machine meanwhile. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** CPU milliseconds of rounds in which the windows are full. */
function measure(name: string, rules: readonly AlertRule[]): void {
  const source = new CellMetrics()
  const startedAtMs = source.install.nowMs
  const evaluator = new AlertEvaluator({ rules, objectives: DEFAULT_OBJECTIVES, source, startedAtMs })
  const times: number[] = []
  const steps: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    source.forward()
    const running = evaluator.steps(source.install.nowMs)
    let sum = 0
    for (let isDone = false; !isDone;) {
      const began = cpuMs()
      isDone = running.next().done === true
      const took = cpuMs() - began
      sum += took
      if (round >= ROUNDS / 2) steps.push(took)
    }
    if (round >= ROUNDS / 2) times.push(sum)
  }
  const shown = [quantile(times, 0.5), quantile(times, 0.99), quantile(steps, 0.999)].map((ms) => ms.toFixed(2))
  process.stdout.write(
    `${name}: ${rules.length} rules, ${TABLES} tables: CPU of a round p50 ${shown[0]} ms, p99 ${shown[1]} ms; of a step p99.9 ${shown[2]} ms\n`,
  )
}

/** The longest pause of the event loop while rounds follow each other without a rest. */
async function pauses(): Promise<void> {
  const source = busyInstall({ tables: TABLES, flushIntervalS: 0.5, copyMinutes: 0 })
  const evaluator = new AlertEvaluator({
    rules: thirty,
    objectives: DEFAULT_OBJECTIVES,
    source,
    startedAtMs: source.nowMs,
  })
  let rounds = 0
  await using running = new AlertRounds({
    evaluator,
    clock: realClock,
    everyMs: 1,
    turn: () => turn(),
    hand: () => {
      rounds += 1
    },
    onFailure: (error) => process.stderr.write(`${String(error)}\n`),
  })
  const gaps: number[] = []
  for (let last = performance.now(); rounds < 200;) {
    await turn()
    const now = performance.now()
    gaps.push(now - last)
    last = now
  }
  process.stdout.write(
    `pauses of the event loop over ${rounds} rounds: p99.9 ${quantile(gaps, 0.999).toFixed(2)} ms, longest ${Math.max(...gaps).toFixed(2)} ms\n`,
  )
  await running[Symbol.asyncDispose]()
}

measure('predefined', PREDEFINED_RULES)
measure('per table', thirty)
await pauses()
