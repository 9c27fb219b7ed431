import { analyzingError } from '../stand-in-error.ts'
import { likePattern } from './like-filter.ts'
import type { StatementResult } from './statement-result.ts'
import { textRows } from './statement-result.ts'
import type { TokenCursor } from './token-cursor.ts'

type Row = readonly (string | null)[]
type Test = (row: Row) => boolean

/** What a SHOW may be narrowed by. */
export interface ShowFilterRules {
  /** The column that LIKE is about; undefined: LIKE is not taken. */
  readonly likeColumn?: string | undefined
  /** The columns that WHERE and ORDER BY may name; by default all. */
  readonly whereColumns?: readonly string[] | undefined
  readonly whereRefusal?: string | undefined
}

/**
 * Reads `[LIKE 'x'] [WHERE ...] [ORDER BY ...] [LIMIT ...]` to the end of the statement and keeps the rows that it asks for.
 * @throws {StandInError} for another column, or what follows.
 */
export function showFiltered(
  cursor: TokenCursor,
  columns: readonly string[],
  rows: readonly Row[],
  rules: ShowFilterRules = {},
): StatementResult {
  const filter = new ShowFilter(cursor, columns, rules)
  let kept = [...rows]
  if (rules.likeColumn !== undefined && cursor.accept('LIKE')) {
    const isLike = likePattern(cursor.string())
    const at = columns.indexOf(rules.likeColumn)
    kept = kept.filter((row) => isLike(row[at] ?? ''))
  }
  if (cursor.accept('WHERE')) kept = kept.filter(filter.condition())
  if (cursor.accept('ORDER', 'BY')) kept = filter.ordered(kept)
  if (cursor.accept('LIMIT')) kept = limited(cursor, kept)
  cursor.end()
  return textRows(columns, kept)
}

function limited(cursor: TokenCursor, rows: readonly Row[]): Row[] {
  const first = cursor.whole()
  if (cursor.accept(',')) return rows.slice(first, first + cursor.whole())
  const offset = cursor.accept('OFFSET') ? cursor.whole() : 0
  return rows.slice(offset, offset + first)
}

class ShowFilter {
  readonly #cursor: TokenCursor
  readonly #columns: readonly string[]
  readonly #rules: ShowFilterRules

  constructor(cursor: TokenCursor, columns: readonly string[], rules: ShowFilterRules) {
    this.#cursor = cursor
    this.#columns = columns
    this.#rules = rules
  }

  #column(): number {
    const token = this.#cursor.peek
    if (token?.tag !== 'name' && token?.tag !== 'quoted') throw this.#cursor.unexpected(token, 'a legal identifier')
    this.#cursor.next()
    const isSame = (name: string): boolean => name.toLowerCase() === token.text.toLowerCase()
    const at = this.#columns.findIndex(isSame)
    if (at >= 0 && (this.#rules.whereColumns?.some(isSame) ?? true)) return at
    throw analyzingError(this.#rules.whereRefusal ?? `Column '${token.text}' cannot be resolved`)
  }

  ordered(rows: readonly Row[]): Row[] {
    const orders: { at: number; sign: 1 | -1 }[] = []
    do {
      const at = this.#column()
      const isDown = this.#cursor.accept('DESC')
      if (!isDown) this.#cursor.accept('ASC')
      orders.push({ at, sign: isDown ? -1 : 1 })
    } while (this.#cursor.accept(','))
    // Rows that are equal stand in the order in which they came, downwards too.
    const tie = orders[0]?.sign ?? 1
    return [...rows.entries()]
      .sort(([i, a], [j, b]) => {
        for (const { at, sign } of orders) {
          const difference = compare(a[at] ?? null, b[at] ?? null)
          if (difference !== 0) return sign * difference
        }
        return tie * (i - j)
      })
      .map(([, row]) => row)
  }

  condition(): Test {
    let test = this.#conjunction()
    while (this.#cursor.accept('OR')) {
      const [left, right] = [test, this.#conjunction()]
      test = (row) => left(row) || right(row)
    }
    return test
  }

  #conjunction(): Test {
    let test = this.#comparison()
    while (this.#cursor.accept('AND')) {
      const [left, right] = [test, this.#comparison()]
      test = (row) => left(row) && right(row)
    }
    return test
  }

  #comparison(): Test {
    if (this.#cursor.accept('(')) {
      const inner = this.condition()
      this.#cursor.expect(')')
      return inner
    }
    const at = this.#column()
    const isNegated = this.#cursor.accept('NOT')
    if (this.#cursor.accept('LIKE')) {
      const isLike = likePattern(this.#cursor.string())
      return (row) => isLike(row[at] ?? '') !== isNegated
    }
    if (this.#cursor.accept('IN')) {
      this.#cursor.expect('(')
      const wanted: string[] = []
      do wanted.push(this.#literal())
      while (this.#cursor.accept(','))
      this.#cursor.expect(')')
      return (row) => wanted.includes(row[at] ?? '') !== isNegated
    }
    const operator = this.#cursor.next().text
    const wanted = this.#literal()
    return (row) => isOrdered(operator, compare(row[at] ?? null, wanted))
  }

  #literal(): string {
    const token = this.#cursor.next()
    if (token.tag === 'string' || token.tag === 'number') return token.text
    if (token.word === 'TRUE' || token.word === 'FALSE') return token.word.toLowerCase()
    throw this.#cursor.unexpected(token)
  }
}

function isOrdered(operator: string, difference: number): boolean {
  switch (operator) {
    case '=':
      return difference === 0
    case '!=':
    case '<>':
      return difference !== 0
    case '<':
      return difference < 0
    case '<=':
      return difference <= 0
    case '>':
      return difference > 0
    case '>=':
      return difference >= 0
    default:
      throw analyzingError(`Unknown operator ${operator}`)
  }
}

function compare(a: string | null, b: string | null): number {
  if (a === b) return 0
  if (a === null) return -1
  if (b === null) return 1
  const [x, y] = [Number(a), Number(b)]
  if (a !== '' && b !== '' && !Number.isNaN(x) && !Number.isNaN(y)) return x - y
  return a < b ? -1 : a > b ? 1 : 0
}
