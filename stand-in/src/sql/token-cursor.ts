import { StandInError, syntaxError } from '../stand-in-error.ts'
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

  get peek(): Token | undefined {
    return this.tokens[this.at]
  }

  get atEnd(): boolean {
    return this.at >= this.tokens.length
  }

  next(): Token {
    const token = this.tokens[this.at++]
    if (token === undefined) throw syntaxError('at the end of the statement: unexpected end')
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
    if (!this.accept(...words)) throw this.unexpected()
  }

  /** A name, quoted or not. */
  name(): string {
    const token = this.next()
    if (token.tag !== 'name' && token.tag !== 'quoted') throw this.unexpected(token)
    return token.text
  }

  string(): string {
    const token = this.next()
    if (token.tag !== 'string') throw this.unexpected(token)
    return token.text
  }

  whole(): number {
    const token = this.next()
    if (!/^\d+$/.test(token.text)) throw this.unexpected(token)
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
    if (!this.atEnd) throw this.unexpected()
  }

  /** The text of StarRocks' syntax error for a token. */
  unexpected(token = this.peek): StandInError {
    if (token === undefined) return syntaxError('at the end of the statement: unexpected end')
    return syntaxError(`at position ${token.at}, detail message: Unexpected input '${token.text}'`)
  }
}
