/** How an error of a code is treated. The default for what is not known is `manual`: automatic retry is an allow-list. */
export interface ErrorEntry {
  readonly cause: string
  readonly remedy: string
  /** `auto`: tried again with back-off. `manual`: a person mends it first. `never`: the process ends. */
  readonly retry: 'auto' | 'manual' | 'never'
}

/**
 * The one catalogue of errors: code -> cause, remedy, retry policy. `docs/errors.md` is generated from it.
 *
 * Add a code here before using it; name it AREA_WHAT.
 */
export const ERROR_CATALOGUE = {
  INTERNAL: { cause: 'A defect of the service.', remedy: 'Report it with the log around it.', retry: 'manual' },
  CONFIG_INVALID: {
    cause: 'The configuration file has a mistake.',
    remedy: 'Mend the line that is named.',
    retry: 'manual',
  },
  HTTP_LISTEN: {
    cause: 'A port of http is taken by another process, or may not be used.',
    remedy: 'Set http.port and http.metrics_port to free ports, or http.enabled to false.',
    retry: 'manual',
  },
  SOURCE_UNREACHABLE: {
    cause: 'PostgreSQL does not answer or closed the connection.',
    remedy: 'Check host, port, network and that the server runs.',
    retry: 'auto',
  },
  SOURCE_AUTH: {
    cause: 'PostgreSQL refused the user or password.',
    remedy: 'Check source.url and pg_hba.conf.',
    retry: 'manual',
  },
  SOURCE_PRIVILEGE: {
    cause: 'The source role lacks a privilege.',
    remedy: 'Grant what the message names.',
    retry: 'manual',
  },
  SOURCE_NOT_READY: {
    cause: 'The source server is not set up for logical replication.',
    remedy: 'Run sync-app check: it names the setting and its value.',
    retry: 'manual',
  },
  SOURCE_QUERY: {
    cause: 'PostgreSQL answered a query with an error.',
    remedy: 'Read the server message; run sync-app check.',
    retry: 'auto',
  },
  SOURCE_REPLACED: {
    cause: 'The server is not the one that this pipeline was set up with, or an older state of it was restored.',
    remedy: 'Point source.url at the right server, or set the pipeline up anew with sync-app resync --all.',
    retry: 'never',
  },
  SLOT_MISSING: {
    cause: 'The replication slot is gone while the target holds a checkpoint: changes since then cannot be read.',
    remedy: 'Run sync-app resync --all: it makes a new slot and copies every table again.',
    retry: 'never',
  },
  SLOT_LOST: {
    cause: 'PostgreSQL removed WAL that the slot still needed (max_slot_wal_keep_size).',
    remedy: 'Raise max_slot_wal_keep_size, then run sync-app resync --all.',
    retry: 'never',
  },
  SLOT_AHEAD: {
    cause: 'The slot was confirmed beyond the checkpoint: changes in between are lost.',
    remedy: 'Run sync-app resync --all; let nothing else use this slot.',
    retry: 'never',
  },
  SLOT_BUSY: {
    cause: 'Another process reads from the slot.',
    remedy: 'Nothing if that is the active instance: this one takes over when it ends.',
    retry: 'auto',
  },
  SLOT_UNUSABLE: {
    cause: 'The slot exists but is not a logical pgoutput slot of this database.',
    remedy: 'Name another slot in source.slot, or drop it.',
    retry: 'manual',
  },
  PUBLICATION_UNUSABLE: {
    cause: 'The publication exists but does not publish what the pipeline needs.',
    remedy: 'Alter it as the message says, or name another one in source.publication.',
    retry: 'manual',
  },
  STREAM_PROTOCOL: {
    cause: 'The replication stream held bytes that do not fit the protocol.',
    remedy: 'Report it; the stream is begun again from the checkpoint.',
    retry: 'auto',
  },
  SPOOL_FULL: {
    cause: 'The disk that takes large in-progress transactions is full.',
    remedy: 'Free space in sync.spool_directory or move it to a larger disk.',
    retry: 'auto',
  },
  TABLE_NO_KEY: {
    cause: 'The table has neither a primary key nor a replica identity index.',
    remedy: 'Add a primary key, or: ALTER TABLE t REPLICA IDENTITY USING INDEX a_unique_index.',
    retry: 'manual',
  },
  TABLE_UNSUPPORTED: {
    cause: 'Changes of such a relation are not in the write-ahead log: a view, a foreign, unlogged or temporary table.',
    remedy: 'Leave it out of the patterns, or do what the message says.',
    retry: 'manual',
  },
  TABLE_SHAPE_CHANGED: {
    cause: 'The source table has another shape than its target table.',
    remedy: 'Bring the target table to the new shape (or drop it), then run sync-app resync TABLE.',
    retry: 'manual',
  },
  TYPE_UNSUPPORTED: {
    cause: 'A column has a type for which the target has no rule.',
    remedy: 'Exclude the column, or choose a rule for it under column_types.',
    retry: 'manual',
  },
  ROW_REJECTED: {
    cause: 'A value of a row does not fit the target column.',
    remedy: 'Mend the row or widen the column, then run sync-app resync TABLE.',
    retry: 'manual',
  },
  ROW_TOO_LARGE: {
    cause: 'A row is larger than the memory that is allowed for it.',
    remedy: 'Raise sync.memory_limit or exclude the column.',
    retry: 'manual',
  },
  SNAPSHOT_OUTDATED: {
    cause: 'The table was rewritten or altered while it was copied.',
    remedy: 'Nothing: its copy is begun again.',
    retry: 'auto',
  },
  SNAPSHOT_NOT_YET_VISIBLE: {
    cause: 'The chunk looked too early: a transaction that is already in the target is not visible in it yet.',
    remedy: 'Nothing: the chunk is taken again.',
    retry: 'auto',
  },
  SINK_UNREACHABLE: {
    cause: 'StarRocks does not answer.',
    remedy: 'Check target.fe_http and target.fe_mysql and that FE and BE run.',
    retry: 'auto',
  },
  SINK_AUTH: {
    cause: 'StarRocks refused the user or password.',
    remedy: 'Check user and password in target.fe_mysql.',
    retry: 'manual',
  },
  SINK_PRIVILEGE: {
    cause: 'The target user lacks a privilege.',
    remedy: 'Grant what the message names.',
    retry: 'manual',
  },
  SINK_BUSY: {
    cause: 'StarRocks has too many versions, transactions or too little memory at the moment.',
    remedy: 'Nothing at first; if it stays, raise sync.flush_interval or add capacity.',
    retry: 'auto',
  },
  SINK_QUOTA: {
    cause: 'The target database is at its quota.',
    remedy: 'ALTER DATABASE ... SET DATA QUOTA, or delete data.',
    retry: 'auto',
  },
  SINK_TRANSACTION_LOST: {
    cause: 'The target lost an open transaction (restart, leader switch, time-out).',
    remedy: 'Nothing: it is begun again.',
    retry: 'auto',
  },
  TRANSACTION_REPLANNED: {
    cause:
      'Parts of a large transaction were sent when a table had to leave it, was emptied in it, or needed another format.',
    remedy: 'Nothing: it is begun again at once, with what was learned.',
    retry: 'auto',
  },
  SINK_QUERY: {
    cause: 'StarRocks answered a statement with an error.',
    remedy: 'Read the message; run sync-app check.',
    retry: 'auto',
  },
  SINK_REPLACED: {
    cause: 'Another process of this pipeline has taken over.',
    remedy: 'Nothing: this process ends, the other one goes on.',
    retry: 'never',
  },
  SINK_ATTEMPTS_SPENT: {
    cause: 'One batch failed in so many attempts that no label is left for another one.',
    remedy: 'Look at the errors before this one. The service starts again, and takes other labels.',
    retry: 'never',
  },
  CHECKPOINT_BEHIND: {
    cause:
      'The checkpoint row in the target is older than what was committed: a backup was restored, the row was changed by hand, or the target took back a commit.',
    remedy:
      'Nothing at first: the service starts again from the row. If it then refuses the slot, run sync-app resync --all.',
    retry: 'never',
  },
  OWNERSHIP_UNKNOWN: {
    cause: 'It could not be proved in time that this process still owns the slot.',
    remedy: 'Nothing: asked again.',
    retry: 'auto',
  },
  TARGET_SHAPE: {
    cause: 'The target table exists with another shape than the source needs.',
    remedy: 'Alter or drop it, or route the table to another name.',
    retry: 'manual',
  },
  TARGET_MISSING: {
    cause: 'A target database or table is not there (any more).',
    remedy: 'Restore it, or copy its table again with sync-app resync TABLE.',
    retry: 'manual',
  },
  SERVICE_UNREACHABLE: {
    cause: 'The running service does not answer over HTTP.',
    remedy: 'Start it (sync-app run), or check http.host and http.port, as this machine reaches them.',
    retry: 'manual',
  },
  SERVICE_REFUSED: {
    cause: 'The running service refused what it was asked over HTTP.',
    remedy:
      'Read what it says. What changes something needs http.auth.token, unless it is asked from the same machine.',
    retry: 'manual',
  },
  TARGET_UNSUPPORTED: {
    cause: 'The target server cannot do what the configuration asks for.',
    remedy: 'See the message.',
    retry: 'manual',
  },
  ALERT_UNKNOWN: {
    cause: 'There is no such alert, silence, channel, schedule or person.',
    remedy: 'sync-app alerts list, silence list and oncall show what there is.',
    retry: 'manual',
  },
  ALERT_REQUEST: {
    cause: 'What was asked of alerting makes no sense.',
    remedy: 'Read the message, and ask again.',
    retry: 'manual',
  },
} as const satisfies Record<string, ErrorEntry>

/** A code of {@link ERROR_CATALOGUE}. */
export type ErrorCode = keyof typeof ERROR_CATALOGUE
