import { showType } from '../catalog/column-type.ts'
import { defaultText } from '../catalog/information-rows.ts'
import type { ColumnDef, TableDef } from '../catalog/table-def.ts'

const list = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ')

/** What SHOW CREATE TABLE prints: the clauses in StarRocks' order (reference/starrocks.md 3). */
export function showCreateTable(table: TableDef): string {
  const model = { primary: 'PRIMARY', duplicate: 'DUPLICATE', unique: 'UNIQUE' }[table.model]
  const lines = [
    `CREATE TABLE \`${table.name}\` (`,
    table.columns.map((column) => `  ${columnLine(column)}`).join(',\n'),
    ') ENGINE=OLAP ',
    `${model} KEY(${list(table.keyNames)})`,
  ]
  if (table.comment !== '') lines.push(`COMMENT ${JSON.stringify(table.comment)}`)
  if (table.partitionBy !== undefined) lines.push(`PARTITION BY ${table.partitionBy}`)
  const buckets = table.buckets === undefined ? '' : ` BUCKETS ${table.buckets} `
  lines.push(
    `DISTRIBUTED BY ${table.distributedBy.length > 0 ? `HASH(${list(table.distributedBy)})` : 'RANDOM'}${buckets}`,
  )
  if (table.orderBy !== undefined) lines.push(`ORDER BY(${list(table.orderBy)})`)
  const properties = Object.entries(table.properties).sort(([a], [b]) => (a < b ? -1 : 1))
  lines.push('PROPERTIES (', properties.map(([key, value]) => `"${key}" = "${value}"`).join(',\n'), ');')
  return lines.join('\n')
}

function columnLine(column: ColumnDef): string {
  const value = defaultText(column)
  const isLiteral = column.default?.tag === 'literal'
  return [
    `\`${column.name}\` ${showType(column.type)}`,
    column.nullable ? 'NULL' : 'NOT NULL',
    ...(column.autoIncrement ? ['AUTO_INCREMENT'] : []),
    ...(column.default === undefined ? [] : [`DEFAULT ${isLiteral ? JSON.stringify(value) : value}`]),
    `COMMENT ${JSON.stringify(column.comment)}`,
  ].join(' ')
}
