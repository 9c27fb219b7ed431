import { showTime } from '../clock.ts'
import { columnKey, defaultText } from '../catalog/information-rows.ts'
import { showType } from '../catalog/column-type.ts'
import type { TableDef } from '../catalog/table-def.ts'
import { StandInError } from '../stand-in-error.ts'
import type { Session } from './session.ts'
import { likeFilter } from './like-filter.ts'
import { showCreateTable } from './show-create.ts'
import { showCluster } from './show-cluster.ts'
import type { SqlContext } from './sql-context.ts'
import { type StatementResult, textRows } from './statement-result.ts'
import type { TokenCursor } from './token-cursor.ts'

type Show = (context: SqlContext, session: Session, cursor: TokenCursor) => StatementResult

/** What can be shown, by the words after SHOW [FULL]. */
const shows: readonly (readonly [words: readonly string[], show: Show])[] = [
  [['DATABASES'], (context, _session, cursor) => showDatabases(context, cursor)],
  [['SCHEMAS'], (context, _session, cursor) => showDatabases(context, cursor)],
  [['TABLES'], (...all) => showTables(...all)],
  [['CREATE', 'TABLE'], (...all) => showCreate(...all)],
  [['COLUMNS'], (...all) => showColumns(...all)],
  [['FIELDS'], (...all) => showColumns(...all)],
  [['ALTER', 'TABLE', 'COLUMN'], (...all) => showAlter(...all)],
  [['GLOBAL', 'VARIABLES'], (_context, session, cursor) => showVariables(session, cursor)],
  [['SESSION', 'VARIABLES'], (_context, session, cursor) => showVariables(session, cursor)],
  [['VARIABLES'], (_context, session, cursor) => showVariables(session, cursor)],
  [['TABLE', 'STATUS'], (...all) => showTableStatus(...all)],
  [['LOAD'], (...all) => showLoad(...all)],
]

/** SHOW ... (reference/starrocks.md 5, 6). The word SHOW has been read. */
export function runShow(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  cursor.accept('FULL')
  const found = shows.find(([words]) => cursor.accept(...words))
  const result = found === undefined ? showCluster(context, session, cursor) : found[1](context, session, cursor)
  if (result === undefined) throw cursor.unexpected()
  return result
}

function fromDatabase(session: Session, cursor: TokenCursor): string {
  const named = cursor.accept('FROM') || cursor.accept('IN') ? cursor.name() : session.database
  if (named === undefined) throw new StandInError('No database selected', 1046, '3D000')
  return named
}

function showDatabases(context: SqlContext, cursor: TokenCursor): StatementResult {
  const keep = likeFilter(cursor)
  const names = [...context.catalog.databases.keys(), '_statistics_', 'information_schema', 'sys'].sort()
  return textRows(
    ['Database'],
    names.filter(keep).map((name) => [name]),
  )
}

function showTables(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  const isFull = cursor.tokens[1]?.word === 'FULL'
  const database = fromDatabase(session, cursor)
  const keep = likeFilter(cursor)
  const names = [...context.catalog.database(database).tables.keys()].sort().filter(keep)
  const title = `Tables_in_${database}`
  if (isFull)
    return textRows(
      [title, 'Table_type'],
      names.map((name) => [name, 'BASE TABLE']),
    )
  return textRows(
    [title],
    names.map((name) => [name]),
  )
}

function showCreate(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  const { database, name } = cursor.tableName(session.database)
  cursor.end()
  return textRows(['Table', 'Create Table'], [[name, showCreateTable(context.catalog.table(database, name))]])
}

function showColumns(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  const isFull = cursor.tokens[1]?.word === 'FULL'
  if (!cursor.accept('FROM')) cursor.expect('IN')
  let { database, name } = cursor.tableName(session.database ?? '')
  if (cursor.accept('FROM') || cursor.accept('IN')) database = cursor.name()
  const keep = likeFilter(cursor)
  const table = context.catalog.table(database, name)
  const columns = table.columns.filter((column) => keep(column.name))
  if (!isFull)
    return textRows(
      ['Field', 'Type', 'Null', 'Key', 'Default', 'Extra'],
      columns.map((column) => fieldRow(table, column)),
    )
  return textRows(
    ['Field', 'Type', 'Collation', 'Null', 'Key', 'Default', 'Extra', 'Privileges', 'Comment'],
    columns.map((column) => [
      column.name,
      showType(column.type),
      column.type.tag === 'varchar' || column.type.tag === 'char' ? 'utf8_general_ci' : null,
      column.nullable ? 'YES' : 'NO',
      columnKey(table, column),
      column.default === undefined ? null : defaultText(column),
      column.autoIncrement ? 'auto_increment' : '',
      '',
      column.comment,
    ]),
  )
}

/** DESC: Field, Type, Null (YES/NO), Key (true/false), Default, Extra (6). */
export function describe(table: TableDef): StatementResult {
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

const alterColumns = [
  'JobId',
  'TableName',
  'CreateTime',
  'FinishTime',
  'IndexName',
  'IndexId',
  'OriginIndexId',
  'SchemaVersion',
  'TransactionId',
  'State',
  'Msg',
  'Progress',
  'Timeout',
]

/** `SHOW ALTER TABLE COLUMN [FROM db] [WHERE TableName = 't'] [ORDER BY CreateTime [DESC]] [LIMIT n]` (5). */
function showAlter(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  const database = fromDatabase(session, cursor)
  let jobs = context.alterJobs.all.filter((job) => job.database === database)
  if (cursor.accept('WHERE')) {
    do {
      const column = cursor.name().toLowerCase()
      cursor.expect('=')
      const wanted = cursor.string()
      if (column === 'tablename') jobs = jobs.filter((job) => job.tableName === wanted)
      else if (column === 'state') jobs = jobs.filter((job) => job.state === wanted)
      else throw new StandInError(`The columns of TableName/CreateTime/FinishTime/State are supported.`)
    } while (cursor.accept('AND'))
  }
  if (cursor.accept('ORDER', 'BY')) {
    cursor.name()
    if (cursor.accept('DESC')) jobs = jobs.toReversed()
    else cursor.accept('ASC')
  }
  if (cursor.accept('LIMIT')) jobs = jobs.slice(0, cursor.whole())
  cursor.end()
  const rows = jobs.map((job) => [
    String(job.id),
    job.tableName,
    showTime(job.createMs),
    showTime(job.finishMs),
    job.tableName,
    String(job.tableId),
    String(job.tableId),
    '1:0',
    String(job.txnId),
    job.state,
    job.message,
    job.state === 'RUNNING' ? '0/1' : null,
    '86400',
  ])
  return textRows(alterColumns, rows)
}

function showVariables(session: Session, cursor: TokenCursor): StatementResult {
  let keep = likeFilter(cursor)
  if (cursor.accept('WHERE')) {
    const names = new Set(
      cursor.tokens.filter((token) => token.tag === 'string').map((token) => token.text.toLowerCase()),
    )
    keep = (name) => names.has(name.toLowerCase())
  }
  return textRows(
    ['Variable_name', 'Value'],
    session.allVariables().filter(([name]) => keep(name)),
  )
}

function showTableStatus(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  const database = fromDatabase(session, cursor)
  const keep = likeFilter(cursor)
  const columns = [
    'Name',
    'Engine',
    'Version',
    'Row_format',
    'Rows',
    'Avg_row_length',
    'Data_length',
    'Max_data_length',
    'Index_length',
    'Data_free',
    'Auto_increment',
    'Create_time',
    'Update_time',
    'Check_time',
    'Collation',
    'Checksum',
    'Create_options',
    'Comment',
  ]
  const tables = [...context.catalog.database(database).tables.values()].filter((table) => keep(table.name))
  return textRows(
    columns,
    tables.map((table) =>
      columns.map((column) => {
        if (column === 'Name') return table.name
        if (column === 'Engine') return 'StarRocks'
        if (column === 'Create_time') return showTime(table.createdMs)
        return column === 'Comment' ? table.comment : null
      }),
    ),
  )
}

/** Finished and running transactions of a database, newest last. */
function showLoad(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  const database = fromDatabase(session, cursor)
  const { labels } = context.transactions
  const txns = [...labels.finished(database), ...[...labels.open].filter((txn) => txn.database === database)]
  return textRows(
    [
      'JobId',
      'Label',
      'State',
      'Progress',
      'Type',
      'EtlInfo',
      'TaskInfo',
      'ErrorMsg',
      'CreateTime',
      'LoadFinishTime',
      'TrackingSQL',
      'JobDetails',
    ],
    txns.map((txn) => [
      String(txn.id),
      txn.label,
      txn.status === 'VISIBLE' ? 'FINISHED' : txn.status,
      'N/A',
      'STREAM_LOAD',
      null,
      null,
      txn.reason === '' ? null : txn.reason,
      showTime(txn.beginMs),
      showTime(txn.finishMs),
      null,
      null,
    ]),
  )
}
