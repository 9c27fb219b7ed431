import { showTime } from '../clock.ts'
import type { TableDef } from '../catalog/table-def.ts'
import { showAuthentication, showGrants, showRoles, showUsers } from './show-accounts.ts'
import { showCluster } from './show-cluster.ts'
import { showColumns, showCreate, showCreateDatabase, showIndex, showPartitions } from './show-columns.ts'
import { systemTables } from './information-schema.ts'
import { showFiltered } from './show-filter.ts'
import { fromDatabase, showAlter, showLoad, showNoAlter, showTransaction } from './show-jobs.ts'
import type { Session } from './session.ts'
import type { SqlContext } from './sql-context.ts'
import type { StatementResult } from './statement-result.ts'
import { shownVariables } from './system-variables.ts'
import type { TokenCursor } from './token-cursor.ts'

type Show = (context: SqlContext, session: Session, cursor: TokenCursor) => StatementResult

/** What StarRocks knows and the stand-in has none of, so that it is empty in both. */
const nothing =
  (columns: string, likeColumn?: string): Show =>
  (_context, session, cursor) => {
    if (cursor.sees('FROM') || cursor.sees('IN')) fromDatabase(session, cursor)
    return showFiltered(cursor, columns.split(' '), [], { likeColumn })
  }

const routines =
  'Db Name Type Definer Modified Created Security_type Comment character_set_client collation_connection Database_Collation'

/** What can be shown, by the words after SHOW [FULL]. */
const shows: readonly (readonly [words: readonly string[], show: Show])[] = [
  [['DATABASES'], showDatabases],
  [['SCHEMAS'], showDatabases],
  [['TABLES'], showTables],
  [['TABLE', 'STATUS'], showTableStatus],
  [['CREATE', 'TABLE'], showCreate],
  [['CREATE', 'DATABASE'], showCreateDatabase],
  [['CREATE', 'SCHEMA'], showCreateDatabase],
  [['COLUMNS'], showColumns],
  [['FIELDS'], showColumns],
  [['INDEX'], showIndex],
  [['INDEXES'], showIndex],
  [['KEY'], showIndex],
  [['KEYS'], showIndex],
  [['PARTITIONS'], showPartitions],
  [['ALTER', 'TABLE', 'COLUMN'], showAlter],
  [['ALTER', 'TABLE', 'ROLLUP'], showNoAlter],
  [['ALTER', 'TABLE', 'OPTIMIZE'], showNoAlter],
  [['GLOBAL', 'VARIABLES'], ({ system }, _session, cursor) => showVariables(system.snapshot(), cursor)],
  [['SESSION', 'VARIABLES'], (_context, session, cursor) => showVariables(session.variables, cursor)],
  [['VARIABLES'], (_context, session, cursor) => showVariables(session.variables, cursor)],
  [['GLOBAL', 'STATUS'], nothing('Variable_name Value', 'Variable_name')],
  [['SESSION', 'STATUS'], nothing('Variable_name Value', 'Variable_name')],
  [['STATUS'], nothing('Variable_name Value', 'Variable_name')],
  [['LOAD'], showLoad],
  [['TRANSACTION'], showTransaction],
  [['GRANTS'], showGrants],
  [['USERS'], showUsers],
  [['ROLES'], showRoles],
  [['AUTHENTICATION'], showAuthentication],
  [['PROCESSLIST'], showProcesses],
  [['PROCEDURE', 'STATUS'], nothing(routines, 'Name')],
  [['FUNCTION', 'STATUS'], nothing(routines, 'Name')],
  [['FUNCTIONS'], nothing('Signature Return_Type Function_Type Intermediate_Type Properties', 'Signature')],
  [
    ['TRIGGERS'],
    nothing(
      'Trigger Event Table Statement Timing Created sql_mode Definer character_set_client collation_connection',
      'Table',
    ),
  ],
  [
    ['EVENTS'],
    nothing('Db Name Definer Time Type Execute_at Interval_value Interval_field Status Ends Originator', 'Name'),
  ],
  [
    ['MATERIALIZED', 'VIEWS'],
    nothing('id database_name name refresh_type is_active inactive_reason partition_type rows text', 'name'),
  ],
  [['PLUGINS'], nothing('Name Type Description Version JavaVersion ClassName SoName Sources Status Properties')],
]

/** SHOW ... (reference/starrocks.md 5, 6). The word SHOW has been read. */
export function runShow(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  cursor.accept('FULL')
  const found = shows.find(([words]) => cursor.accept(...words))
  const result = found === undefined ? showCluster(context, session, cursor) : found[1](context, session, cursor)
  if (result === undefined) throw cursor.unexpected()
  return result
}

function showDatabases(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  const own = [...context.catalog.databases.values()].filter(({ id }) => session.access.seesDatabase(id))
  const names = [...own.map(({ name }) => name), '_statistics_', 'information_schema', 'sys'].sort()
  const rows = names.map((name) => [name])
  return showFiltered(cursor, ['Database'], rows, { likeColumn: 'Database' })
}

/** The tables of a database that the session may do something with, by name. */
function visibleTables(context: SqlContext, session: Session, name: string): TableDef[] {
  const database = context.catalog.database(name)
  return [...database.tables.values()]
    .filter((table) => session.access.allows({ tag: 'table', database, table }, 'ANY'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

function showTables(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  const isFull = cursor.tokens[1]?.word === 'FULL'
  const database = fromDatabase(session, cursor)
  const likeColumn = `Tables_in_${database}`
  const own = systemTables(database)
  const names = own ?? visibleTables(context, session, database).map(({ name }) => name)
  const type = own === undefined ? 'BASE TABLE' : 'SYSTEM VIEW'
  const rows = names.map((name) => (isFull ? [name, type] : [name]))
  return showFiltered(cursor, isFull ? [likeColumn, 'Table_type'] : [likeColumn], rows, { likeColumn })
}

function showVariables(values: ReadonlyMap<string, string>, cursor: TokenCursor): StatementResult {
  return showFiltered(cursor, ['Variable_name', 'Value'], shownVariables(values), { likeColumn: 'Variable_name' })
}

const statusColumns =
  'Name Engine Version Row_format Rows Avg_row_length Data_length Max_data_length Index_length Data_free Auto_increment Create_time Update_time Check_time Collation Checksum Create_options Comment'.split(
    ' ',
  )

function showTableStatus(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  const rows = visibleTables(context, session, fromDatabase(session, cursor)).map((table) => {
    const row: Readonly<Record<string, string | null>> = {
      Name: table.name,
      Engine: 'StarRocks',
      Create_time: showTime(table.createdMs),
      Collation: 'utf8_general_ci',
      Comment: table.comment,
    }
    return statusColumns.map((column) => row[column] ?? null)
  })
  return showFiltered(cursor, statusColumns, rows, { likeColumn: 'Name' })
}

/** Everybody's connections with OPERATE, else one's own. */
function showProcesses(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  const isAll = session.access.allows({ tag: 'system' }, 'OPERATE')
  const nowMs = context.clock.nowMs()
  const rows = context.sessions.all
    .filter((one) => isAll || one.session.user === session.user)
    .map(({ session: one, host, beganMs }) => [
      String(one.id),
      one.user,
      host,
      one.database ?? null,
      one.running === undefined ? 'Sleep' : 'Query',
      showTime(beganMs),
      String(Math.floor((nowMs - one.sinceMs) / 1000)),
      'OK',
      one.running ?? null,
      'false',
    ])
  const columns = ['Id', 'User', 'Host', 'Db', 'Command', 'ConnectionStartTime', 'Time', 'State', 'Info', 'IsPending']
  return showFiltered(cursor, columns, rows)
}
