import { setTimeout as delay } from 'node:timers/promises'
import type { BenchContext } from '../support/bench-context.ts'
import type { Finding } from '../support/finding.ts'
import { median } from '../support/median.ts'
import { memoryBytes, watchCpu } from '../support/process-usage.ts'
import { BenchService } from '../support/service.ts'
import { BenchDatabase } from '../support/source.ts'
import { BenchTarget, TargetState } from '../support/target.ts'
import { ORDERS, orderRows } from './segments.ts'

const COMMITS_PER_SECOND = 1000
const ROWS_PER_COMMIT = 10

/** Memory of the service while 1000 transactions of 10 rows come every second, discarding target. */
export async function measureSteadyMemory({ source, scale, say }: BenchContext): Promise<readonly Finding[]> {
  const seconds = scale.steadySeconds
  await using database = await source.createDatabase('steady')
  await database.query(ORDERS)
  await using state = await TargetState.create()
  await using target = await BenchTarget.start(state, true)
  await using service = await BenchService.start({ database, target, slot: 'steady' })
  await service.line(({ message }) => message === 'Table is streaming')
  const usage = watchCpu({ service: service.pid, target: target.pid })
  let writes = true
  const writing = writeSteadily(database, seconds).finally(() => (writes = false))
  const samples: number[] = []
  while (writes) {
    samples.push(memoryBytes(service.pid).now)
    await delay(1000)
  }
  await writing
  const { of } = usage()
  const part = Math.ceil(samples.length / 5)
  const early = median(samples.slice(part, 2 * part)) / 1e6
  const late = median(samples.slice(-part)) / 1e6
  const figures = {
    seconds,
    'early RSS MB': early,
    'late RSS MB': late,
    'late to early': late / early,
    'RSS MB': memoryBytes(service.pid).peak / 1e6,
    'service CPU %': ((of['service'] ?? 0) / samples.length) * 100,
  }
  say(`steady memory: ${JSON.stringify(figures)}`)
  return [
    {
      group: 'memory',
      name: 'steady',
      what: `${COMMITS_PER_SECOND} transactions of ${ROWS_PER_COMMIT} rows a second`,
      figures,
      goals: [
        { figure: 'RSS MB', atMost: 250 },
        { figure: 'late to early', atMost: 1.1 },
      ],
      runs: { rssMb: samples.map((bytes) => Math.round(bytes / 1e6)) },
    },
  ]
}

async function writeSteadily(database: BenchDatabase, seconds: number): Promise<void> {
  await using writer = await BenchDatabase.connect(database.url, database.name)
  await writer.query(`
    do $$ declare began timestamptz := clock_timestamp(); early double precision; begin
      for n in 1 .. ${seconds * COMMITS_PER_SECOND} loop
        insert into orders ${orderRows(`(n - 1) * ${ROWS_PER_COMMIT} + 1`, `n * ${ROWS_PER_COMMIT}`)};
        commit;
        early := n / ${COMMITS_PER_SECOND}.0 - extract(epoch from clock_timestamp() - began);
        if early > 0 then perform pg_sleep(early); end if;
      end loop;
    end $$`)
}
