import { type ColumnDef, findColumn, type TableDef } from '../catalog/table-def.ts'
import { LoadFailure } from './field-row.ts'
import type { JsonWish } from './json-reader.ts'
import { columnItems, type LoadExpression, whereExpression } from './load-expression.ts'
import type { LoadParams } from './load-params.ts'

/** Where a stored column's value comes from. */
export type ValueRule =
  | { readonly tag: 'source'; readonly index: number }
  | { readonly tag: 'expression'; readonly expression: LoadExpression }
  | { readonly tag: 'default' }

/** A column that the load writes. */
export interface WrittenColumn {
  readonly column: ColumnDef
  readonly rule: ValueRule
}

/** How source rows become table rows. */
export interface LoadPlan {
  /** The fields that each source row has, in order. */
  readonly sourceNames: readonly string[]
  readonly sourceIndexes: ReadonlyMap<string, number>
  readonly written: readonly WrittenColumn[]
  /** Where `__op` comes from; undefined: every row is an upsert (reference/starrocks.md 3). */
  readonly op?: ValueRule | undefined
  readonly where?: LoadExpression | undefined
  readonly partial: boolean
}

const opName = '__op'

/**
 * Plans a load from its `columns` header (1.2, 3). Without one: all columns in order for CSV, all columns and `__op` by
 * key for JSON.
 * @throws {LoadFailure} with the text of the plan error.
 */
export function loadPlan(table: TableDef, params: LoadParams): LoadPlan {
  if (params.partialUpdate && table.model !== 'primary') {
    throw new LoadFailure('Only primary key table support partial update')
  }
  if (params.mergeCondition !== undefined) checkMergeCondition(table, params.mergeCondition)
  const items = params.columns === undefined ? impliedItems(table, params) : columnItems(params.columns)
  const sourceNames = items.filter((item) => item.expression === undefined).map((item) => item.name)
  const sourceIndexes = new Map(sourceNames.map((name, index) => [nameKey(params, name), index]))
  const expressions = new Map(
    items.flatMap((item) =>
      item.expression === undefined ? [] : [[item.name.toLowerCase(), item.expression] as const],
    ),
  )
  const ruleOf = (name: string): ValueRule | undefined => {
    const expression = expressions.get(name.toLowerCase())
    if (expression !== undefined) return { tag: 'expression', expression }
    const index = sourceIndexes.get(nameKey(params, name))
    return index === undefined ? undefined : { tag: 'source', index }
  }
  const where = params.where === undefined ? undefined : whereExpression(params.where)
  const written = table.columns.flatMap((column) => writtenColumn(column, ruleOf(column.name), params.partialUpdate))
  const op = table.model === 'primary' ? ruleOf(opName) : undefined
  return { sourceNames, sourceIndexes, written, op, where, partial: written.length < table.columns.length }
}

/** JSON keys are case-sensitive (1.6); names of CSV fields are not. */
const nameKey = (params: LoadParams, name: string): string => (params.format === 'json' ? name : name.toLowerCase())

function impliedItems(table: TableDef, params: LoadParams): { name: string; expression?: undefined }[] {
  const items = table.columns.map((column) => ({ name: column.name }))
  if (params.format === 'json' && table.model === 'primary') items.push({ name: opName })
  return items
}

function writtenColumn(column: ColumnDef, rule: ValueRule | undefined, partialUpdate: boolean): WrittenColumn[] {
  if (rule !== undefined) return [{ column, rule }]
  if (partialUpdate) {
    if (column.isKey) throw new LoadFailure(`Primary key column ${column.name} is missing in partial update`)
    return []
  }
  if (column.default === undefined && !column.nullable && !column.autoIncrement) {
    throw new LoadFailure(`Column has no default value, column=${column.name}`)
  }
  return [{ column, rule: { tag: 'default' } }]
}

function checkMergeCondition(table: TableDef, name: string): void {
  const column = findColumn(table, name)
  if (table.model !== 'primary') throw new LoadFailure('Conditional update only support primary key table')
  if (column === undefined) throw new LoadFailure(`Merge condition column ${name} does not exist`)
  if (column.isKey) throw new LoadFailure(`Merge condition column ${name} should not be primary key!`)
}

/** How the JSON reader must hand over each source field. */
export function jsonWishes(plan: LoadPlan): JsonWish[] {
  const wishes = plan.sourceNames.map((): JsonWish => 'text')
  for (const { column, rule } of plan.written) {
    if (rule.tag !== 'source') continue
    if (column.type.tag === 'json' || column.type.tag === 'nested') wishes[rule.index] = 'json'
    else if (column.type.tag === 'float') wishes[rule.index] = 'float'
  }
  return wishes
}
