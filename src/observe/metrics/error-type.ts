import type { ErrorCode } from '../../core/error-codes.ts'

const TYPES: readonly (readonly [RegExp, string])[] = [
  [/_UNREACHABLE$|^STREAM_|^OWNERSHIP_|_BUSY$/, 'connection'],
  [/^ROW_|^TABLE_|^TYPE_|^TARGET_/, 'validation'],
  [/_AUTH$|_PRIVILEGE$/, 'authorization'],
  [/_TRANSACTION_LOST$|_REPLACED$|_ATTEMPTS_SPENT$|^CHECKPOINT_|^SLOT_|^SNAPSHOT_/, 'transaction'],
  [/_QUERY$|_QUOTA$|^SPOOL_/, 'database'],
]

/** The guide's `error_type` of a code: `connection`, `validation`, and a few more. Pure. */
export function errorTypeOf(code: ErrorCode): string {
  return TYPES.find(([codes]) => codes.test(code))?.[1] ?? 'internal'
}
