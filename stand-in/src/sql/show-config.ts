import type { Session } from './session.ts'
import { showFiltered } from './show-filter.ts'
import type { SqlContext } from './sql-context.ts'
import type { StatementResult } from './statement-result.ts'
import type { TokenCursor } from './token-cursor.ts'

/** `ADMIN SHOW FRONTEND CONFIG [LIKE 'pattern']`: the settings that reference/starrocks.md names, as they are here. */
export function showFrontendConfig(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  session.access.require({ tag: 'system' }, 'OPERATE')
  return showFiltered(
    cursor,
    ['Key', 'AliasNames', 'Value', 'Type', 'IsMutable', 'Comment'],
    context.options.settings
      .entries('fe')
      .map(([name, value]) => [name, '[]', value, /^\d+$/.test(value) ? 'int' : 'String', 'true', '']),
    { likeColumn: 'Key' },
  )
}
