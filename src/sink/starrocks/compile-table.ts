import type { ByteBuffer } from '../../core/byte-buffer.ts'
import { NEEDS_JSON, type LoadFormat } from '../../core/row-encoder.ts'
import { KIND_TEXT, RowView } from '../../core/row-view.ts'
import { SyncError } from '../../core/sync-error.ts'
import type { TableRoute } from '../../core/table-route.ts'
import type { TableSchema } from '../../core/table-schema.ts'
import type { CompiledTable, ServerFeatures, TargetColumn } from './compiled-table.ts'
import { CsvEncoder } from './encode/csv-encoder.ts'
import type { EncoderPlan, PlannedColumn } from './encode/encoder-plan.ts'
import { FIELD_SLACK_BYTES } from './encode/field-writer.ts'
import { JsonEncoder } from './encode/json-encoder.ts'
import { keyLiterals } from './key-literals.ts'
import { fieldNames, loadHeaders } from './load-headers.ts'
import { compileRowFilter } from './row-filter/compile-row-filter.ts'
import { quoteIdentifier } from './sql-text.ts'
import { SOFT_DELETE_COLUMN, targetColumnNames } from './target-names.ts'
import { chooseCodec } from './type-map.ts'
import type { ColumnCodec } from './type-rules/column-codec.ts'

/** A compiled table together with the way of each of its columns, for comparing and for reports. */
export interface TypedTable extends CompiledTable {
  /** Columns that are filled from the source, in target order. */
  readonly plan: EncoderPlan
}

const NULL_TEXT: Readonly<Record<LoadFormat, Buffer>> = { csv: Buffer.from('\\N'), json: Buffer.from('null') }

/** Columns that are copied: the key's in the key's order, then the others in the table's. */
function chosenColumns(schema: TableSchema, route: TableRoute): number[] {
  if (schema.key.length === 0) {
    throw new SyncError('TABLE_NO_KEY', `table ${schema.id} has neither a primary key nor a replica identity index`, {
      table: schema.id,
      remedy: `ALTER TABLE ${schema.id} ADD PRIMARY KEY (...); or, with a unique index over columns that are NOT NULL: ALTER TABLE ${schema.id} REPLICA IDENTITY USING INDEX ...;`,
    })
  }
  const excluded = new Set(route.excludeColumns)
  for (const index of schema.key) {
    const name = schema.columns[index]?.name ?? ''
    if (!excluded.has(name)) continue
    throw new SyncError('CONFIG_INVALID', `exclude_columns names "${name}", a key column of ${schema.id}`, {
      table: schema.id,
      remedy: `Take "${name}" out of exclude_columns: without its key a row cannot be updated or deleted in the target.`,
    })
  }
  const others = [...schema.columns.keys()].filter((index) => !schema.key.includes(index))
  return [...schema.key, ...others.filter((index) => !excluded.has(schema.columns[index]?.name ?? ''))]
}

function codecOf(schema: TableSchema, index: number, route: TableRoute, features: ServerFeatures): ColumnCodec {
  const column = schema.columns[index]
  if (column === undefined) throw new SyncError('INTERNAL', `table ${schema.id} has no column number ${index}`)
  const asKey = schema.key.includes(index)
  const wanted = Object.hasOwn(route.columnTypes, column.name) ? route.columnTypes[column.name] : undefined
  const choice = chooseCodec({ type: column.type, asKey, features }, wanted)
  if (choice.tag === 'chosen') return choice.codec
  const options =
    choice.choices.length > 0 ? `Under column_types, "${column.name}" can be: ${choice.choices.join('; ')}.` : ''
  const exclude = asKey ? '' : ` Or leave it out: exclude_columns: ["${column.name}"].`
  throw new SyncError('TYPE_UNSUPPORTED', `column "${column.name}" of ${schema.id}: ${choice.reason}`, {
    table: schema.id,
    remedy: `${options}${exclude}`.trim(),
  })
}

function makePlan(schema: TableSchema, route: TableRoute, features: ServerFeatures): EncoderPlan {
  const chosen = chosenColumns(schema, route)
  const softDelete = route.delete === 'soft'
  const names = targetColumnNames(schema, chosen, softDelete)
  const columns = chosen.map((source, position): PlannedColumn => {
    const sourceName = schema.columns[source]?.name ?? ''
    return { name: names[position] ?? sourceName, sourceName, source, codec: codecOf(schema, source, route, features) }
  })
  return { columns, keyCount: schema.key.length, softDelete }
}

function targetColumns(plan: EncoderPlan): TargetColumn[] {
  const columns = plan.columns.map(({ name, source, codec }, position): TargetColumn => ({
    name,
    type: codec.targetType,
    nullable: position >= plan.keyCount,
    partOfKey: position < plan.keyCount,
    rule: codec.rule,
    sourceColumn: source,
  }))
  if (!plan.softDelete) return columns
  const mark = { type: 'BOOLEAN', nullable: true, partOfKey: false, rule: 'soft_delete_mark', sourceColumn: null }
  return [...columns, { name: SOFT_DELETE_COLUMN, ...mark }]
}

/** Writes values that were read from the target in the form of a load. */
function readBackEncoder(plan: EncoderPlan): CompiledTable['encodeReadBack'] {
  const view = new RowView(1)
  view.kinds[0] = KIND_TEXT
  return (sourceColumn: number, format: LoadFormat, value: Buffer | null, out: ByteBuffer): number => {
    if (value === null) {
      out.append(NULL_TEXT[format], 0, NULL_TEXT[format].length)
      return 0
    }
    const column = plan.columns.find((planned) => planned.source === sourceColumn)
    view.buffer = value
    view.columnCount = 1
    view.lengths[0] = value.length
    const start = out.length
    out.reserve(value.length + FIELD_SLACK_BYTES)
    const code = column?.codec.readBack[format](view, 0, out) ?? NEEDS_JSON
    if (code !== 0) out.length = start
    return code
  }
}

/**
 * Decides how a source table stands in the target and how its rows are written.
 *
 * @throws {SyncError} TABLE_NO_KEY, TYPE_UNSUPPORTED, TARGET_UNSUPPORTED (names that collide) or CONFIG_INVALID
 * (excluded key column, a `where` that is not understood), each with what mends it.
 */
export function compileTable(schema: TableSchema, route: TableRoute, features: ServerFeatures): TypedTable {
  const plan = makePlan(schema, route, features)
  return {
    plan,
    columns: targetColumns(plan),
    encoders: { csv: new CsvEncoder(plan), json: new JsonEncoder(plan, fieldNames(plan)) },
    filter: route.where === undefined ? null : compileRowFilter(route.where, schema),
    loadHeaders: loadHeaders(plan),
    keyLiterals: (key, format) => keyLiterals(plan, key, format),
    readBackExpression: (sourceColumn) => {
      const column = plan.columns.find((planned) => planned.source === sourceColumn)
      const name = quoteIdentifier(column?.name ?? '')
      return column?.codec.hexMapped === true ? `hex(${name})` : name
    },
    encodeReadBack: readBackEncoder(plan),
  }
}
