import type { Token } from './token.ts'

const endsList = new Set('FROM WHERE GROUP HAVING ORDER LIMIT UNION INTERSECT EXCEPT MINUS INTO'.split(' '))
const noAlias = new Set(['END', 'NULL', 'TRUE', 'FALSE'])
const operators = new Set('NOT AND OR IS IN LIKE BETWEEN DIV DISTINCT CASE WHEN THEN ELSE INTERVAL'.split(' '))

/**
 * The names of a query's result columns as MySQL clients expect them: an item without an alias is called by its own
 * text, such as `count(*)`.
 *
 * @returns by token position after the item, the alias to add there.
 */
export function selectItems(sql: string, tokens: readonly Token[]): Map<number, string> {
  const aliases = new Map<number, string>()
  const select = tokens.findIndex(
    (token, at) => token.tag === 'name' && token.word === 'SELECT' && depthAt(tokens, at) === 0,
  )
  if (select < 0) return aliases
  let start = select + 1
  while (tokens[start]?.word === 'DISTINCT' || tokens[start]?.word === 'ALL') start++
  for (const end of itemEnds(tokens, start)) {
    const alias = aliasOf(sql, tokens, start, end)
    if (alias !== undefined) aliases.set(end, alias)
    start = end + 1
  }
  return aliases
}

/** How many parentheses are open before a token. */
function depthAt(tokens: readonly Token[], position: number): number {
  let depth = 0
  for (let at = 0; at < position; at++) depth += depthStep(tokens[at])
  return depth
}

const depthStep = (token: Token | undefined): number =>
  token?.tag !== 'sign' ? 0 : token.text === '(' ? 1 : token.text === ')' ? -1 : 0

/** Where each item of the list from `start` ends: at a comma, at the clause after the list, or at the end. */
function itemEnds(tokens: readonly Token[], start: number): number[] {
  const ends: number[] = []
  let depth = 0
  for (let at = start; at < tokens.length; at++) {
    const token = tokens[at]
    depth += depthStep(token)
    if (token === undefined || depth > 0) continue
    if (depth < 0 || (token.tag === 'name' && endsList.has(token.word))) return [...ends, at]
    if (token.tag === 'sign' && token.text === ',') ends.push(at)
  }
  return [...ends, tokens.length]
}

function aliasOf(sql: string, tokens: readonly Token[], start: number, end: number): string | undefined {
  const item = tokens.slice(start, end)
  const last = item.at(-1)
  if (last === undefined || last.text === '*') return undefined
  if (isColumnPath(item)) return last.text
  if (item.at(-2)?.word === 'AS' || hasImplicitAlias(item)) return undefined
  return sql.slice(tokens[start]?.at, tokens[end]?.at).trim()
}

/** `a`, `t.a`, `db.t.a`. */
function isColumnPath(item: readonly Token[]): boolean {
  const isName = (token: Token | undefined): boolean => token?.tag === 'name' || token?.tag === 'quoted'
  return isName(item.at(-1)) && item.every((token, index) => (index % 2 === 0 ? isName(token) : token.text === '.'))
}

/** Whether the last word of an item can only be an alias. */
function hasImplicitAlias(item: readonly Token[]): boolean {
  const [before, last] = item.slice(-2)
  if (before === undefined || last === undefined || item.length < 2) return false
  if (last.tag !== 'quoted' && (last.tag !== 'name' || noAlias.has(last.word))) return false
  return before.tag === 'sign' ? before.text === ')' : !operators.has(before.word)
}
