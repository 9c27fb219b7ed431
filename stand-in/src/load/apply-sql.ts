import { duckType } from '../catalog/column-type.ts'
import { type ColumnDef, replacesByKey, storageName, type TableDef } from '../catalog/table-def.ts'
import { quoteName, quoteText } from '../storage/duck.ts'
import type { RowBatch } from './row-batch.ts'
import type { ColumnWriter } from './values/column-writer.ts'

/** Rows of a load that stand in a DuckDB table with `__op` and `__seq` after the written columns. */
export interface StagedRows {
  /** Qualified name of the DuckDB table. */
  readonly stageTable: string
  /** Written columns, in the stage's order. */
  readonly columnNames: readonly string[]
  readonly mergeCondition?: string | undefined
  /** Whether two staged rows have one key, so that only the last may be taken. */
  readonly hasDuplicates: boolean
}

const names = (columns: readonly string[], prefix = ''): string =>
  columns.map((name) => prefix + quoteName(name)).join(', ')

const sameKeys = (table: TableDef, left: string, right: string): string =>
  table.keyNames.map((name) => `${left}.${quoteName(name)} = ${right}.${quoteName(name)}`).join(' AND ')

/**
 * The statements that bring staged rows into their table: delete every key that is named, insert the last row of each
 * (the rows of one load in order, reference/starrocks.md 3). Without an index this is the fastest way
 * (reference/performance.md 6).
 */
export function applyStagedSql(table: TableDef, staged: StagedRows): string {
  const target = storageName(table.id)
  const columns = names(staged.columnNames)
  if (!replacesByKey(table))
    return `INSERT INTO ${target} (${columns}) SELECT ${columns} FROM ${staged.stageTable} WHERE __op = 0`
  const last = staged.hasDuplicates
    ? `(SELECT * FROM ${staged.stageTable} WHERE __seq IN (SELECT max(__seq) FROM ${staged.stageTable} GROUP BY ${names(table.keyNames)}))`
    : staged.stageTable
  const missing = table.columns.filter((column) => !staged.columnNames.some((name) => sameName(name, column.name)))
  const deletion = `DELETE FROM ${target} t USING ${staged.stageTable} s WHERE ${sameKeys(table, 't', 's')}`
  const condition = staged.mergeCondition === undefined ? '' : mergeSql(table, staged, staged.mergeCondition)
  if (missing.length === 0) {
    return `${condition}${deletion}; INSERT INTO ${target} (${columns}) SELECT ${columns} FROM ${last} WHERE __op = 0`
  }
  return `${condition}CREATE OR REPLACE TEMP TABLE merged_rows AS SELECT ${names(staged.columnNames, 's.')},
    ${missing.map((column) => `CASE WHEN ${presence(table)} THEN t.${quoteName(column.name)} ELSE ${defaultSql(column)} END AS ${quoteName(column.name)}`).join(', ')}
    FROM ${last} s LEFT JOIN ${target} t ON ${sameKeys(table, 't', 's')} WHERE s.__op = 0;
    ${deletion}; INSERT INTO ${target} BY NAME SELECT * FROM merged_rows; DROP TABLE merged_rows`
}

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()
const presence = (table: TableDef): string => `t.${quoteName(table.keyNames[0] ?? '')} IS NOT NULL`

/** merge_condition: an upsert whose value is smaller than the stored one is dropped; deletes are not conditional (3). */
function mergeSql(table: TableDef, staged: StagedRows, column: string): string {
  return `DELETE FROM ${staged.stageTable} s USING ${storageName(table.id)} t WHERE ${sameKeys(table, 't', 's')}
    AND s.__op = 0 AND s.${quoteName(column)} < t.${quoteName(column)}; `
}

/** A column's default as a DuckDB expression. */
export function defaultSql(column: ColumnDef): string {
  if (column.default === undefined) return `NULL::${duckType(column.type)}`
  switch (column.default.tag) {
    case 'literal':
      return `CAST(${quoteText(column.default.text)} AS ${duckType(column.type)})`
    case 'now':
      return 'current_timestamp::TIMESTAMP'
    case 'function':
      return 'CAST(uuid() AS VARCHAR)'
  }
}

/** The key columns' writers of a batch, in key order. */
function keyWriters(table: TableDef, columnNames: readonly string[], batch: RowBatch): ColumnWriter[] {
  return table.keyNames.flatMap((key) => {
    const writer = batch.writers[columnNames.findIndex((name) => sameName(name, key))]
    return writer === undefined ? [] : [writer]
  })
}

/**
 * A small batch without staging: the keys are deleted by their literals, then the rows left in the batch are appended
 * to the table itself. Compacts the batch to the last upsert of each key.
 *
 * @returns the deletion, or an empty text when there is none.
 */
export function applySmallBatch(table: TableDef, columnNames: readonly string[], batch: RowBatch): string {
  const kept: number[] = []
  if (!replacesByKey(table)) {
    for (let row = 0; row < batch.rows; row++) if (batch.deletes[row] === 0) kept.push(row)
    batch.compact(kept)
    return ''
  }
  const writers = keyWriters(table, columnNames, batch)
  const lastRows = new Map<string, number>()
  for (let row = 0; row < batch.rows; row++) {
    lastRows.set(writers.map((writer) => writer.literal(row)).join(', '), row)
  }
  const rows = [...lastRows.values()].sort((a, b) => a - b)
  batch.compact(rows.filter((row) => batch.deletes[row] === 0))
  if (lastRows.size === 0) return ''
  const keys = [...lastRows.keys()].map((literals) => `(${literals})`).join(', ')
  const target = storageName(table.id)
  if (table.keyNames.length === 1) return `DELETE FROM ${target} WHERE ${names(table.keyNames)} IN (${keys})`
  const keyColumns = table.keyNames.map((_name, index) => `k${index}`)
  const equal = table.keyNames.map((name, index) => `t.${quoteName(name)} = k.k${index}`).join(' AND ')
  return `DELETE FROM ${target} t USING (VALUES ${keys}) k(${keyColumns.join(', ')}) WHERE ${equal}`
}
