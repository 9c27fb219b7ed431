import type { Checkpoint } from '../core/checkpoint.ts'
import type { Sink } from '../core/sink.ts'
import { asSyncError, type SyncError } from '../core/sync-error.ts'
import type { TableId } from '../core/table-id.ts'
import type { TableEntry } from './table-registry.ts'

/** What opening works with. */
export interface TableOpenerDeps {
  readonly sink: Sink
  readonly checkpoint: () => Checkpoint
  /** Other target tables are loaded from now on. */
  readonly opened: () => void
  /** The target refuses this table: it alone is taken out. */
  readonly refused: (table: TableId, error: SyncError) => void
}

/** Opens the target tables that the changes of a table go to. Each call answers false when the table is taken out instead. */
export class TableOpener {
  readonly #deps: TableOpenerDeps

  constructor(deps: TableOpenerDeps) {
    this.#deps = deps
  }

  /** Opens the live table alone; creates it where it is absent. @throws {SyncError} what is not this table's own trouble. */
  async openLive(entry: TableEntry): Promise<boolean> {
    return await this.#open(entry, async () => [await this.#deps.sink.openTable(entry.schema, entry.route)])
  }

  /** Opens a shadow beside what is open already. @throws {SyncError} as {@link openLive}. */
  async openShadow(entry: TableEntry): Promise<boolean> {
    const { state } = entry
    if (state.tag !== 'snapshotting') return false
    const { epoch, number } = this.#deps.checkpoint()
    const name = { epoch, number: number + 1n, generation: state.generation }
    const { schema, route } = entry
    return await this.#open(entry, async () => [
      ...entry.targets,
      await this.#deps.sink.openShadow(schema, route, name),
    ])
  }

  async #open(entry: TableEntry, open: () => Promise<TableEntry['targets']>): Promise<boolean> {
    try {
      const targets = await open()
      if (entry.state.tag !== 'snapshotting' && entry.state.tag !== 'streaming') return false
      entry.open(targets)
      this.#deps.opened()
      return true
    } catch (error) {
      const known = asSyncError(error)
      if (known.retry !== 'manual' || known.code === 'INTERNAL') throw known
      this.#deps.refused(entry.schema.id, known)
      return false
    }
  }
}
