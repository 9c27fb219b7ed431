import { setImmediate as turn } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { DEFAULT_OBJECTIVES } from '../../src/config/alerting/objectives-section.ts'
import type { AlertRule } from '../../src/config/alerting/alert-rule.ts'
import { predefinedRule } from '../../src/config/alerting/predefined/predefined-rule.ts'
import { PREDEFINED_RULES } from '../../src/config/alerting/predefined-rules.ts'
import { inTurns } from '../../src/app/monitor/alert-rounds.ts'
import { AlertEvaluator } from '../../src/observe/alerts/evaluate/alert-evaluator.ts'
import type { MetricSeries, MetricSource } from '../../src/observe/alerts/evaluate/metric-source.ts'
import { busyInstall } from '../../src/observe/alerts/testing/busy-install.ts'

/** Rules that are measured. */
export type RuleSet = 'predefined rules' | '30 rules per table'

/** What a thread is asked for. */
export interface RoundsOrder {
  readonly rules: RuleSet
  readonly tables: number
  /** Half of them fill the windows and are not counted. */
  readonly rounds: number
}

/** Of each round that counts: CPU time of the thread's process, and the longest time without a turn of the event loop, milliseconds. */
export interface RoundsReport {
  readonly rules: number
  readonly cpuMs: readonly number[]
  readonly pauseMs: readonly number[]
}

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
  readonly install
  readonly #families = new Map<
    string,
    { readonly from: readonly MetricSeries[]; readonly to: readonly MetricSeries[]; readonly cells: Float64Array }
  >()

  constructor(tables: number) {
    this.install = busyInstall({ tables, flushIntervalS: 0.5, copyMinutes: 0 })
  }

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

async function measure({ rules: name, tables, rounds }: RoundsOrder): Promise<RoundsReport> {
  const rules = name === 'predefined rules' ? PREDEFINED_RULES : thirty
  const source = new CellMetrics(tables)
  const startedAtMs = source.install.nowMs
  const evaluator = new AlertEvaluator({ rules, objectives: DEFAULT_OBJECTIVES, source, startedAtMs })
  const cpus: number[] = []
  const pauses: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    source.forward()
    const began = cpuMs()
    const { longestMs } = await watched(() => inTurns(evaluator.steps(source.install.nowMs)))
    if (round < rounds / 2) continue
    cpus.push(cpuMs() - began)
    pauses.push(longestMs)
  }
  return { rules: rules.length, cpuMs: cpus, pauseMs: pauses }
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

parentPort?.postMessage(await measure(workerData))
