import { tableId, type TableId } from '../core/table-id.ts'
import type { TableRoute } from '../core/table-route.ts'
import type { Config } from './config.ts'
import type { TableRule } from './tables-section.ts'

/** Says where a source table goes; null when it is not copied. Names as the catalog spells them. Pure. */
export type TableMatcher = (schema: string, table: string) => TableRoute | null

/** Schemas of PostgreSQL itself: never copied, whatever the patterns say. */
function isSystemSchema(schema: string): boolean {
  return schema === 'information_schema' || schema.startsWith('pg_')
}

function targetOf(rule: TableRule, schema: string, table: string, database: string): [database: string, table: string] {
  if (!rule.target) return [database, schema === 'public' ? table : `${schema}_${table}`]
  const filled = rule.target.fill(schema, table)
  return [filled.database ?? database, filled.table]
}

/** Compiles `tables:`. The first entry that matches decides. */
export function matchTables(config: Pick<Config, 'tables' | 'target'>): TableMatcher {
  return (schema, table) => {
    if (isSystemSchema(schema)) return null
    const rule = config.tables.find((each) => each.source.matches(schema, table))
    if (!rule || rule.skip) return null
    const [targetDatabase, targetTable] = targetOf(rule, schema, table, config.target.database)
    return {
      table: tableId(schema, table),
      targetDatabase,
      targetTable,
      excludeColumns: rule.excludeColumns,
      where: rule.where,
      delete: rule.delete,
      columnTypes: rule.columnTypes,
      properties: { ...config.target.properties, ...rule.properties },
      buckets: rule.buckets,
    }
  }
}

/** Source tables that would share a target table, or take a name that is the service's own. */
export interface RouteConflict {
  readonly tables: readonly TableId[]
  readonly target: string
  readonly reason: string
}

/** Finds the routes that cannot be: whoever has the list of matched tables refuses those tables. */
export function findRouteConflicts(routes: Iterable<TableRoute>): readonly RouteConflict[] {
  const byTarget = new Map<string, TableId[]>()
  for (const route of routes) {
    const target = `${route.targetDatabase}.${route.targetTable}`
    const tables = byTarget.get(target)
    if (tables) tables.push(route.table)
    else byTarget.set(target, [route.table])
  }
  return [...byTarget].flatMap(([target, tables]) => {
    const ours = target.slice(target.indexOf('.') + 1).startsWith('_sync_')
    if (ours) return [{ tables, target, reason: 'names that begin with _sync_ are the service’s own' }]
    if (tables.length < 2) return []
    return [
      {
        tables,
        target,
        reason: `${tables.join(' and ')} would both be copied into it: two tables cannot share a target`,
      },
    ]
  })
}

/** Patterns that match none of the tables of the source: probably misspelt. */
export function findIdlePatterns(
  config: Pick<Config, 'tables'>,
  tables: Iterable<{ readonly schema: string; readonly name: string }>,
): readonly string[] {
  const all = [...tables].filter((table) => !isSystemSchema(table.schema))
  return config.tables
    .filter((rule) => !all.some((table) => rule.source.matches(table.schema, table.name)))
    .map((rule) => rule.source.text)
}
