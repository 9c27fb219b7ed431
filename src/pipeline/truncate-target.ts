import type { Checkpoint } from '../core/checkpoint.ts'
import type { Ownership } from '../core/ownership.ts'
import type { Sink } from '../core/sink.ts'
import type { TableEntry } from './table-registry.ts'
import type { TableLoad } from './table-load.ts'

/**
 * Does to the target what the source's TRUNCATE did: deletes within the batch up to a limit, else a numbered step of its own before
 * the batch (then not whole with other tables). Done once per batch: the load says that it is no longer due.
 */
export async function truncateTarget(
  entry: TableEntry,
  load: TableLoad,
  deps: {
    readonly sink: Sink
    readonly ownership: Ownership
    readonly checkpoint: Checkpoint
    readonly limitRows: number
  },
): Promise<void> {
  await deps.sink.untilVisible()
  for (const target of entry.targets) {
    const deletes = await deps.sink.deletesOfAll(target, load.body.format, deps.limitRows)
    if (deletes === 'too-many') await deps.sink.truncate(target, deps.checkpoint, deps.ownership)
    else for (const { record, keyLength } of deletes) load.deleteUnlessPresent(record, keyLength)
  }
  load.truncated = false
}
