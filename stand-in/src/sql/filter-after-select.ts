import type { Token } from './token.ts'

/** A query cut at its HAVING. */
interface FilteredSelect {
  /** With its ORDER BY, which may name columns that are not selected. */
  readonly select: readonly Token[]
  readonly condition: readonly Token[]
  readonly limit: readonly Token[]
}

const aggregates =
  /^(?:COUNT|SUM|AVG|MIN|MAX|ANY_VALUE|GROUP_CONCAT|NDV|APPROX_COUNT_DISTINCT|STD\w*|VAR\w*|BIT_\w+|PERCENTILE\w*)$/
const groups = new Set(['GROUP', 'UNION', 'INTERSECT', 'EXCEPT', 'MINUS'])

/**
 * A query whose HAVING filters rows and not groups, as MySQL allows and Connector/J asks in getTables; undefined for any
 * other.
 */
export function filterAfterSelect(tokens: readonly Token[]): FilteredSelect | undefined {
  const having = tokens.findIndex(({ tag, word }) => tag === 'name' && word === 'HAVING')
  if (having < 0 || tokens.some((token, at) => aggregates.test(token.word) && tokens[at + 1]?.text === '(')) {
    return undefined
  }
  const outer = outerWords(tokens)
  if (!outer.has(having) || [...outer].some((at) => groups.has(tokens[at]?.word ?? ''))) return undefined
  const clause = (word: string): number | undefined => [...outer].find((at) => at > having && tokens[at]?.word === word)
  const limit = clause('LIMIT') ?? tokens.length
  const order = clause('ORDER') ?? limit
  return {
    select: [...tokens.slice(0, having), ...tokens.slice(order, limit)],
    condition: tokens.slice(having + 1, order),
    limit: tokens.slice(limit),
  }
}

/** Where the words stand that are in no parentheses. */
function outerWords(tokens: readonly Token[]): Set<number> {
  const outer = new Set<number>()
  let depth = 0
  for (const [at, token] of tokens.entries()) {
    if (token.tag === 'sign') depth += token.text === '(' ? 1 : token.text === ')' ? -1 : 0
    else if (token.tag === 'name' && depth === 0) outer.add(at)
  }
  return outer
}
