/** What is found out about a query while it is translated. */
export interface QueryNotes {
  /** LARGEINT columns, casts or literals occur. */
  hasLargeint: boolean
  sleepMs: number
  /** Stored tables that it reads. */
  readonly readTableIds: Set<number>
}

/** What a query's names mean in the session that asks. */
export interface QueryEnvironment {
  readonly database: string | undefined
  /** `'name'@'host'`. */
  readonly user: string
  /** The active roles, as `current_role()` answers. */
  readonly roles: string
  /** When the statement began; what `now()` says does not move while it runs. */
  readonly nowMs: number
  /** `now()` in the session's time zone, to the second. */
  readonly localTime: () => string
  readonly utcTime: () => string
  /** How far the session's time zone is ahead of UTC now. */
  readonly offsetSeconds: () => number
  readonly connectionId: number
  readonly notes: QueryNotes
  /** The value of a system variable; undefined when there is none. */
  readonly variable: (name: string) => string | undefined
  readonly userVariable: (name: string) => string | undefined
  /**
   * What DuckDB reads for a table of FROM.
   * @throws {StandInError} for a table that is not there or not to be read.
   */
  readonly source: (database: string | undefined, table: string) => string
}
