import { once } from 'node:events'
import type { BenchContext } from '../support/bench-context.ts'
import type { Finding } from '../support/finding.ts'
import { median, quantile } from '../support/median.ts'
import { preparePipeline, type PreparedRun, withCopy } from '../support/prepared-pipeline.ts'
import { quietRounds } from '../support/quiet-rounds.ts'
import type { BenchDatabase } from '../support/source.ts'
import { measureStream, type StreamRate } from '../support/stream-rate.ts'
import type { TargetState } from '../support/target.ts'
import { measureMonitorThread } from './monitor-thread.ts'
import { SEGMENTS } from './segments.ts'

/** How many times the rows of a run of changes: what is left of them after the start must say something. */
const LENGTH = 1.6
/** Part of the rows that is written beyond the end of the measurement. */
const RUN_OUT = 0.15
/** Pairs of runs in a round: what two runs differ by chance is more than what is looked for. */
const PAIRS = 3
/** What it takes to start, on either side, is not what is asked for. */
const WARM_UP_MS = 2_000
/** Scraped and probed much more often than in life. */
const SCRAPE_EVERY_MS = 1_000

interface Round {
  readonly foreignCores: number
  readonly watched: StreamRate
  readonly unwatched: StreamRate
}

/** Monitoring: `cost`, what it takes from the sync; `thread`, how it answers while the sync is busy. */
export async function measureMonitoring(context: BenchContext, part?: string): Promise<readonly Finding[]> {
  const parts = { cost: measureCost, thread: measureMonitorThread }
  const wanted = Object.entries(parts).filter(([name]) => part === undefined || name === part)
  const findings: Finding[] = []
  for (const [, measurePart] of wanted) findings.push(await measurePart(context))
  return findings
}

/** What all monitoring costs: the same WAL with everything on, scraped every second, and with nothing on; interleaved. */
async function measureCost({ source, scale, say }: BenchContext): Promise<Finding> {
  const segment = SEGMENTS.find(({ name }) => name === 'mixed')
  if (!segment) throw new Error('there is no mixed segment')
  await using database = await source.createDatabase('monitoring')
  const rows = scale.cdcRows * LENGTH
  await segment.prepare(database, rows * (1 + RUN_OUT))
  await using state = await preparePipeline(database)
  await segment.write(database, 0, rows)
  const endLsn = await database.walEnd()
  await segment.write(database, rows, rows * RUN_OUT)
  const rounds = await quietRounds(scale.rounds * PAIRS, async (number): Promise<Round> => {
    // Which of the two goes first alternates, so that neither has the warmer machine.
    const first = await measure({ database, state, endLsn }, number % 2 === 0)
    const second = await measure({ database, state, endLsn }, number % 2 !== 0)
    const [watched, unwatched] = number % 2 === 0 ? [second, first] : [first, second]
    const foreignCores = Math.max(first.cpu.foreignCores, second.cpu.foreignCores)
    say(
      `monitoring ${number}: ${rate(watched)} rows/s watched, ${rate(unwatched)} unwatched, others ${foreignCores.toFixed(2)}`,
    )
    return { foreignCores, watched, unwatched }
  })
  return summary(rounds)
}

const rate = ({ rowsPerSecond }: StreamRate): number => Math.round(rowsPerSecond)

async function measure(
  wal: { readonly database: BenchDatabase; readonly state: TargetState; readonly endLsn: string },
  unwatched: boolean,
): Promise<StreamRate> {
  const { database, state, endLsn } = wal
  return await withCopy({ database, state, discard: true, unwatched }, async (run) => {
    const stop = new AbortController()
    const scraping = unwatched ? Promise.resolve() : scrape(run, stop.signal)
    try {
      return await measureStream(run, database, { endLsn, whole: false, warmUpMs: WARM_UP_MS })
    } finally {
      stop.abort()
      await scraping
    }
  })
}

/** Reads metrics and health again and again until aborted. */
async function scrape({ service }: PreparedRun, signal: AbortSignal): Promise<void> {
  const { fields } = await service.line(({ message }) => message === 'Listening')
  while (!signal.aborted) {
    for (const [port, path] of [
      [fields['metrics_port'], '/metrics'],
      [fields['port'], '/health/ready'],
    ] as const)
      await (await fetch(`http://127.0.0.1:${String(port)}${path}`)).arrayBuffer()
    const timer = setTimeout(() => signal.dispatchEvent(new Event('due')), SCRAPE_EVERY_MS)
    await Promise.race([once(signal, 'due'), once(signal, 'abort')])
    clearTimeout(timer)
  }
}

function summary(rounds: readonly Round[]): Finding {
  const of = (pick: (round: Round) => number): number => median(rounds.map(pick))
  const ratios = rounds.map(({ watched, unwatched }) => watched.rowsPerSecond / unwatched.rowsPerSecond)
  return {
    group: 'monitoring',
    name: 'all on',
    what: `mixed changes with metrics, health, alerts, markers and a scrape every second, against http.enabled: false; ${rounds.length} pairs of runs, one after the other, medians of pairs; CPU of all threads of the service`,
    figures: {
      'rows/s watched': of(({ watched }) => watched.rowsPerSecond),
      'rows/s unwatched': of(({ unwatched }) => unwatched.rowsPerSecond),
      ratio: median(ratios),
      'ratio, lower quartile': quantile(ratios, 0.25),
      'ratio, upper quartile': quantile(ratios, 0.75),
      'CPU s/1M watched': of(({ watched }) => cpuPerMillion(watched)),
      'CPU s/1M unwatched': of(({ unwatched }) => cpuPerMillion(unwatched)),
      'CPU ratio': of(({ watched, unwatched }) => cpuPerMillion(watched) / cpuPerMillion(unwatched)),
      'monitor thread CPU ms/s': of(
        ({ watched }) => ((watched.threads['monitor'] ?? Number.NaN) * 1000) / watched.cpu.seconds,
      ),
      'RSS MB watched': of(({ watched }) => watched.peakMemoryBytes / 1e6),
      'RSS MB unwatched': of(({ unwatched }) => unwatched.peakMemoryBytes / 1e6),
      'other cores busy': of(({ foreignCores }) => foreignCores),
    },
    goals: [
      { figure: 'ratio', atLeast: 0.98 },
      { figure: 'CPU ratio', atMost: 1.02 },
    ],
    runs: rounds,
  }
}

function cpuPerMillion({ threads, rows }: StreamRate): number {
  return (Object.values(threads).reduce((sum, seconds) => sum + seconds, 0) * 1e6) / rows
}
