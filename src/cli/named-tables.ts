import type { Config } from '../config/config.ts'
import { parseTableId, type TableId } from '../core/table-id.ts'
import { UsageError } from './usage-error.ts'

/**
 * Reads table names of the command line: `schema.table`, or `table` for one of schema `public`.
 * @throws {UsageError} when the configuration does not copy such a table.
 */
export async function readTableNames(names: readonly string[], config: Config): Promise<readonly TableId[]> {
  const { matchTables } = await import('../config/match-tables.ts')
  const route = matchTables(config)
  return names.map((name) => {
    const full = name.includes('.') ? name : `public.${name}`
    const dot = full.indexOf('.')
    if (dot < 1 || dot === full.length - 1) throw new UsageError(`not a table name: ${JSON.stringify(name)}`)
    if (!route(full.slice(0, dot), full.slice(dot + 1))) {
      throw new UsageError(`no entry of \`tables\` in the configuration matches ${full}`)
    }
    return parseTableId(full)
  })
}
