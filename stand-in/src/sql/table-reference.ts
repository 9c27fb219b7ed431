import { analyzingError } from '../stand-in-error.ts'
import { quoteName } from '../storage/duck.ts'
import type { QueryWalk } from './query-walk.ts'
import type { Token } from './token.ts'

/** Words that end a FROM clause. */
export const afterTables: ReadonlySet<string> = new Set(
  'WHERE GROUP HAVING ORDER LIMIT UNION INTERSECT EXCEPT MINUS WINDOW QUALIFY SET'.split(' '),
)

const noAlias: ReadonlySet<string> = new Set([
  ...afterTables,
  ...'JOIN INNER LEFT RIGHT FULL CROSS NATURAL ON USING SEMI ANTI OFFSET'.split(' '),
])

/** The names that WITH clauses of a query define. */
export function commonTables(tokens: readonly Token[]): Set<string> {
  const names = tokens.filter((_token, index) => {
    const isDefinition = tokens[index + 1]?.word === 'AS' && tokens[index + 2]?.text === '('
    return isDefinition && /^(?:SELECT|WITH)$/.test(tokens[index + 3]?.word ?? '')
  })
  return new Set(names.map((token) => token.text))
}

/**
 * Writes the table of a FROM clause: the stored table, under the name that the query calls it by.
 * @throws {StandInError} when there is no such table.
 */
export function writeTable(walk: QueryWalk, common: ReadonlySet<string>): void {
  walk.level.wantsTable = false
  const parts = [walk.textAt(0)]
  while (walk.textAt(parts.length * 2 - 1) === '.') parts.push(walk.textAt(parts.length * 2))
  const length = parts.length * 2 - 1
  const name = parts.at(-1) ?? ''
  if (walk.textAt(1) === '(') throw analyzingError(`Unknown table function '${name}(...)'`)
  if (parts.length === 1 && common.has(name)) return walk.emit(quoteName(name), length)
  const source = walk.environment.source(parts.at(-2) ?? walk.environment.database, name)
  walk.emit(hasAlias(walk.look(length)) ? source : `${source} AS ${quoteName(name)}`, length)
}

function hasAlias(next: Token | undefined): boolean {
  if (next === undefined || next.tag === 'sign') return false
  return next.tag === 'quoted' || (next.tag === 'name' && !noAlias.has(next.word))
}
