import type { Grant } from '../access/privilege.ts'
import { identityOf } from '../access/principal.ts'
import { quoteName, quoteText } from '../storage/duck.ts'
import { emptyInformationTables, storedInformationTables, storedStatisticsTables } from './information-tables.ts'
import type { Session } from './session.ts'
import type { SqlContext } from './sql-context.ts'
import { shownVariables } from './system-variables.ts'
import type { TableName } from './token-cursor.ts'

type Source = (context: SqlContext, session: Session) => string

/** Rows that are there only when asked for. */
const computed: Readonly<Record<string, Source>> = {
  session_variables: (_context, session) => variables(session.variables),
  global_variables: ({ system }) => variables(system.snapshot()),
  character_sets: () =>
    values(
      ['CHARACTER_SET_NAME', 'DEFAULT_COLLATE_NAME', 'DESCRIPTION', 'MAXLEN'],
      [['utf8', 'utf8_general_ci', 'UTF-8 Unicode', 3]],
    ),
  collations: () =>
    values(
      ['COLLATION_NAME', 'CHARACTER_SET_NAME', 'ID', 'IS_DEFAULT', 'IS_COMPILED', 'SORTLEN'],
      [['utf8_general_ci', 'utf8', 33, 'Yes', 'Yes', 1]],
    ),
  engines: () =>
    values(
      ['ENGINE', 'SUPPORT', 'COMMENT', 'TRANSACTIONS', 'XA', 'SAVEPOINTS'],
      [['OLAP', 'YES', 'Default storage engine of StarRocks', 'NO', 'NO', 'NO']],
    ),
  user_privileges: (context, session) => privileges(context, session, 'user'),
  schema_privileges: (context, session) => privileges(context, session, 'schema'),
  table_privileges: (context, session) => privileges(context, session, 'table'),
}

/** The tables of a database that every StarRocks has, by name; undefined for any other database. */
export function systemTables(database: string): readonly string[] | undefined {
  switch (database.toLowerCase()) {
    case 'information_schema':
      return [computed, storedInformationTables, emptyInformationTables].flatMap(Object.keys).sort()
    case '_statistics_':
      return Object.keys(storedStatisticsTables)
    case 'sys':
      return []
    default:
      return undefined
  }
}

/**
 * What DuckDB reads for a table of information_schema or `_statistics_`: only what the session may see
 * (reference/starrocks.md 6). Undefined when there is none of that name.
 */
export function systemTable(context: SqlContext, session: Session, { database, name }: TableName): string | undefined {
  const isInformation = database.toLowerCase() === 'information_schema'
  const [wanted, all] = [name.toLowerCase(), isInformation ? storedInformationTables : storedStatisticsTables]
  const stored = all[wanted]
  if (stored !== undefined) return visible(context, session, stored)
  if (!isInformation) return undefined
  const source = computed[wanted]
  if (source !== undefined) return `(${source(context, session)})`
  const columns = emptyInformationTables[wanted]
  return columns === undefined ? undefined : `(${empty(columns)})`
}

function visible(
  { catalog }: SqlContext,
  { access }: Session,
  { sql, database, table }: (typeof storedInformationTables)[string],
): string {
  const hidden: string[] = []
  for (const found of catalog.databases.values()) {
    if (!access.seesDatabase(found.id)) {
      hidden.push(`${quoteName(database)} = ${quoteText(found.name)}`)
      continue
    }
    if (table === undefined) continue
    for (const one of found.tables.values()) {
      if (access.allows({ tag: 'table', database: found, table: one }, 'ANY')) continue
      hidden.push(
        `(${quoteName(database)} = ${quoteText(found.name)} AND ${quoteName(table)} = ${quoteText(one.name)})`,
      )
    }
  }
  return hidden.length === 0 ? sql : `(SELECT * FROM ${sql} WHERE NOT (${hidden.join(' OR ')}))`
}

const variables = (all: ReadonlyMap<string, string>): string =>
  values(['VARIABLE_NAME', 'VARIABLE_VALUE'], shownVariables(all))

function values(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  if (rows.length === 0) return empty(columns.map((column) => `${column} VARCHAR`).join(', '))
  const literals = rows.map(
    (row) => `(${row.map((value) => (typeof value === 'number' ? `${value}::BIGINT` : quoteText(value))).join(', ')})`,
  )
  return `SELECT * FROM (VALUES ${literals.join(', ')}) one(${columns.map(quoteName).join(', ')})`
}

/** No rows of `NAME TYPE, ...`. */
function empty(columns: string): string {
  const list = columns.split(', ').map((column) => {
    const [name = '', type = 'VARCHAR'] = column.split(' ')
    return `CAST(NULL AS ${type}) AS ${quoteName(name)}`
  })
  return `SELECT ${list.join(', ')} WHERE false`
}

/** What a user was granted itself; an administrator of users sees everybody's. */
function privileges(context: SqlContext, session: Session, kind: 'user' | 'schema' | 'table'): string {
  const isAll = session.access.allows({ tag: 'system' }, 'GRANT')
  const users = isAll ? [...context.accounts.users.values()] : [session.access.user]
  const rows = users.flatMap((user) =>
    user.grants.flatMap((grant) => {
      const where = place(context, grant, kind)
      if (where === undefined) return []
      return [[identityOf(user), 'def', ...where, grant.privilege, grant.withGrantOption ? 'YES' : 'NO']]
    }),
  )
  const columns = { user: [], schema: ['TABLE_SCHEMA'], table: ['TABLE_SCHEMA', 'TABLE_NAME'] }[kind]
  return values(['GRANTEE', 'TABLE_CATALOG', ...columns, 'PRIVILEGE_TYPE', 'IS_GRANTABLE'], rows)
}

function place({ catalog }: SqlContext, { object }: Grant, kind: 'user' | 'schema' | 'table'): string[] | undefined {
  const nameOf = (id: number | '*'): string => (id === '*' ? '*' : (catalog.databaseById(id)?.name ?? ''))
  if (kind === 'user') return object.tag === 'system' || object.tag === 'catalog' ? [] : undefined
  if (kind === 'schema') return object.tag === 'database' ? [nameOf(object.databaseId)] : undefined
  if (object.tag !== 'table') return undefined
  const table = object.tableId === '*' ? '*' : (catalog.tableById(object.tableId)?.name ?? '')
  return [nameOf(object.databaseId), table]
}
