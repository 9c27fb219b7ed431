/** How much of a pool of connections is used. */
export interface PoolUse {
  readonly name: 'source_copy' | 'source_reread' | 'target_sql' | 'target_http'
  readonly used: number
  readonly idle: number
  /** Null when there is none. */
  readonly limit: number | null
  /** Requests that wait for a connection now. */
  readonly waiting: number
  /** Time that requests have waited in all. */
  readonly waitedMs: number
}
