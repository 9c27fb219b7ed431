import type { CompiledTable, TargetColumn } from './compiled-table.ts'

/** A column as the target's catalog tells it (DESC or information_schema.columns). */
export interface ActualColumn {
  readonly name: string
  /** `bigint(20)`, `varchar(128)`, `decimal(12,2)`, `tinyint(1)`. */
  readonly type: string
  readonly nullable: boolean
  /** Null when the server does not say, as 3.1 on shared data. */
  readonly partOfKey: boolean | null
}

/** A type in one spelling: its base name and its numbers. */
interface Shape {
  readonly base: string
  readonly sizes: readonly number[]
}

// What the catalog says instead of the type of CREATE TABLE. @see reference/starrocks.md 6
const ALIASES: Readonly<Record<string, string>> = {
  tinyint: 'boolean',
  'bigint unsigned': 'largeint',
  integer: 'int',
  string: 'varchar',
  text: 'varchar',
  binary: 'varbinary',
  decimalv3: 'decimal',
  decimal32: 'decimal',
  decimal64: 'decimal',
  decimal128: 'decimal',
  decimal256: 'decimal',
}
// Types whose numbers in parentheses are display widths.
const SIZED = new Set(['varchar', 'decimal'])

function shapeOf(type: string): Shape {
  const match = /^\s*([a-z0-9_]+)\s*(?:\(([\d\s,]+)\))?\s*(unsigned)?/u.exec(type.toLowerCase())
  const name = [match?.[1] ?? type.toLowerCase(), ...(match?.[3] === undefined ? [] : [match[3]])].join(' ')
  const base = ALIASES[name] ?? name
  const sizes = SIZED.has(base) && match?.[2] !== undefined ? match[2].split(',').map(Number) : []
  return { base, sizes }
}

function typeDifference(wanted: string, actual: string): boolean {
  const want = shapeOf(wanted)
  const have = shapeOf(actual)
  if (want.base !== have.base) return true
  if (want.base === 'varchar' && have.sizes.length > 0) return (have.sizes[0] ?? 0) < (want.sizes[0] ?? 0)
  return want.base === 'decimal' && want.sizes.some((size, index) => have.sizes[index] !== size)
}

function columnDifferences(wanted: TargetColumn, actual: ActualColumn): string[] {
  const differences: string[] = []
  if (typeDifference(wanted.type, actual.type)) {
    differences.push(`column ${wanted.name} is ${actual.type} and must be ${wanted.type}`)
  }
  if (actual.partOfKey !== null && actual.partOfKey !== wanted.partOfKey) {
    differences.push(`column ${wanted.name} ${wanted.partOfKey ? 'must be' : 'must not be'} part of the primary key`)
  }
  if (wanted.nullable && !actual.nullable) {
    differences.push(`column ${wanted.name} is NOT NULL and must take NULL: a delete carries the key only`)
  }
  return differences
}

/**
 * What keeps an existing target table from taking this table's rows, in words; empty when it fits.
 *
 * A wider VARCHAR fits. A column that the source does not have fits when it takes NULL. The order of columns other than
 * the key's does not matter: every load names its columns.
 */
export function compareTargetShape(
  compiled: Pick<CompiledTable, 'columns'>,
  actualColumns: readonly ActualColumn[],
): readonly string[] {
  const actual = new Map(actualColumns.map((column) => [column.name.toLowerCase(), column]))
  const wanted = new Set(compiled.columns.map((column) => column.name.toLowerCase()))
  const differences = compiled.columns.flatMap((column) => {
    const found = actual.get(column.name.toLowerCase())
    return found === undefined ? [`column ${column.name} ${column.type} is missing`] : columnDifferences(column, found)
  })
  for (const column of actualColumns) {
    if (wanted.has(column.name.toLowerCase())) continue
    if (column.partOfKey === true)
      differences.push(`column ${column.name} is part of the primary key and not in the source`)
    else if (!column.nullable) differences.push(`column ${column.name} is NOT NULL and not in the source`)
  }
  return [...differences, ...caseDifferences(compiled, actual), ...keyOrderDifference(compiled, actualColumns)]
}

// JSON lines name their fields case by case, although columns are otherwise told apart without it.
function caseDifferences(
  compiled: Pick<CompiledTable, 'columns'>,
  actual: ReadonlyMap<string, ActualColumn>,
): string[] {
  return compiled.columns.flatMap((column) => {
    const name = actual.get(column.name.toLowerCase())?.name
    return name === undefined || name === column.name ? [] : [`column ${name} must be spelled ${column.name}`]
  })
}

function keyOrderDifference(
  compiled: Pick<CompiledTable, 'columns'>,
  actualColumns: readonly ActualColumn[],
): string[] {
  const key = compiled.columns.filter((column) => column.partOfKey).map((column) => column.name.toLowerCase())
  const first = actualColumns.slice(0, key.length).map((column) => column.name.toLowerCase())
  if (key.join() === first.join() || !key.every((name) => first.includes(name))) return []
  return [`the primary key is (${first.join(', ')}) and must be (${key.join(', ')})`]
}
