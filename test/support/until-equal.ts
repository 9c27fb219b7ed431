import assert from 'node:assert/strict'
import { parseLsn } from '../../src/core/lsn.ts'
import { differencesOf } from './compare-tables.ts'
import type { TestDatabase } from './postgres.ts'
import type { ServiceProcess } from './service-process.ts'
import type { StandInProcess } from './stand-in-process.ts'
import { waitFor } from './wait-for.ts'

/** Waits until the target's checkpoint holds everything that the source has now. */
export async function untilCaughtUp(
  source: TestDatabase,
  standIn: StandInProcess,
  service: Pick<ServiceProcess, 'story'>,
): Promise<void> {
  const [position] = await source.query<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn')
  const end = parseLsn(position?.lsn ?? '')
  await waitFor(
    async () => {
      const [row] = await standIn.query(`select end_lsn from ${source.name}._sync_checkpoint`)
      return parseLsn(String(row?.['end_lsn'])) >= end
    },
    { timeoutMs: 60_000, describe: () => service.story },
  )
}

/** Compares every row of these tables; the target's database bears the name of the source's. */
export async function expectEqual(
  source: TestDatabase,
  standIn: StandInProcess,
  tables: readonly string[] = ['checking', 'savings'],
): Promise<void> {
  for (const table of tables) {
    assert.deepEqual(await differencesOf(source, standIn, table, `${source.name}.${table}`), [], table)
  }
}
