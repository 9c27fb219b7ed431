import { maskCredentials } from '../../config/mask-credentials.ts'
import type { Clock } from '../../core/clock.ts'
import { ERROR_CATALOGUE, type ErrorEntry } from '../../core/error-codes.ts'
import type { Signal, Signals } from '../../core/signals.ts'
import { type SyncError } from '../../core/sync-error.ts'
import { tableLabel } from '../../core/table-label.ts'
import type { TableId } from '../../core/table-id.ts'
import type { TableState } from '../../core/table-state.ts'
import type { JobView, ServiceFacts, ShownError } from './job-view.ts'

/** What the board tells. */
export interface JobBoardEvents {
  readonly job: (job: JobView) => void
  readonly gone: (table: string) => void
  readonly facts: (facts: ServiceFacts) => void
}

/** What the board works with. */
export interface JobBoardDeps {
  readonly clock: Pick<Clock, 'now'>
  /** `database.table` that a table goes to. */
  readonly targetOf: (table: TableId) => string
  readonly events: JobBoardEvents
}

const REMEDIES = new Map<string, ErrorEntry>(Object.entries(ERROR_CATALOGUE))

/** Keeps what health shows of jobs and of the service, from signals, and tells of each change. Keys of rows stay out of it. */
export class JobBoard implements Signals {
  readonly #deps: JobBoardDeps
  readonly #jobs = new Map<TableId, JobView>()
  #facts: ServiceFacts

  constructor(deps: JobBoardDeps) {
    this.#deps = deps
    this.#facts = {
      phase: 'starting',
      phaseSinceMs: deps.clock.now(),
      hasStarted: false,
      guarantee: null,
      targetVersion: null,
      lastError: null,
    }
    deps.events.facts(this.#facts)
  }

  /** What is told of the service now. */
  get facts(): ServiceFacts {
    return this.#facts
  }

  emit(signal: Signal): void {
    switch (signal.tag) {
      case 'service-started':
        this.#tell({ guarantee: signal.guarantee, targetVersion: signal.targetVersion })
        break
      case 'waiting-for-slot':
        this.#phase('waiting-for-slot')
        break
      case 'took-over':
        this.#tell({ hasStarted: true })
        this.#phase('running')
        break
      case 'session-ended':
        if (this.#facts.hasStarted) this.#phase('reconnecting')
        break
      case 'attempt-failed':
        this.#failed(signal.error)
        break
      case 'table-state':
        this.#take(signal.table, signal.state)
        break
      case 'table-refused':
        this.#put(signal.table, 'refused', this.#shown(signal.code, signal.reason, signal.remedy))
        break
      default:
    }
  }

  /** The service was asked to stop: it is not ready any more, whatever it still does. */
  stopping(): void {
    this.#phase('stopping')
  }

  #phase(phase: ServiceFacts['phase']): void {
    if (this.#facts.phase === phase || this.#facts.phase === 'stopping') return
    this.#tell({ phase, phaseSinceMs: this.#deps.clock.now() })
  }

  #failed(error: SyncError): void {
    const shown = this.#shown(error.code, error.message, error.remedy)
    this.#tell({ lastError: shown })
    const job = error.table && this.#jobs.get(error.table)
    if (error.table && job) this.#put(error.table, job.state, shown)
  }

  #take(table: TableId, state: TableState): void {
    if (state.tag === 'removed') {
      this.#jobs.delete(table)
      this.#deps.events.gone(table)
      return
    }
    const before = this.#jobs.get(table)?.lastError ?? null
    if (state.tag !== 'quarantined') {
      this.#put(table, state.tag, before)
      return
    }
    this.#put(table, state.tag, this.#shown(state.code, state.reason, REMEDIES.get(state.code)?.remedy ?? ''))
  }

  #put(table: TableId, state: JobView['state'], lastError: ShownError | null): void {
    const before = this.#jobs.get(table)
    const sinceMs = before?.state === state ? before.sinceMs : this.#deps.clock.now()
    const job = { table, label: tableLabel(table), target: this.#deps.targetOf(table), state, sinceMs, lastError }
    this.#jobs.set(table, job)
    this.#deps.events.job(job)
  }

  #shown(code: string, message: string, remedy: string): ShownError {
    return { code, message: maskCredentials(message), remedy, atMs: this.#deps.clock.now() }
  }

  #tell(change: Partial<ServiceFacts>): void {
    this.#facts = { ...this.#facts, ...change }
    this.#deps.events.facts(this.#facts)
  }
}
