import { likeFilter } from './like-filter.ts'
import type { SqlContext } from './sql-context.ts'
import { type StatementResult, textRows } from './statement-result.ts'
import type { TokenCursor } from './token-cursor.ts'

/** `ADMIN SHOW FRONTEND CONFIG [LIKE 'pattern']`: the settings that reference/starrocks.md names, as they are here. */
export function showFrontendConfig(context: SqlContext, cursor: TokenCursor): StatementResult {
  const keep = likeFilter(cursor)
  cursor.end()
  const { options } = context
  const settings: Readonly<Record<string, string>> = {
    alter_table_timeout_second: '86400',
    empty_load_as_error: 'true',
    enable_fast_schema_evolution: String(options.version.fastSchemaEvolutionDefault),
    label_keep_max_num: String(options.labelKeepMax),
    label_keep_max_second: String(options.labelKeepSeconds),
    max_running_txn_num_per_db: String(options.maxRunningTxns ?? options.version.maxRunningTxnsPerDb),
    mysql_server_version: options.version.mysqlVersion,
    prepared_transaction_default_timeout_second: '86400',
    stream_load_default_timeout_second: '600',
    stream_load_task_keep_max_num: '1000',
    transaction_clean_interval_second: '30',
  }
  const rows = Object.entries(settings).filter(([name]) => keep(name))
  return textRows(
    ['Key', 'AliasNames', 'Value', 'Type', 'IsMutable', 'Comment'],
    rows.map(([name, value]) => [name, '[]', value, /^\d+$/.test(value) ? 'int' : 'String', 'true', '']),
  )
}
