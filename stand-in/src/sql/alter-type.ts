import type { ColumnType } from '../catalog/column-type.ts'

/** Types that a type may become whatever its size; sizes are judged apart. */
const targets: Readonly<Record<ColumnType['tag'], readonly ColumnType['tag'][]>> = {
  boolean: ['boolean'],
  int: ['int', 'float', 'varchar', 'date'],
  float: ['float', 'varchar'],
  decimal: ['decimal', 'varchar'],
  char: ['char', 'varchar', 'int', 'float', 'date'],
  varchar: ['char', 'varchar', 'int', 'float', 'date'],
  date: ['date', 'datetime'],
  datetime: ['date', 'datetime'],
  json: ['json', 'varchar'],
  varbinary: ['varbinary'],
  nested: ['nested'],
}

/**
 * Whether MODIFY COLUMN may change a type (reference/starrocks.md 5): integers to wider ones or DOUBLE, FLOAT to DOUBLE,
 * numbers to VARCHAR, VARCHAR to numbers or DATE, VARCHAR to a longer one, DATE to DATETIME and back, INT to DATE.
 */
export function isAllowedTypeChange(from: ColumnType, to: ColumnType): boolean {
  return targets[from.tag].includes(to.tag) && isWideEnough(from, to)
}

function isWideEnough(from: ColumnType, to: ColumnType): boolean {
  if (from.tag === 'int' && to.tag === 'float') return to.bits === 64
  if (from.tag === 'int' && to.tag === 'date') return from.bits === 32
  if (from.tag === 'nested' && to.tag === 'nested') return to.text === from.text
  if (from.tag === 'decimal' && to.tag === 'decimal') {
    return to.precision - to.scale >= from.precision - from.scale && to.scale >= from.scale
  }
  return family(from) !== family(to) || size(to) >= size(from)
}

/** CHAR and VARCHAR are measured against each other. */
const family = (type: ColumnType): string => (type.tag === 'char' ? 'varchar' : type.tag)

const size = (type: ColumnType): number => ('bits' in type ? type.bits : 'length' in type ? type.length : 0)
