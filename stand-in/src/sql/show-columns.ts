import { columnKey, defaultText } from '../catalog/information-rows.ts'
import { showType } from '../catalog/column-type.ts'
import type { TableDef } from '../catalog/table-def.ts'
import { analyzingError } from '../stand-in-error.ts'
import type { Session } from './session.ts'
import { showCreateTable } from './show-create.ts'
import { showFiltered } from './show-filter.ts'
import type { SqlContext } from './sql-context.ts'
import { type StatementResult, textRows } from './statement-result.ts'
import { tableTarget } from './table-source.ts'
import type { TokenCursor } from './token-cursor.ts'

/** A table that a SHOW names: `[FROM] t [FROM db]`, seen only by who may do something with it. */
function shownTable(context: SqlContext, session: Session, cursor: TokenCursor): TableDef {
  let { database, name } = cursor.tableName(session.database ?? '')
  if (cursor.accept('FROM') || cursor.accept('IN')) database = cursor.name()
  if (database === '') throw analyzingError('No database selected', 1046, '3D000')
  const table = context.catalog.table(database, name)
  session.access.require(tableTarget(context, table), 'ANY')
  return table
}

/** `SHOW CREATE TABLE t`. */
export function showCreate(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  const table = shownTable(context, session, cursor)
  cursor.end()
  return textRows(['Table', 'Create Table'], [[table.name, showCreateTable(table)]])
}

/** `SHOW CREATE DATABASE d`. */
export function showCreateDatabase(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  const database = context.catalog.database(cursor.name())
  cursor.end()
  if (!session.access.seesDatabase(database.id)) session.access.require({ tag: 'database', database }, 'ANY')
  return textRows(['Database', 'Create Database'], [[database.name, `CREATE DATABASE \`${database.name}\``]])
}

/** `SHOW [FULL] COLUMNS FROM t [FROM db] [LIKE ...]`. */
export function showColumns(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  const isFull = cursor.tokens[1]?.word === 'FULL'
  if (!cursor.accept('FROM')) cursor.expect('IN')
  const table = shownTable(context, session, cursor)
  const rules = { likeColumn: 'Field' }
  if (!isFull) {
    const rows = table.columns.map((column) => fieldRow(table, column))
    return showFiltered(cursor, ['Field', 'Type', 'Null', 'Key', 'Default', 'Extra'], rows, rules)
  }
  const columns = ['Field', 'Type', 'Collation', 'Null', 'Key', 'Default', 'Extra', 'Privileges', 'Comment']
  const rows = table.columns.map((column) => [
    column.name,
    showType(column.type),
    column.type.tag === 'varchar' || column.type.tag === 'char' ? 'utf8_general_ci' : null,
    column.nullable ? 'YES' : 'NO',
    columnKey(table, column),
    column.default === undefined ? null : defaultText(column),
    column.autoIncrement ? 'auto_increment' : '',
    '',
    column.comment,
  ])
  return showFiltered(cursor, columns, rows, rules)
}

/** DESC: Field, Type, Null (YES/NO), Key (true/false), Default, Extra (reference/starrocks.md 6). */
export function describe(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  const table = shownTable(context, session, cursor)
  cursor.accept('ALL')
  cursor.end()
  const rows = table.columns.map((column) => {
    const row = fieldRow(table, column)
    row[3] = String(column.isKey)
    return row
  })
  return textRows(['Field', 'Type', 'Null', 'Key', 'Default', 'Extra'], rows)
}

function fieldRow(table: TableDef, column: TableDef['columns'][number]): (string | null)[] {
  return [
    column.name,
    showType(column.type),
    column.nullable ? 'YES' : 'NO',
    columnKey(table, column),
    column.default === undefined ? null : defaultText(column),
    column.autoIncrement ? 'auto_increment' : '',
  ]
}

/** `SHOW INDEX FROM t`: StarRocks lists secondary indexes only, never the primary key, and the stand-in has none. */
export function showIndex(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  if (!cursor.accept('FROM')) cursor.expect('IN')
  shownTable(context, session, cursor)
  const columns =
    'Table Non_unique Key_name Seq_in_index Column_name Collation Cardinality Sub_part Packed Null Index_type Comment'
  return showFiltered(cursor, columns.split(' '), [])
}

/** `SHOW PARTITIONS FROM t`: the stand-in keeps every table in one. */
export function showPartitions(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  if (!cursor.accept('FROM')) cursor.expect('IN')
  const table = shownTable(context, session, cursor)
  const row: Readonly<Record<string, string>> = {
    PartitionId: String(table.id),
    PartitionName: table.name,
    State: 'NORMAL',
    DistributionKey: table.distributedBy.join(', '),
    Buckets: String(table.buckets ?? 1),
    ReplicationNum: table.properties['replication_num'] ?? '',
    StorageMedium: 'HDD',
    IsInMemory: 'false',
  }
  const columns =
    'PartitionId PartitionName VisibleVersion VisibleVersionTime VisibleVersionHash State PartitionKey Range DistributionKey Buckets ReplicationNum StorageMedium CooldownTime LastConsistencyCheckTime DataSize IsInMemory RowCount'.split(
      ' ',
    )
  return showFiltered(cursor, columns, [columns.map((column) => row[column] ?? null)])
}
