import { setTimeout as delay } from 'node:timers/promises'
import type { TestDatabase } from './postgres.ts'
import type { ServiceProcess } from './service-process.ts'
import type { StandInFault, StandInProcess } from './stand-in-process.ts'

/** A service with both its sides, and the tables `savings` and `scratch`. */
export interface DisturbedService {
  readonly source: TestDatabase
  readonly standIn: StandInProcess
  readonly service: ServiceProcess
}

/** A load of a batch whose answer is lost: the attempt is rolled back. */
const FAILURE: StandInFault = { match: { path: 'load', label: '_b\\d+_' }, action: 'cut-after' }

/**
 * Asks for a copy, empties a table, makes new ones and lets loads fail until the service ends, so that the step with this name is
 * taken. Resolves to the signal that ended it; null when nothing did.
 */
export async function endedWhileDisturbed(
  { source, standIn, service }: DisturbedService,
  point: string,
): Promise<NodeJS.Signals | null> {
  const request = JSON.stringify({ do: 'resync', table: 'public.savings' })
  for (let round = 0; round < 25; round++) {
    await standIn.clearFaults()
    if (point.startsWith('batch.rollback.')) await standIn.faults([FAILURE])
    await source.query(`select pg_logical_emit_message(false, 'pg_starrocks_sync:shop', $1)`, [request])
    await source.query('truncate scratch')
    await source.query('insert into scratch select generate_series(1, 3)')
    if (point.startsWith('table.'))
      await source.query(`create table extra_${round}_${point.length} (id int primary key)`)
    const ending = await Promise.race([service.ended, delay(1_000, null)])
    if (!ending) continue
    await standIn.clearFaults()
    return ending.signal
  }
  return null
}
