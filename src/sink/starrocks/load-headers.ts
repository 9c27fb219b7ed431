import type { LoadFormat } from '../../core/row-encoder.ts'
import type { EncoderPlan } from './encode/encoder-plan.ts'
import { quoteIdentifier } from './sql-text.ts'
import { OPERATION_FIELD, SOFT_DELETE_COLUMN } from './target-names.ts'

/**
 * The name under which a column's field arrives in a load: its own, or for bytes that come as hex digits one that no
 * column of the table has.
 */
export function fieldNames(plan: EncoderPlan): string[] {
  const taken = new Set(plan.columns.map((column) => column.name.toLowerCase()))
  return plan.columns.map((column) => {
    if (!column.codec.hexMapped) return column.name
    let name = `hex_${column.name}`
    while (taken.has(name.toLowerCase())) name = `hex_${name}`
    taken.add(name.toLowerCase())
    return name
  })
}

function columnsHeader(plan: EncoderPlan): string {
  const names = fieldNames(plan)
  const fields = [...names, ...(plan.softDelete ? [SOFT_DELETE_COLUMN] : []), OPERATION_FIELD]
  const mapped = plan.columns.flatMap((column, index) =>
    column.codec.hexMapped
      ? [`${quoteIdentifier(column.name)}=to_binary(${quoteIdentifier(names[index] ?? '')},'hex')`]
      : [],
  )
  return [...fields.map(quoteIdentifier), ...mapped].join(',')
}

/**
 * Headers of a load of this table. Strict: a value that does not fit fails the load, it never becomes NULL.
 *
 * JSON lines name their fields themselves; the `columns` header is there only for what must be computed.
 * @see reference/starrocks.md 1.2, 1.5, 1.6
 */
export function loadHeaders(plan: EncoderPlan): Readonly<Record<LoadFormat, Readonly<Record<string, string>>>> {
  const common = { strict_mode: 'true', max_filter_ratio: '0' }
  const columns = columnsHeader(plan)
  const json = { format: 'json', ignore_json_size: 'true', ...common }
  return {
    csv: { format: 'csv', column_separator: '\\x01', row_delimiter: '\\x02', columns, ...common },
    json: plan.columns.some((column) => column.codec.hexMapped) ? { ...json, columns } : json,
  }
}
