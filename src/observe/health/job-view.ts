import type { TableState } from '../../core/table-state.ts'

/** An error as health shows it. */
export interface ShownError {
  /** A code of the error catalogue. */
  readonly code: string
  readonly message: string
  readonly remedy: string
  readonly atMs: number
}

/** A job as health shows it; its numbers are in the metrics. */
export interface JobView {
  /** `schema.table`. */
  readonly table: string
  /** As metrics name it. */
  readonly label: string
  /** `database.table`. */
  readonly target: string
  readonly state: TableState['tag'] | 'refused'
  readonly sinceMs: number
  readonly lastError: ShownError | null
}

/** Where the service is in its life. */
export type ServicePhase = 'starting' | 'waiting-for-slot' | 'running' | 'reconnecting' | 'stopping'

/** What health shows of the pipeline as a whole. */
export interface ServiceFacts {
  readonly phase: ServicePhase
  readonly phaseSinceMs: number
  /** Whether a session has streamed since the process started. */
  readonly hasStarted: boolean
  readonly guarantee: string | null
  readonly targetVersion: string | null
  readonly lastError: ShownError | null
}
