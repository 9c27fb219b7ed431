import type { SourceType, TableSchema } from '../../../core/table-schema.ts'
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../catalog/quote.ts'

/** One column of a table's key, as statements name it. */
export interface KeyColumn {
  /** Quoted. */
  readonly name: string
  readonly type: SourceType
}

/** The key's columns, in the key's order. */
export function keyColumns(table: TableSchema): readonly KeyColumn[] {
  return table.key.flatMap((index) => {
    const column = table.columns[index]
    return column === undefined ? [] : [{ name: quoteIdentifier(column.name), type: column.type }]
  })
}

/**
 * A comparison operator for a type. Ours sessions see the catalog alone, and there a type such as citext would silently
 * be compared as its text: the operators of an extension's type are named with the type's schema.
 */
export function operatorFor(type: SourceType, operator: '=' | '<' | '>' | '<='): string {
  const base = type.kind === 'domain' && type.inner !== undefined ? null : type
  if (base === null) return operatorFor(type.inner ?? type, operator)
  const isForeign = base.kind === 'base' && base.schema !== 'pg_catalog'
  return isForeign ? `OPERATOR(${quoteIdentifier(base.schema)}.${operator})` : operator
}

/** A key as literals of its columns' types. @throws {RangeError} when it has another number of columns than the key. */
export function keyLiterals(columns: readonly KeyColumn[], key: readonly string[]): readonly string[] {
  if (key.length !== columns.length) throw new RangeError(`a key of ${columns.length} columns was expected`)
  return columns.map(
    ({ type }, index) => `${quoteLiteral(key[index] ?? '')}::${quoteQualified(type.schema, type.name)}`,
  )
}

/**
 * Compares the key of a row `t` with a given one, in the order of the key's index.
 *
 * As one row comparison, which the index can answer; spelt out when a column needs an operator of its own.
 */
export function compareKey(columns: readonly KeyColumn[], operator: '>' | '<=', key: readonly string[]): string {
  const literals = keyLiterals(columns, key)
  if (columns.every(({ type }) => operatorFor(type, '=') === '=')) {
    const names = columns.map(({ name }) => `t.${name}`)
    return `(${names.join(', ')}) ${operator} (${literals.join(', ')})`
  }
  return compareFrom(columns, literals, operator)
}

function compareFrom(columns: readonly KeyColumn[], literals: readonly string[], operator: '>' | '<='): string {
  const [column, ...others] = columns
  const [literal, ...otherLiterals] = literals
  if (column === undefined || literal === undefined) return operator === '>' ? 'false' : 'true'
  const name = `t.${column.name}`
  const strictly = operatorFor(column.type, operator === '>' ? '>' : '<')
  const further = compareFrom(others, otherLiterals, operator)
  return `(${name} ${strictly} ${literal} OR (${name} ${operatorFor(column.type, '=')} ${literal} AND ${further}))`
}
