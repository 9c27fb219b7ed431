import type { CreateScratchFile } from '../core/scratch-file.ts'
import type { BatchWriter, SinkTable } from '../core/sink.ts'
import type { BatchTable } from './batch.ts'
import { loadsOf } from './batch-loads.ts'
import { sendLoads } from './send-loads.ts'
import { SentRows } from './sent-rows.ts'

/** Sends parts of a batch that is too large for memory, and keeps their rows until the batch is over: later parts may need them. */
export class PartSender implements AsyncDisposable {
  readonly #createFile: CreateScratchFile
  #sent: SentRows | null = null

  constructor(createFile: CreateScratchFile) {
    this.#createFile = createFile
  }

  /** What was sent of the present batch; null when nothing was. */
  get sent(): SentRows | null {
    return this.#sent
  }

  /** How many parts of a table are kept. */
  partsOf(table: SinkTable): number {
    return this.#sent?.partsOf(table) ?? 0
  }

  /** Sends what the tables have now. @throws {SyncError} SPOOL_FULL when the rows cannot be kept. */
  async send(writer: BatchWriter, tables: readonly BatchTable[]): Promise<void> {
    const results = await Promise.allSettled([sendLoads(writer, loadsOf(tables)), this.#keep(tables)])
    for (const result of results) if (result.status === 'rejected') throw result.reason
    for (const { load } of tables) load.partDone()
  }

  async #keep(tables: readonly BatchTable[]): Promise<void> {
    const sent = (this.#sent ??= new SentRows(this.#createFile))
    for (const { load } of tables) if (SentRows.keeps(load.table)) await sent.keep(load.table, load.body)
  }

  /** Forgets what was kept: the batch is over. More can be sent afterwards. */
  async [Symbol.asyncDispose](): Promise<void> {
    const sent = this.#sent
    this.#sent = null
    await sent?.[Symbol.asyncDispose]()
  }
}
