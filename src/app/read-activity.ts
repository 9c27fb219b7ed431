import type { ServiceActivity, TableActivity } from '../core/pipeline-status.ts'
import { readExposition, type Exposition } from './read-exposition.ts'
import type { ServiceClient } from './service-client.ts'

const THROUGHPUT = 'sync_throughput_records_per_second'
const FAILED = 'sync_records_failed_total'
const LAG = 'sync_lag_seconds'

/** Asks the running service what it measures; null when it does not answer, or has no metrics. Never throws. */
export async function readActivity(client: Pick<ServiceClient, 'get'>): Promise<ServiceActivity | null> {
  try {
    const { status, text } = await client.get('/metrics')
    return status === 200 ? activityIn(readExposition(text)) : null
  } catch {
    return null
  }
}

/** What the metrics say of the pipeline and of each table. Pure. */
export function activityIn(exposition: Exposition): ServiceActivity {
  const names = [THROUGHPUT, FAILED, LAG].flatMap((name) =>
    exposition.of(name).flatMap(({ labels }) => labels['table'] ?? []),
  )
  const tables = [...new Set(names)].map((table): readonly [string, TableActivity] => [
    table,
    {
      lagSeconds: exposition.sum(LAG, { table }),
      recordsPerSecond: exposition.sum(THROUGHPUT, { table }),
      recordsFailed: exposition.sum(FAILED, { table }) ?? 0,
    },
  ])
  return {
    recordsPerSecond: exposition.sum(THROUGHPUT) ?? 0,
    recordsFailed: exposition.sum(FAILED) ?? 0,
    tables: new Map(tables),
  }
}
