import { FilterError } from './filter-error.ts'

/** A word of a predicate. `text` is a name or string without its quotes, a keyword or unquoted name in lower case. */
export interface Token {
  readonly tag: 'word' | 'quoted-name' | 'string' | 'number' | 'symbol' | 'end'
  readonly text: string
  readonly position: number
}

const PATTERNS: readonly (readonly [Token['tag'], RegExp])[] = [
  ['word', /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/uy],
  ['quoted-name', /"(?:[^"]|"")+"/uy],
  ['string', /'(?:[^']|'')*'/uy],
  ['number', /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![A-Za-z_0-9.])/uy],
  ['symbol', /<>|!=|<=|>=|::|[=<>(),.+-]/uy],
]
const BLANKS = /\s*/uy

const unquote = (text: string, quote: string): string => text.slice(1, -1).replaceAll(quote + quote, quote)

function textOf(tag: Token['tag'], text: string): string {
  if (tag === 'word') return text.toLowerCase()
  if (tag === 'quoted-name') return unquote(text, '"')
  return tag === 'string' ? unquote(text, "'") : text
}

function tokenAt(source: string, position: number): { token: Token; end: number } {
  for (const [tag, pattern] of PATTERNS) {
    pattern.lastIndex = position
    const found = pattern.exec(source)?.[0]
    if (found === undefined) continue
    const end = position + found.length
    // E'...', U&'...' and B'...': strings that are read otherwise.
    if (tag === 'word' && (source[end] === "'" || source.startsWith("&'", end))) {
      throw new FilterError(`strings of the form ${found}'...' are not understood`, position, "write a plain '...'")
    }
    return { token: { tag, text: textOf(tag, found), position }, end }
  }
  throw new FilterError(`${JSON.stringify(source[position])} is not understood`, position)
}

/** Splits a predicate into words, the last of them an `end`. @throws {FilterError} */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = []
  let position = 0
  for (;;) {
    BLANKS.lastIndex = position
    position += BLANKS.exec(source)?.[0].length ?? 0
    if (position >= source.length) break
    if (source.startsWith('--', position) || source.startsWith('/*', position)) {
      throw new FilterError('comments are not understood', position, 'leave it out')
    }
    const { token, end } = tokenAt(source, position)
    tokens.push(token)
    position = end
  }
  return [...tokens, { tag: 'end', text: '', position: source.length }]
}
