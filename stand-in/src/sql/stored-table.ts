import { duckType } from '../catalog/column-type.ts'
import { storageName, type TableDef } from '../catalog/table-def.ts'
import { StandInError } from '../stand-in-error.ts'
import { quoteName } from '../storage/duck.ts'
import type { CreateTable } from './create-table.ts'
import type { Session } from './session.ts'
import type { SqlContext } from './sql-context.ts'
import { ok, type StatementResult } from './statement-result.ts'
import { checkCreateProperties, defaultProperties } from './table-properties.ts'

/** Makes a table that a statement describes; it takes CREATE TABLE on the database. */
export async function createTable(
  context: SqlContext,
  session: Session,
  statement: CreateTable,
): Promise<StatementResult> {
  const { catalog, clock } = context
  const { version } = context.options
  const { database, name } = statement.table
  session.access.require({ tag: 'database', database: catalog.database(database) }, 'CREATE TABLE')
  if (catalog.database(database).tables.has(name)) {
    if (statement.ifNotExists) return ok()
    throw new StandInError(`Table '${name}' already exists`, 1050, '42S01')
  }
  checkColumns(statement)
  checkDistribution(statement)
  checkPartition(statement)
  checkCreateProperties(statement.properties, version)
  const properties = { ...defaultProperties(version), ...statement.properties }
  checkReplication(context, Number(properties['replication_num']))
  const table: TableDef = {
    id: catalog.nextId(),
    database,
    name,
    model: statement.model,
    columns: statement.columns,
    keyNames: statement.keyNames,
    distributedBy: statement.distributedBy,
    buckets: statement.buckets,
    orderBy: statement.orderBy,
    partitionBy: statement.partitionBy,
    comment: statement.comment,
    properties,
    createdMs: clock.nowMs(),
    retiredNames: [],
  }
  await catalog.createTable(table, createStorageSql(table))
  return ok()
}

/** The DuckDB table behind a definition: no constraint and no index, loads judge the rows (reference/performance.md 6). */
export function createStorageSql(table: TableDef): string {
  const columns = table.columns.map((column) => `${quoteName(column.name)} ${duckType(column.type)}`)
  return `CREATE TABLE ${storageName(table.id)} (${columns.join(', ')})`
}

function checkColumns(statement: CreateTable): void {
  const seen = new Set<string>()
  for (const { name } of statement.columns) {
    if (seen.has(name.toLowerCase())) throw new StandInError(`Duplicate column name '${name}'`, 1060, '42S21')
    seen.add(name.toLowerCase())
  }
  for (const name of statement.orderBy ?? []) {
    if (!seen.has(name.toLowerCase())) throw new StandInError(`Sort key column(${name}) doesn't exist.`, 1064, '42000')
  }
}

/** A primary key must include all bucket columns and be distributed by hash (3). */
function checkDistribution(statement: CreateTable): void {
  const keys = new Set(statement.keyNames.map((name) => name.toLowerCase()))
  const columns = new Set(statement.columns.map(({ name }) => name.toLowerCase()))
  for (const name of statement.distributedBy) {
    if (!columns.has(name.toLowerCase())) {
      throw new StandInError(`Distribution column(${name}) doesn't exist`, 1064, '42000')
    }
    if (statement.model === 'primary' && !keys.has(name.toLowerCase())) {
      throw new StandInError(`Distribution column[${name}] is not key column`, 1064, '42000')
    }
  }
  if (statement.model !== 'duplicate' && statement.distributedBy.length === 0 && statement.buckets !== undefined) {
    throw new StandInError(`${statement.model.toUpperCase()} KEYS must use hash distribution`, 1064, '42000')
  }
}

/** Columns of RANGE, LIST or an expression; a primary key must include all of them (3). */
function checkPartition({ partitionBy, columns, keyNames, model }: CreateTable): void {
  if (partitionBy === undefined) return
  const head = /^(?:RANGE|LIST)\s*\(([^)]*)\)/i.exec(partitionBy)?.[1] ?? partitionBy
  const words = new Set(head.match(/\w+/g)?.map((word) => word.toLowerCase()))
  const used = columns.filter(({ name }) => words.has(name.toLowerCase()))
  if (used.length === 0) throw new StandInError(`Partition column[${head.trim()}] does not exist in column list.`)
  if (model === 'duplicate') return
  const keys = new Set(keyNames.map((name) => name.toLowerCase()))
  if (used.every(({ name }) => keys.has(name.toLowerCase()))) return
  throw new StandInError(
    "The partition column could not be aggregated column and unique table's partition column must be key column",
  )
}

function checkReplication(context: SqlContext, replicas: number): void {
  const { backends } = context.options
  if (!Number.isInteger(replicas) || replicas < 1) throw new StandInError('Replication num should larger than 0')
  if (replicas <= backends) return
  const alive = Array.from({ length: backends }, (_, index) => 10001 + index).join(', ')
  throw new StandInError(
    `Table replication num should be less than or equal to the number of available BE nodes. You can change this default by setting the replication_num table properties. Current alive backend is [${alive}].`,
  )
}
