import { type StandInError, syntaxError } from '../stand-in-error.ts'
import type { QueryEnvironment } from './query-environment.ts'
import type { Token } from './token.ts'

/** One level of parentheses while a query is walked. */
export interface Level {
  /** Whether this level is inside a FROM clause, where a comma is followed by another table. */
  inFrom: boolean
  /** Whether the next name is a table. */
  wantsTable: boolean
  /** The function whose arguments these are, upper case. */
  readonly call: string
}

/** A walk over a query's tokens that writes DuckDB's SQL. */
export class QueryWalk {
  readonly tokens: readonly Token[]
  readonly environment: QueryEnvironment
  readonly output: string[] = []
  readonly levels: Level[] = [{ inFrom: false, wantsTable: false, call: '' }]
  /** Translates a range of tokens on its own. */
  readonly inner: (from: number, to: number) => string
  readonly #translate: (tokens: readonly Token[]) => string
  at = 0

  constructor(
    tokens: readonly Token[],
    environment: QueryEnvironment,
    translate: (tokens: readonly Token[]) => string,
  ) {
    this.tokens = tokens
    this.environment = environment
    this.#translate = translate
    this.inner = (from, to) => translate(tokens.slice(from, to))
  }

  /** A walk over other tokens in the same environment. */
  onTokens(tokens: readonly Token[]): QueryWalk {
    return new QueryWalk(tokens, this.environment, this.#translate)
  }

  get level(): Level {
    const level = this.levels.at(-1)
    if (level === undefined) throw this.#unexpected(')', this.look(0))
    return level
  }

  look(offset: number): Token | undefined {
    return this.tokens[this.at + offset]
  }

  textAt(offset: number): string {
    return this.look(offset)?.text ?? ''
  }

  wordAt(offset: number): string {
    return this.look(offset)?.word ?? ''
  }

  emit(text: string, tokens = 1): void {
    this.output.push(text)
    this.at += tokens
  }

  /** Of the call at the current name: the parenthesis that closes it and the commas directly inside. */
  callExtent(): { readonly end: number; readonly commas: readonly number[] } {
    let depth = 0
    const commas: number[] = []
    for (let at = this.at + 1; at < this.tokens.length; at++) {
      const token = this.tokens[at]
      if (token?.tag !== 'sign') continue
      if (token.text === '(') depth++
      if (token.text === ',' && depth === 1) commas.push(at)
      if (token.text === ')' && --depth === 0) return { end: at, commas }
    }
    throw this.#unexpected('<EOF>', this.tokens.at(-1))
  }

  #unexpected(found: string, at: Token | undefined): StandInError {
    return syntaxError(found, at ?? { line: 1, column: 0 }, [found === ')' ? '<EOF>' : "')'"])
  }
}
