import type { ChunkRange } from '../../../core/source.ts'
import type { TableSchema } from '../../../core/table-schema.ts'
import { quoteIdentifier, quoteQualified } from '../catalog/quote.ts'
import { compareKey, keyColumns, keyLiterals, operatorFor } from './key-sql.ts'

/** The table as FROM and LOCK name it: a plain table without its inheritance children, a partitioned one with its partitions. */
export function tableReference(table: TableSchema): string {
  return `${table.kind === 'partitioned' ? '' : 'ONLY '}${quoteQualified(table.schema, table.name)}`
}

/** COPY of the rows of one range: the published columns, in their order, as text. */
export function copyRangeSql(table: TableSchema, range: ChunkRange): string {
  const condition = range.tag === 'ctid' ? ctidCondition(range) : keyCondition(table, range)
  const where = condition === '' ? '' : ` WHERE ${condition}`
  return `COPY (SELECT ${columnList(table)} FROM ${tableReference(table)} AS t${where}) TO STDOUT`
}

/**
 * COPY of the rows that have one of these keys, texts per key column. The keys are a list of values joined to the table,
 * so that the planner knows their number and looks each one up in the key's index.
 *
 * @throws {RangeError} when a key has another number of columns than the table's key.
 */
export function copyKeysSql(table: TableSchema, keys: readonly (readonly string[])[]): string {
  const columns = keyColumns(table)
  const names = columns.map((_, index) => `k${index}`)
  const rows = keys.map((key) => `(${keyLiterals(columns, key).join(', ')})`)
  const matches = columns.map(({ name, type }, index) => `t.${name} ${operatorFor(type, '=')} k.${names[index]}`)
  return (
    `COPY (SELECT ${columnList(table)} FROM (VALUES ${rows.join(', ')}) AS k(${names.join(', ')})` +
    ` JOIN ${tableReference(table)} AS t ON ${matches.join(' AND ')}) TO STDOUT`
  )
}

function columnList(table: TableSchema): string {
  return table.columns.map((column) => `t.${quoteIdentifier(column.name)}`).join(', ')
}

/** Offsets of a heap block count from 1, so `(n,0)` stands before all of block n. */
function ctidCondition(range: Extract<ChunkRange, { tag: 'ctid' }>): string {
  const from = range.fromBlock > 0 ? [`t.ctid >= '(${range.fromBlock},0)'`] : []
  const to = range.toBlock === null ? [] : [`t.ctid < '(${range.toBlock},0)'`]
  return [...from, ...to].join(' AND ')
}

function keyCondition(table: TableSchema, range: Extract<ChunkRange, { tag: 'key' }>): string {
  const columns = keyColumns(table)
  const after = range.after === null ? [] : [compareKey(columns, '>', range.after)]
  const upTo = range.upTo === null ? [] : [compareKey(columns, '<=', range.upTo)]
  return [...after, ...upTo].join(' AND ')
}
