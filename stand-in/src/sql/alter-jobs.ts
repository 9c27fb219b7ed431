import type { Clock } from '../clock.ts'
import { messageOf, StandInError } from '../stand-in-error.ts'
import type { TableDef } from '../catalog/table-def.ts'
import type { TableLocks } from '../txn/table-locks.ts'
import type { LabelTable } from '../txn/label-table.ts'

/** The states of a schema change (reference/starrocks.md 5). */
type AlterState = 'PENDING' | 'WAITING_TXN' | 'RUNNING' | 'FINISHED' | 'CANCELLED'

/** One ALTER TABLE that changes columns. */
export interface AlterJob {
  readonly id: number
  readonly database: string
  readonly tableId: number
  readonly tableName: string
  /** Transactions with a smaller id on the table must end first. */
  readonly txnId: number
  readonly createMs: number
  readonly timeoutSeconds: number
  finishMs: number | undefined
  state: AlterState
  message: string
  readonly work: () => Promise<void>
}

/** What the jobs work with. */
export interface AlterJobsDeps {
  readonly labels: LabelTable
  readonly locks: TableLocks
  readonly clock: Clock
  readonly nextId: () => number
  /** How long a job takes at least, in ms. */
  readonly durationMs: number
  /** `alter_table_timeout_second` of the moment (5). */
  readonly timeoutSeconds: () => number
}

const pollMs = 10

/** Schema changes: one at a time for each table, after all older transactions on it (5). */
export class AlterJobs {
  readonly all: AlterJob[] = []
  readonly #deps: AlterJobsDeps

  constructor(deps: AlterJobsDeps) {
    this.#deps = deps
  }

  /** @throws {StandInError} when the table has an unfinished job. */
  checkFree(table: TableDef): void {
    const busy = this.all.some(
      (job) => job.tableId === table.id && job.state !== 'FINISHED' && job.state !== 'CANCELLED',
    )
    if (busy) {
      throw new StandInError(
        `A schema change operation is in progress on the table ${table.name}. Please check the details by running SHOW ALTER TABLE.`,
      )
    }
  }

  /** Starts a job that runs on by itself. */
  start(table: TableDef, work: () => Promise<void>): AlterJob {
    this.checkFree(table)
    const job = this.#newJob(table, work)
    this.#deps.clock.after(0, () => void this.#advance(job))
    return job
  }

  /** A metadata-only change (fast schema evolution): done on return, unless older transactions are open. */
  async runFast(table: TableDef, work: () => Promise<void>): Promise<AlterJob> {
    this.checkFree(table)
    if (this.#hasOlderTransactions(table.id, Number.POSITIVE_INFINITY)) return this.start(table, work)
    const job = this.#newJob(table, work)
    await this.#finish(job)
    if (job.state === 'CANCELLED') throw new StandInError(job.message)
    return job
  }

  /** @throws {StandInError} when there is none, or it is over. */
  cancel(database: string, tableName: string): void {
    const job = this.all.findLast((other) => other.database === database && other.tableName === tableName)
    if (job === undefined) throw new StandInError(`Table[${tableName}] is not under SCHEMA_CHANGE.`)
    if (job.state === 'FINISHED' || job.state === 'CANCELLED' || job.state === 'RUNNING') {
      throw new StandInError(`Job can not be cancelled. State: ${job.state}`)
    }
    this.#end(job, 'user cancelled')
  }

  #end(job: AlterJob, message: string): void {
    Object.assign(job, { state: 'CANCELLED', message, finishMs: this.#deps.clock.nowMs() })
  }

  #newJob(table: TableDef, work: () => Promise<void>): AlterJob {
    const { nextId, clock, timeoutSeconds } = this.#deps
    const job: AlterJob = {
      id: nextId(),
      database: table.database,
      tableId: table.id,
      tableName: table.name,
      txnId: nextId(),
      createMs: clock.nowMs(),
      timeoutSeconds: timeoutSeconds(),
      finishMs: undefined,
      state: 'PENDING',
      message: '',
      work,
    }
    this.all.push(job)
    return job
  }

  #hasOlderTransactions(tableId: number, txnId: number): boolean {
    for (const txn of this.#deps.labels.open) if (txn.id < txnId && txn.touches(tableId)) return true
    return false
  }

  async #advance(job: AlterJob): Promise<void> {
    const { clock, durationMs } = this.#deps
    if (job.state === 'PENDING') job.state = 'WAITING_TXN'
    if (job.state !== 'WAITING_TXN') return
    if (clock.nowMs() - job.createMs > job.timeoutSeconds * 1000) return this.#end(job, 'Timeout')
    if (this.#hasOlderTransactions(job.tableId, job.txnId)) {
      clock.after(pollMs, () => void this.#advance(job))
      return
    }
    job.state = 'RUNNING'
    await new Promise<void>((resolve) => void clock.after(durationMs, resolve))
    await this.#finish(job)
  }

  async #finish(job: AlterJob): Promise<void> {
    try {
      await this.#deps.locks.holding([job.tableId], job.work)
      job.state = 'FINISHED'
    } catch (error) {
      job.state = 'CANCELLED'
      job.message = messageOf(error)
    }
    job.finishMs = this.#deps.clock.nowMs()
  }
}
