import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { RESOURCE_LIMITS } from '../../src/app/monitor/monitor-worker.ts'
import type { RoundsOrder, RoundsReport, RuleSet } from '../support/alert-rounds-thread.ts'
import type { BenchContext } from '../support/bench-context.ts'
import type { Finding } from '../support/finding.ts'
import { median, quantile } from '../support/median.ts'
import { watchCpu } from '../support/process-usage.ts'
import { quietRounds, type Round } from '../support/quiet-rounds.ts'

const TABLES = 1000
/** Rounds of evaluation in one run; half of them fill the windows. */
const ROUNDS = 400
const THREAD = new URL('../support/alert-rounds-thread.ts', import.meta.url)
const SETS: readonly RuleSet[] = ['predefined rules', '30 rules per table']

interface Run extends Round {
  readonly report: RoundsReport
}

/** What rounds of alert rules over 1,000 tables cost, and how long they hold the event loop up: in a thread like the monitor's. */
export async function measureAlerting({ scale, say }: BenchContext): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const rules of SETS) {
    const runs = await quietRounds(scale.rounds, async (number): Promise<Run> => {
      const cpu = watchCpu({})
      const report = await runThread({ rules, tables: TABLES, rounds: ROUNDS })
      const run = { report, foreignCores: cpu().foreignCores }
      say(`alerting ${rules} ${number}: ${JSON.stringify(figuresOf([run]))}`)
      return run
    })
    findings.push(findingOf(rules, runs))
  }
  return findings
}

async function runThread(order: RoundsOrder): Promise<RoundsReport> {
  const worker = new Worker(THREAD, { workerData: order, resourceLimits: RESOURCE_LIMITS })
  const [report]: RoundsReport[] = await once(worker, 'message')
  if (!report) throw new Error('the thread told nothing')
  return report
}

function figuresOf(runs: readonly Run[]): Readonly<Record<string, number>> {
  const of = (pick: (report: RoundsReport) => number): number => median(runs.map(({ report }) => pick(report)))
  return {
    'round p50 ms': of(({ cpuMs }) => quantile(cpuMs, 0.5)),
    'round p99 ms': of(({ cpuMs }) => quantile(cpuMs, 0.99)),
    'pause p50 ms': of(({ pauseMs }) => quantile(pauseMs, 0.5)),
    'pause p99 ms': of(({ pauseMs }) => quantile(pauseMs, 0.99)),
    'longest pause ms': of(({ pauseMs }) => Math.max(...pauseMs)),
    'other cores busy': median(runs.map(({ foreignCores }) => foreignCores)),
  }
}

function findingOf(name: RuleSet, runs: readonly Run[]): Finding {
  const rules = runs[0]?.report.rules ?? 0
  return {
    group: 'alerting',
    name,
    what: `${rules} rules over ${TABLES} tables, windows full, ${ROUNDS / 2} rounds of evaluation a run; CPU of a round, and the longest time without a turn of the event loop in it`,
    figures: figuresOf(runs),
    goals: [
      { figure: 'round p99 ms', atMost: 20 },
      { figure: 'longest pause ms', atMost: 10 },
    ],
    runs: runs.map((run) => figuresOf([run])),
  }
}
