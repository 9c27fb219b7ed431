import { likeFilter } from './like-filter.ts'
import type { SqlContext } from './sql-context.ts'
import { type StatementResult, textRows } from './statement-result.ts'
import type { TokenCursor } from './token-cursor.ts'

/** `ADMIN SHOW FRONTEND CONFIG [LIKE 'pattern']`: the settings that reference/starrocks.md names, as they are here. */
export function showFrontendConfig(context: SqlContext, cursor: TokenCursor): StatementResult {
  const keep = likeFilter(cursor)
  cursor.end()
  const rows = context.options.settings.entries('fe').filter(([name]) => keep(name))
  return textRows(
    ['Key', 'AliasNames', 'Value', 'Type', 'IsMutable', 'Comment'],
    rows.map(([name, value]) => [name, '[]', value, /^\d+$/.test(value) ? 'int' : 'String', 'true', '']),
  )
}
