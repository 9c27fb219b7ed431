import type { SyncError } from '../core/sync-error.ts'

/**
 * What a failed attempt to apply a batch means:
 * - `blame`: rows are refused; find the table and go on without it.
 * - `again`: try the same batch again after a pause.
 * - `restart`: begin the session anew from the checkpoint.
 * - `stop`: end the process.
 */
export type FailureReaction = 'blame' | 'again' | 'restart' | 'stop'

/** Decides what follows a failed attempt. A transient error never leads to `blame`. Pure. */
export function failureReaction(error: SyncError, batch: { readonly partsSent: number }): FailureReaction {
  if (error.retry === 'never') return 'stop'
  if (error.code === 'TRANSACTION_REPLANNED') return 'restart'
  if (error.code === 'ROW_REJECTED' || error.code === 'TARGET_SHAPE' || error.code === 'TYPE_UNSUPPORTED')
    return 'blame'
  if (error.retry === 'manual') return 'stop'
  return batch.partsSent > 0 ? 'restart' : 'again'
}
