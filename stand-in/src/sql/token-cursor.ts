import { StandInError, syntaxError } from '../stand-in-error.ts'
import { reservedKeywords } from './reserved-keywords.ts'
import type { Token } from './token.ts'

/** A database and table as a statement names them. */
export interface TableName {
  readonly database: string
  readonly name: string
}

/** Walks over the tokens of one statement. */
export class TokenCursor {
  readonly tokens: readonly Token[]
  at = 0

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
  }

  /** A cursor at the same place that ends before a position. */
  upTo(end: number): TokenCursor {
    const cursor = new TokenCursor(this.tokens.slice(0, end))
    cursor.at = this.at
    return cursor
  }

  get peek(): Token | undefined {
    return this.tokens[this.at]
  }

  get atEnd(): boolean {
    return this.at >= this.tokens.length
  }

  next(): Token {
    const token = this.tokens[this.at]
    if (token === undefined) throw this.unexpected()
    this.at++
    return token
  }

  /** Whether the coming tokens are these words or signs. */
  sees(...words: readonly string[]): boolean {
    return words.every((word, index) => {
      const token = this.tokens[this.at + index]
      return token !== undefined && (token.tag === 'name' || token.tag === 'sign') && token.word === word
    })
  }

  /** Steps over the words if they come. */
  accept(...words: readonly string[]): boolean {
    if (!this.sees(...words)) return false
    this.at += words.length
    return true
  }

  /** @throws {StandInError} 1064 unless the words come. */
  expect(...words: readonly string[]): void {
    for (const word of words) if (!this.accept(word)) throw this.unexpected(this.peek, `'${word}'`)
  }

  /** A name: in back quotes, or a word that is no reserved keyword. */
  name(): string {
    const token = this.peek
    const isName = token?.tag === 'quoted' || (token?.tag === 'name' && !reservedKeywords.has(token.word))
    if (token === undefined || !isName) throw this.unexpected(token, 'a legal identifier')
    this.at++
    return token.text
  }

  /** A word of a statement's own language, such as a unit, whatever it is reserved for. */
  word(): string {
    const token = this.peek
    if (token?.tag !== 'name') throw this.unexpected(token, 'a legal identifier')
    this.at++
    return token.word
  }

  /** A name or a text in quotes, as users, hosts and labels are written. */
  nameOrString(): string {
    return this.peek?.tag === 'string' ? this.string() : this.name()
  }

  string(): string {
    const token = this.peek
    if (token?.tag !== 'string') throw this.unexpected(token, 'SINGLE_QUOTED_TEXT', 'DOUBLE_QUOTED_TEXT')
    this.at++
    return token.text
  }

  whole(): number {
    const token = this.peek
    if (token === undefined || !/^\d+$/.test(token.text)) throw this.unexpected(token, 'INTEGER_VALUE')
    this.at++
    return Number(token.text)
  }

  /** `t`, `db.t` or `catalog.db.t`; the session's database where none is named. */
  tableName(current: string | undefined): TableName {
    const parts = [this.name()]
    while (this.accept('.')) parts.push(this.name())
    const name = parts.pop() ?? ''
    const database = parts.pop() ?? current
    if (database === undefined) throw new StandInError('No database selected', 1046, '3D000')
    return { database, name }
  }

  /** `(a, b, c)`. */
  nameList(): string[] {
    const names: string[] = []
    this.expect('(')
    do names.push(this.name())
    while (this.accept(','))
    this.expect(')')
    return names
  }

  /** @throws {StandInError} 1064 when something follows. */
  end(): void {
    if (!this.atEnd) throw this.unexpected(this.peek, '<EOF>', "';'")
  }

  /** StarRocks' syntax error for a token, and for the end of the statement where there is none. */
  unexpected(token = this.peek, ...expected: readonly string[]): StandInError {
    if (token !== undefined) return syntaxError(token.text, token, expected)
    const last = this.tokens.at(-1)
    const end = { line: last?.line ?? 1, column: (last?.column ?? 0) + (last?.text.length ?? 0) }
    return syntaxError('<EOF>', end, expected)
  }
}
