import { defaulted, scalar, section } from './declaration.ts'
import { choice, duration, integer, size } from './scalars.ts'

/** How the sync works: batches, first copies, bounds. */
export interface SyncConfig {
  readonly flushIntervalMs: number
  readonly maxBatchBytes: number
  readonly maxBatchRows: number
  readonly memoryLimitBytes: number
  readonly snapshotParallelism: number
  readonly chunkBytes: number
  readonly onSchemaChange: 'quarantine'
  readonly onBadRow: 'quarantine'
  readonly checkpointIntervalMs: number
  readonly discoveryIntervalMs: number
  readonly spoolDirectory: string
  readonly spoolAfterBytes: number
  readonly ownershipWindowMs: number
  readonly truncateAsDeletesUpToRows: number
}

const directory = scalar('absolute path', (value) => {
  if (value.startsWith('/')) return value
  throw new RangeError('is not an absolute path')
})

/** `sync:`. */
export const syncSection = section(
  {
    flush_interval: defaulted(duration({ from: '10ms', to: '10m' }), '500ms', {
      doc: 'Age at which a batch is loaded. Smaller is fresher, larger costs the target less.',
    }),
    max_batch_bytes: defaulted(size({ from: '64KiB', to: '4GiB' }), '64MB', {
      doc: 'Size at which a batch is loaded before its time.',
    }),
    max_batch_rows: defaulted(integer({ from: '1', to: '100_000_000' }), '1_000_000', {
      doc: 'Number of rows at which a batch is loaded before its time.',
    }),
    memory_limit: defaulted(size({ from: '128MB', to: '1TB' }), '512MB', {
      doc: 'What the process may hold in all, whatever the size of a transaction or row. At least twice `max_batch_bytes`.',
    }),
    snapshot_parallelism: defaulted(integer({ from: '1', to: '64' }), '4', {
      doc: 'Connections that copy tables at the same time.',
    }),
    chunk_bytes: defaulted(size({ from: '64KiB', to: '16GiB' }), '128MB', {
      doc: 'Size of the parts in which a table is first copied; made smaller while the stream is busy.',
    }),
    on_schema_change: defaulted(
      choice(['quarantine'], {
        evolve: 'the target is not altered yet; quarantine stops the table and names the difference',
      }),
      'quarantine',
      { doc: 'What happens to a table whose shape changes at the source. `quarantine`: it stops, all others go on.' },
    ),
    on_bad_row: defaulted(
      choice(['quarantine'], {
        dead_letter: 'there are no dead letters yet; quarantine stops the table and names the row',
      }),
      'quarantine',
      { doc: 'What happens when the target refuses a row. `quarantine`: its table stops, all others go on.' },
    ),
    checkpoint_interval: defaulted(duration({ from: '1s', to: '1h' }), '30s', {
      doc: 'How often the position moves while nothing changes, so that an idle source can drop its WAL.',
    }),
    discovery_interval: defaulted(duration({ from: '100ms', to: '1h' }), '10s', {
      doc: 'How often the source is asked for tables and partitions that are new.',
    }),
    spool_directory: defaulted(directory, '/var/tmp/pg-starrocks-sync', {
      doc: 'Where transactions that are still open and large wait; on a disk, not in memory.',
    }),
    spool_after: defaulted(size({ from: '64KiB', to: '4GiB' }), '16MB', {
      doc: 'Memory that open transactions may take before they wait on disk.',
    }),
    ownership_window: defaulted(duration({ from: '500ms', to: '30s' }), '3s', {
      doc: 'How long an answer that this process still owns the slot holds. Nothing is loaded without one.',
    }),
    truncate_as_deletes_up_to: defaulted(integer({ from: '0', to: '10_000_000' }), '100_000', {
      doc: 'Rows up to which a TRUNCATE becomes deletes inside its batch; above, the table is emptied by a step of its own.',
    }),
  },
  (yaml, refuse): SyncConfig => {
    if (yaml.max_batch_bytes * 2 > yaml.memory_limit) {
      refuse('max_batch_bytes', 'more than half of sync.memory_limit')
    }
    if (yaml.spool_after * 2 > yaml.memory_limit) refuse('spool_after', 'more than half of sync.memory_limit')
    return {
      flushIntervalMs: yaml.flush_interval,
      maxBatchBytes: yaml.max_batch_bytes,
      maxBatchRows: yaml.max_batch_rows,
      memoryLimitBytes: yaml.memory_limit,
      snapshotParallelism: yaml.snapshot_parallelism,
      chunkBytes: yaml.chunk_bytes,
      onSchemaChange: yaml.on_schema_change,
      onBadRow: yaml.on_bad_row,
      checkpointIntervalMs: yaml.checkpoint_interval,
      discoveryIntervalMs: yaml.discovery_interval,
      spoolDirectory: yaml.spool_directory,
      spoolAfterBytes: yaml.spool_after,
      ownershipWindowMs: yaml.ownership_window,
      truncateAsDeletesUpToRows: yaml.truncate_as_deletes_up_to,
    }
  },
)
