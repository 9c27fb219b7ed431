import type { Finding } from '../../../core/finding.ts'
import { asSyncError } from '../../../core/sync-error.ts'
import type { TableRoute } from '../../../core/table-route.ts'
import type { TableSchema } from '../../../core/table-schema.ts'
import { compileTable, type TypedTable } from '../compile-table.ts'
import type { ServerFeatures } from '../compiled-table.ts'
import { lossyColumns, type LossyColumn } from '../lossy-columns.ts'
import { MAX_KEY_BYTES } from '../type-rules/column-codec.ts'

/**
 * What becomes of a table's columns in the target, before anything is copied: an error when the table cannot be there at
 * all, a warning for each rule that loses something, and what else is worth knowing. Pure.
 */
export function checkTypes(schema: TableSchema, route: TableRoute, features: ServerFeatures): readonly Finding[] {
  try {
    const compiled = compileTable(schema, route, features)
    return [
      ...losses(schema, compiled),
      ...refusals(schema, compiled),
      ...keySize(schema, compiled),
      ...renamed(schema, compiled),
      ...unknownColumns(schema, route),
    ]
  } catch (error) {
    const { code, message, remedy } = asSyncError(error)
    return [{ level: 'error', code, what: message, why: 'The table is not copied.', remedy, table: schema.id }]
  }
}

const listed = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ')

function grouped(
  columns: readonly LossyColumn[],
  textOf: (column: LossyColumn) => string | null,
): readonly (readonly [text: string, columns: readonly LossyColumn[]])[] {
  const groups = Map.groupBy(columns, (column) => textOf(column) ?? '')
  groups.delete('')
  return [...groups]
}

const losses = (schema: TableSchema, compiled: TypedTable): readonly Finding[] =>
  grouped(lossyColumns(compiled), (column) => column.loses).map(([loses, columns]) => ({
    level: 'warning',
    code: 'TYPE_LOSSY',
    what: `${schema.id}: not everything in ${listed(columns.map(({ column }) => column))} survives (rule ${columns[0]?.rule}): ${loses}.`,
    why: 'Different values of the source may look alike in the target.',
    remedy: 'If that matters, choose another rule under column_types: docs/types.md has them all.',
    table: schema.id,
  }))

const refusals = (schema: TableSchema, compiled: TypedTable): readonly Finding[] =>
  grouped(lossyColumns(compiled), (column) => column.refuses).map(([refuses, columns]) => ({
    level: 'info',
    code: 'TYPE_REFUSES',
    what: `${schema.id}: ${listed(columns.map(({ column }) => column))} cannot hold ${refuses}.`,
    why: 'A row with such a value is treated as sync.on_bad_row says; it is never changed to fit.',
    remedy:
      'If the source has such values, set column_types of that column to text, or to the rule that ends in _or_null.',
    table: schema.id,
  }))

const bytesOf = (type: string): number => Number(/^VARCHAR\((\d+)\)$/u.exec(type)?.[1] ?? 16)

function keySize(schema: TableSchema, compiled: TypedTable): readonly Finding[] {
  const key = compiled.plan.columns.slice(0, compiled.plan.keyCount)
  const texts = key.filter(({ codec }) => codec.keySize === 'text')
  const most = key.reduce((sum, { codec }) => sum + bytesOf(codec.targetType), 2 * (key.length - 1))
  if (most < MAX_KEY_BYTES || texts.length === 0) return []
  return [
    {
      level: 'info',
      code: 'TYPE_KEY_SIZE',
      what: `${schema.id}: with ${listed(texts.map(({ sourceName }) => sourceName))} a key can have more than ${MAX_KEY_BYTES} bytes.`,
      why: 'StarRocks takes no larger primary key: a row with one is treated as sync.on_bad_row says.',
      remedy: `See how long they are: SELECT max(octet_length("${texts[0]?.sourceName}"::text)) FROM ${schema.id};`,
      table: schema.id,
    },
  ]
}

function renamed(schema: TableSchema, compiled: TypedTable): readonly Finding[] {
  const changed = compiled.plan.columns.filter((column) => column.name !== column.sourceName)
  if (changed.length === 0) return []
  const names = changed.map((column) => `"${column.sourceName}" is ${column.name}`).join(', ')
  return [
    {
      level: 'info',
      code: 'TYPE_RENAMED',
      what: `${schema.id}: in the target ${names}.`,
      why: 'StarRocks takes letters, digits and underscores in the names of columns, and keeps __op and __row for itself.',
      remedy: 'Nothing to do.',
      table: schema.id,
    },
  ]
}

function unknownColumns(schema: TableSchema, route: TableRoute): readonly Finding[] {
  const known = new Set(schema.columns.map((column) => column.name))
  const unknown = [...route.excludeColumns, ...Object.keys(route.columnTypes)].filter((name) => !known.has(name))
  if (unknown.length === 0) return []
  return [
    {
      level: 'info',
      code: 'TYPE_UNKNOWN_COLUMN',
      what: `${schema.id} has no column ${listed(unknown)}, which exclude_columns or column_types name.`,
      why: 'The setting does nothing here; right for a pattern of many tables, wrong for a slip of the pen.',
      remedy: `Its columns are: ${[...known].join(', ')}.`,
      table: schema.id,
    },
  ]
}
