import type { TableId } from './table-id.ts'

/**
 * One thing that `sync-app check` found before anything is copied.
 *
 * `error`: the pipeline, or the named table, cannot run so. `warning`: it runs, but data, the source or its speed are at
 * risk. `info`: worth knowing, nothing to do.
 */
export interface Finding {
  readonly level: 'error' | 'warning' | 'info'
  /** AREA_WHAT, stable: programs and documentation refer to it. */
  readonly code: string
  /** What was found, in one sentence. */
  readonly what: string
  /** Why it matters: what would happen if it stayed so. */
  readonly why: string
  /** The exact SQL or setting that mends it. */
  readonly remedy: string
  readonly table?: TableId | undefined
}
