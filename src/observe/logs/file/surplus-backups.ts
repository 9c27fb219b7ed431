import type { Backup } from './backups.ts'

const DAY_MS = 86_400_000

/** What may stay. */
export interface BackupBounds {
  readonly backupCount: number
  readonly retentionDays: number
  /** Bytes of all backups together. */
  readonly totalBytes: number
}

/** The backups that are to be deleted, given newest first: those beyond the count, older than allowed, or beyond the size together. Pure. */
export function surplusBackups(backups: readonly Backup[], bounds: BackupBounds, nowMs: number): readonly Backup[] {
  const oldestMs = nowMs - bounds.retentionDays * DAY_MS
  let bytes = 0
  return backups.filter((backup, index) => {
    bytes += backup.bytes
    return index >= bounds.backupCount || backup.writtenMs < oldestMs || bytes > bounds.totalBytes
  })
}
