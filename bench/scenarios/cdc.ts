import type { BenchContext } from '../support/bench-context.ts'
import { type Drained, drainBothWays } from '../support/drain.ts'
import type { Finding } from '../support/finding.ts'
import { programVersion } from '../support/machine.ts'
import { median } from '../support/median.ts'
import { baseSlot, preparePipeline, withCopy } from '../support/prepared-pipeline.ts'
import { quietRounds } from '../support/quiet-rounds.ts'
import { recvlogicalRate } from '../support/recvlogical.ts'
import type { BenchDatabase } from '../support/source.ts'
import { measureStream, type StreamRate } from '../support/stream-rate.ts'
import { type Segment, SEGMENTS } from './segments.ts'

/** Part of the rows that is written beyond the end of the measurement, so that the last batch that counts is one like all others. */
const RUN_OUT = 0.15

interface Round {
  readonly foreignCores: number
  readonly service: StreamRate
  /** The faster one first. */
  readonly drains: readonly [Drained, ...Drained[]]
  readonly recvlogicalRowsPerSecond: number
}

/** Row changes per second from WAL that was written beforehand, against readers that only drain the same WAL. */
export async function measureCdc(context: BenchContext, only?: string): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const segment of SEGMENTS) {
    if (only === undefined || segment.name === only) findings.push(await measureSegment(segment, context))
  }
  return findings
}

async function measureSegment(segment: Segment, context: BenchContext): Promise<Finding> {
  const { source, scale } = context
  const { cdcRows } = scale
  await using database = await source.createDatabase(`cdc_${segment.name.replaceAll(' ', '_')}`)
  const runOut = segment.whole ? 10 : cdcRows * RUN_OUT
  await segment.prepare(database, cdcRows + runOut)
  await using state = await preparePipeline(database)
  await segment.write(database, 0, cdcRows)
  const endLsn = await database.walEnd()
  await segment.write(database, cdcRows, runOut)
  const hasRecvlogical = programVersion('pg_recvlogical') !== null
  const rounds = await quietRounds(scale.rounds, async (round): Promise<Round> => {
    const to = { endLsn, whole: segment.whole }
    const service = await withCopy({ database, state, discard: true }, (run) => measureStream(run, database, to))
    const drains = await drainBothWays(database, to)
    const recvlogicalRowsPerSecond = hasRecvlogical ? await recvlogical(database, { ...to, rows: cdcRows }) : Number.NaN
    const foreignCores = Math.max(service.cpu.foreignCores, ...drains.map((drain) => drain.foreignCores))
    context.say(
      `${segment.name} ${round}: ${Math.round(service.rowsPerSecond)} rows/s, drained ${drains.map(({ rowsPerSecond }) => Math.round(rowsPerSecond)).join('/')}` +
        `, pg_recvlogical ${Math.round(recvlogicalRowsPerSecond)}, others ${foreignCores.toFixed(2)}, CPU ${JSON.stringify(service.cpu.of)} of ${service.seconds.toFixed(1)} s`,
    )
    return { foreignCores, service, drains, recvlogicalRowsPerSecond }
  })
  return summary(segment, rounds, hasRecvlogical)
}

function summary(segment: Segment, rounds: readonly Round[], hasRecvlogical: boolean): Finding {
  const of = (pick: (round: Round) => number): number => median(rounds.map(pick))
  const perMillion = (seconds: number, rows: number): number => (seconds / rows) * 1e6
  return {
    group: 'cdc',
    name: segment.name,
    what: segment.what,
    figures: {
      'rows/s': of(({ service }) => service.rowsPerSecond),
      'drained rows/s': of(({ drains }) => drains[0].rowsPerSecond),
      'pg_recvlogical rows/s': of((round) => round.recvlogicalRowsPerSecond),
      ratio: of((round) => round.service.rowsPerSecond / round.drains[0].rowsPerSecond),
      'ratio to pg_recvlogical': of((round) => round.service.rowsPerSecond / round.recvlogicalRowsPerSecond),
      'service CPU s/1M': of(({ service }) => perMillion(service.cpu.of['service'] ?? 0, service.rows)),
      'walsender CPU s/1M': of(({ service }) => perMillion(service.cpu.of['walsender'] ?? 0, service.rows)),
      'target CPU s/1M': of(({ service }) => perMillion(service.cpu.of['target'] ?? 0, service.rows)),
      'RSS MB': Math.max(...rounds.map(({ service }) => service.peakMemoryBytes)) / 1e6,
      'other cores busy': of(({ foreignCores }) => foreignCores),
    },
    goals: [
      { figure: 'ratio', atLeast: 0.95 },
      ...(hasRecvlogical ? [{ figure: 'ratio to pg_recvlogical', atLeast: 0.95 }] : []),
      { figure: 'RSS MB', atMost: 250 },
    ],
    runs: rounds,
    note: hasRecvlogical ? undefined : 'pg_recvlogical is not installed',
  }
}

async function recvlogical(
  database: BenchDatabase,
  to: { readonly endLsn: string; readonly rows: number; readonly whole: boolean },
): Promise<number> {
  await database.copySlot(baseSlot(database), 'recvlogical')
  const rate = await recvlogicalRate(database, 'recvlogical', to)
  await database.dropSlot('recvlogical')
  return rate
}
