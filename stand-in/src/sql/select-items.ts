import type { Token } from './token.ts'

const endsList = new Set([
  'FROM',
  'WHERE',
  'GROUP',
  'HAVING',
  'ORDER',
  'LIMIT',
  'UNION',
  'INTERSECT',
  'EXCEPT',
  'MINUS',
  'INTO',
])
const noAlias = new Set(['END', 'NULL', 'TRUE', 'FALSE'])

/**
 * The names of a query's result columns as MySQL clients expect them: an item without an alias is called by its own
 * text, such as `count(*)`.
 *
 * @returns by token position after the item, the alias to add there.
 */
export function selectItems(sql: string, tokens: readonly Token[]): Map<number, string> {
  const aliases = new Map<number, string>()
  let at = outerSelect(tokens)
  if (at < 0) return aliases
  at++
  while (tokens[at]?.word === 'DISTINCT' || tokens[at]?.word === 'ALL') at++
  let start = at
  let depth = 0
  for (; at <= tokens.length; at++) {
    const token = tokens[at]
    if (token?.tag === 'sign' && token.text === '(') depth++
    if (token?.tag === 'sign' && token.text === ')') depth--
    const isEnd = token === undefined || depth < 0 || (depth === 0 && token.tag === 'name' && endsList.has(token.word))
    if (!isEnd && !(depth === 0 && token.tag === 'sign' && token.text === ',')) continue
    const alias = aliasOf(sql, tokens, start, at)
    if (alias !== undefined) aliases.set(at, alias)
    if (isEnd) break
    start = at + 1
  }
  return aliases
}

/** The first SELECT outside of all parentheses. */
function outerSelect(tokens: readonly Token[]): number {
  let depth = 0
  return tokens.findIndex((token) => {
    if (token.tag === 'sign' && token.text === '(') depth++
    if (token.tag === 'sign' && token.text === ')') depth--
    return depth === 0 && token.tag === 'name' && token.word === 'SELECT'
  })
}

function aliasOf(sql: string, tokens: readonly Token[], start: number, end: number): string | undefined {
  const item = tokens.slice(start, end)
  const last = item.at(-1)
  if (last === undefined || last.text === '*') return undefined
  if (item.every((token, index) => (index % 2 === 0 ? token.tag !== 'sign' : token.text === '.'))) {
    return last.tag === 'name' || last.tag === 'quoted' ? last.text : sliceOf(sql, tokens, start, end)
  }
  if (item.at(-2)?.word === 'AS' || hasImplicitAlias(item)) return undefined
  return sliceOf(sql, tokens, start, end)
}

function hasImplicitAlias(item: readonly Token[]): boolean {
  const [before, last] = item.slice(-2)
  if (before === undefined || last === undefined) return false
  if (last.tag !== 'quoted' && (last.tag !== 'name' || noAlias.has(last.word))) return false
  if (before.tag === 'sign') return before.text === ')'
  return (
    before.tag !== 'name' ||
    noAlias.has(before.word) ||
    !/^(?:NOT|AND|OR|IS|IN|LIKE|BETWEEN|DIV|DISTINCT|CASE|WHEN|THEN|ELSE|INTERVAL)$/.test(before.word)
  )
}

function sliceOf(sql: string, tokens: readonly Token[], start: number, end: number): string {
  const from = tokens[start]?.at ?? 0
  const to = tokens[end]?.at ?? sql.length
  return sql.slice(from, to).trim()
}
