import { syntaxError } from '../stand-in-error.ts'

/** A piece of a statement. `text` is what it means: names without back quotes, strings without quotes and escapes. */
export interface Token {
  readonly tag: 'name' | 'quoted' | 'string' | 'number' | 'sign' | 'parameter'
  readonly text: string
  /** Upper case, for names; else the text. */
  readonly word: string
  /** Where it begins in the statement. */
  readonly at: number
  readonly line: number
  readonly column: number
}

const signs = ['<=>', '->>', '<>', '!=', '>=', '<=', '||', '&&', '->', ':=', '@@']

const space = /(?:\s+|--[ \t][^\n]*(?:\n|$)|--(?=\n|$)|#[^\n]*(?:\n|$)|\/\*(?!\+)[\s\S]*?\*\/|\/\*\+[\s\S]*?\*\/)+/y
const name = /[A-Za-z_\u0080-\uffff$][\w$\u0080-\uffff]*/y
const number = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y
const hex = /0[xX][0-9A-Fa-f]+/y

/**
 * Cuts a MySQL statement into tokens; comments and hints are dropped.
 * @throws {StandInError} 1064 for an open quote.
 */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  let line = 1
  let lineStart = 0
  const pass = (length: number): void => {
    for (let end = sql.indexOf('\n', at); end >= 0 && end < at + length; end = sql.indexOf('\n', end + 1)) {
      line++
      lineStart = end + 1
    }
    at += length
  }
  const hasLines = sql.includes('\n')
  for (;;) {
    const gap = matchAt(space, sql, at)?.length ?? 0
    if (hasLines) pass(gap)
    else at += gap
    if (at >= sql.length) return tokens
    const [tag, text, length] = readToken(sql, at)
    tokens.push({ tag, text, word: tag === 'name' ? text.toUpperCase() : text, at, line, column: at - lineStart })
    if (hasLines) pass(length)
    else at += length
  }
}

function matchAt(pattern: RegExp, sql: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(sql)?.[0]
}

/** The token at a position: what it is, what it means, how long it is. */
function readToken(sql: string, at: number): [Token['tag'], string, number] {
  const char = sql[at] ?? ''
  if (char === '`' || char === "'" || char === '"') {
    const end = closing(sql, at, char)
    const inside = sql.slice(at + 1, end - 1)
    return char === '`'
      ? ['quoted', inside.replaceAll('``', '`'), end - at]
      : ['string', unescape(inside, char), end - at]
  }
  if (char === '?') return ['parameter', char, 1]
  const word = matchAt(name, sql, at)
  if (word !== undefined) return ['name', word, word.length]
  const digits = matchAt(hex, sql, at) ?? matchAt(number, sql, at)
  if (digits !== undefined) return ['number', digits, digits.length]
  const sign = signs.find((candidate) => sql.startsWith(candidate, at)) ?? char
  return ['sign', sign, sign.length]
}

function closing(sql: string, start: number, quote: string): number {
  for (let at = start + 1; at < sql.length; at++) {
    if (sql[at] === '\\' && quote !== '`') at++
    else if (sql[at] === quote) {
      if (sql[at + 1] !== quote) return at + 1
      at++
    }
  }
  const before = sql.slice(0, start)
  const line = before.split('\n').length
  throw syntaxError(sql.slice(start, start + 20), { line, column: start - before.lastIndexOf('\n') - 1 }, [
    `closing ${quote}`,
  ])
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', 0: '\0', b: '\b', Z: '\u001a' }

/** Backslash escapes as MySQL has them; `\%` and `\_` keep their backslash (LIKE needs it). */
function unescape(text: string, quote: string): string {
  return text
    .replaceAll(quote + quote, quote)
    .replaceAll(/\\([\s\S])/g, (whole, char: string) =>
      char === '%' || char === '_' ? whole : (escapes[char] ?? char),
    )
}

/** Cuts a text of several statements at its semicolons; empty ones are dropped. */
export function splitStatements(sql: string): string[] {
  const statements: string[] = []
  let start = 0
  let isEmpty = true
  for (const token of tokenize(sql)) {
    if (token.tag !== 'sign' || token.text !== ';') {
      isEmpty = false
      continue
    }
    if (!isEmpty) statements.push(sql.slice(start, token.at))
    start = token.at + 1
    isEmpty = true
  }
  if (!isEmpty) statements.push(sql.slice(start))
  return statements
}
