import type { BatchWriter, Load } from '../core/sink.ts'
import { asSyncError, type SyncError } from '../core/sync-error.ts'

/** Sends loads at once, those of one table in order, and waits for all of them. @throws {SyncError} the failure that tells most. */
export async function sendLoads(writer: BatchWriter, loads: readonly Load[]): Promise<void> {
  const results = await Promise.allSettled(loads.map((load) => writer.send(load)))
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [asSyncError(result.reason)] : []))
  const worst = mostTelling(failures)
  if (worst) throw worst
}

/** When one load fails the others are told that the transaction is over: the error that a person must hear of counts first. */
function mostTelling(failures: readonly SyncError[]): SyncError | undefined {
  return (
    failures.find((error) => error.retry === 'never') ??
    failures.find((error) => error.retry === 'manual') ??
    failures.find((error) => error.code !== 'SINK_TRANSACTION_LOST') ??
    failures[0]
  )
}
