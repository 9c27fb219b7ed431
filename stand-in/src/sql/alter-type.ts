import type { ColumnType } from '../catalog/column-type.ts'

/**
 * Whether MODIFY COLUMN may change a type (reference/starrocks.md 5): integers to wider ones or DOUBLE, FLOAT to DOUBLE,
 * numbers to VARCHAR, VARCHAR to numbers or DATE, VARCHAR to a longer one, DATE to DATETIME and back, INT to DATE.
 */
export function isAllowedTypeChange(from: ColumnType, to: ColumnType): boolean {
  switch (from.tag) {
    case 'boolean':
      return to.tag === 'boolean'
    case 'int':
      if (to.tag === 'int') return to.bits >= from.bits
      if (to.tag === 'float') return to.bits === 64
      return to.tag === 'varchar' || (to.tag === 'date' && from.bits === 32)
    case 'float':
      return (to.tag === 'float' && to.bits >= from.bits) || to.tag === 'varchar'
    case 'decimal':
      if (to.tag === 'decimal') return to.precision - to.scale >= from.precision - from.scale && to.scale >= from.scale
      return to.tag === 'varchar'
    case 'char':
    case 'varchar':
      if (to.tag === 'varchar' || to.tag === 'char') return to.length >= from.length
      return to.tag === 'int' || to.tag === 'float' || to.tag === 'date'
    case 'date':
      return to.tag === 'date' || to.tag === 'datetime'
    case 'datetime':
      return to.tag === 'date' || to.tag === 'datetime'
    case 'json':
      return to.tag === 'json' || to.tag === 'varchar'
    case 'varbinary':
      return to.tag === 'varbinary'
    case 'nested':
      return to.tag === 'nested' && to.text === from.text
  }
}
