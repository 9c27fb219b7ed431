/** One thing that alerting remembers. */
export interface AlertRow {
  /** `episode`, `ledger`, `notification`, `silence`, `override`, `failure` or `history`. */
  readonly kind: string
  readonly key: string
  /** Grows with every change of a key: of two rows with one key the greater counts. Milliseconds since 1970 UTC, or a little more. */
  readonly version: number
  /** JSON; null when it was removed. */
  readonly body: string | null
}

/** Where alerting remembers what was told to whom, so that a restart neither tells it again nor forgets to say that it is over. */
export interface AlertStore {
  /** Everything but history, removed things too. @throws {SyncError} */
  load(): Promise<readonly AlertRow[]>
  /** Writes rows over those with the same kind and key. @throws {SyncError} when it is not certain that all of them are stored. */
  write(rows: readonly AlertRow[]): Promise<void>
  /** The newest entries of the history, newest first. @throws {SyncError} */
  history(limit: number): Promise<readonly AlertRow[]>
  /** Forgets history and removed things of before a version. @throws {SyncError} */
  forget(beforeVersion: number): Promise<void>
}
