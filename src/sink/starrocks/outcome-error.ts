import type { ErrorCode } from '../../core/error-codes.ts'
import { SyncError } from '../../core/sync-error.ts'
import type { TableId } from '../../core/table-id.ts'
import { withoutValue } from './error-log.ts'
import type { BackOffClass, Outcome } from './outcome.ts'

const BACK_OFF_CODES: Readonly<Record<BackOffClass, ErrorCode>> = {
  busy: 'SINK_BUSY',
  memory: 'SINK_BUSY',
  unreachable: 'SINK_UNREACHABLE',
  quota: 'SINK_QUOTA',
}

/** The error for an outcome that is not the one hoped for. `what` says what was being done. */
export function outcomeError(outcome: Outcome, what: string, table?: TableId): SyncError {
  switch (outcome.tag) {
    case 'back-off':
      return new SyncError(BACK_OFF_CODES[outcome.kind], `${what}: ${outcome.why}`, { table })
    case 'rejected-rows':
      return new SyncError('ROW_REJECTED', `${what}: ${withoutValue(outcome.why)}`, { table })
    case 'misconfigured':
      return mendable(outcome, what, table)
    case 'label-is':
      return new SyncError('SINK_TRANSACTION_LOST', `${what}: its label is ${outcome.state}: ${outcome.why}`, { table })
    case 'ask-state':
    case 'next-attempt':
      return new SyncError('SINK_TRANSACTION_LOST', `${what}: ${outcome.why}`, { table })
    case 'ok':
    case 'durable':
      return new SyncError('INTERNAL', `${what}: an error was made of a success`, { table })
  }
}

/** A table that is gone concerns that table alone: all others go on. */
function mendable(outcome: Outcome & { readonly tag: 'misconfigured' }, what: string, table?: TableId): SyncError {
  const message = `${what}: ${outcome.why}`
  if (outcome.code !== 'TARGET_MISSING' || table === undefined) return new SyncError(outcome.code, message, { table })
  const remedy = `Restore the target table, or have it made and copied again: sync-app resync ${table}.`
  return new SyncError('TARGET_SHAPE', message, { table, remedy })
}
