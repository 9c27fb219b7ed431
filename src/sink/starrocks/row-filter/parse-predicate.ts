import { FilterError } from './filter-error.ts'
import type { ComparisonOperator, LiteralNode, PredicateNode } from './predicate.ts'
import { tokenize, type Token } from './tokenize.ts'

const OPERATORS: Readonly<Record<string, ComparisonOperator>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
}
const END: Token = { tag: 'end', text: '', position: 0 }
const TYPED_LITERALS = new Set(['date', 'time', 'timestamp', 'timestamptz'])

/** Reads one predicate by PostgreSQL's precedence: OR, AND, NOT, IS, comparison, then BETWEEN, IN, LIKE. */
class Parser {
  readonly #tokens: readonly Token[]
  #next = 0

  constructor(source: string) {
    this.#tokens = tokenize(source)
  }

  whole(): PredicateNode {
    const node = this.#or()
    if (this.#peek().tag !== 'end') throw this.#unexpected('the end')
    return node
  }

  #or(): PredicateNode {
    const { position } = this.#peek()
    const parts = [this.#and()]
    while (this.#takeWord('or')) parts.push(this.#and())
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { tag: 'or', parts, position }
  }

  #and(): PredicateNode {
    const { position } = this.#peek()
    const parts = [this.#not()]
    while (this.#takeWord('and')) parts.push(this.#not())
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { tag: 'and', parts, position }
  }

  #not(): PredicateNode {
    const { position } = this.#peek()
    return this.#takeWord('not') ? { tag: 'not', of: this.#not(), position } : this.#is()
  }

  #is(): PredicateNode {
    let node = this.#comparison()
    for (;;) {
      const { position } = this.#peek()
      if (!this.#takeWord('is')) return node
      const negated = this.#takeWord('not')
      const what = (['null', 'true', 'false', 'unknown'] as const).find((word) => this.#takeWord(word))
      if (what === undefined) throw this.#unexpected('NULL, TRUE, FALSE or UNKNOWN')
      const is: PredicateNode = { tag: 'is', of: node, what, position }
      node = negated ? { tag: 'not', of: is, position } : is
    }
  }

  #comparison(): PredicateNode {
    const left = this.#pattern()
    const { tag, text, position } = this.#peek()
    const operator = tag === 'symbol' ? OPERATORS[text] : undefined
    if (operator === undefined) return left
    this.#next++
    return { tag: 'compare', operator, left, right: this.#pattern(), position }
  }

  #pattern(): PredicateNode {
    const left = this.#operand()
    const { position } = this.#peek()
    const start = this.#next
    const negated = this.#takeWord('not')
    const node = this.#patternTail(left, position)
    if (node === null) {
      this.#next = start
      return left
    }
    return negated ? { tag: 'not', of: node, position } : node
  }

  #patternTail(left: PredicateNode, position: number): PredicateNode | null {
    if (this.#takeWord('in')) return this.#inList(left, position)
    if (this.#takeWord('between')) return this.#between(left, position)
    const ignoreCase = this.#isWord('ilike')
    if (!ignoreCase && !this.#isWord('like')) return null
    this.#next++
    const pattern = this.#operand()
    if (this.#isWord('escape')) throw this.#refuse('ESCAPE is not understood', 'escape with a backslash')
    return { tag: 'like', value: left, pattern, ignoreCase, position }
  }

  #inList(left: PredicateNode, position: number): PredicateNode {
    this.#expectSymbol('(')
    const parts: PredicateNode[] = []
    do parts.push({ tag: 'compare', operator: '=', left, right: this.#operand(), position })
    while (this.#takeSymbol(','))
    this.#expectSymbol(')')
    return { tag: 'or', parts, position }
  }

  #between(left: PredicateNode, position: number): PredicateNode {
    if (this.#isWord('symmetric'))
      throw this.#refuse('BETWEEN SYMMETRIC is not understood', 'put the smaller bound first')
    const low = this.#operand()
    if (!this.#takeWord('and')) throw this.#unexpected('AND')
    const high = this.#operand()
    const from: PredicateNode = { tag: 'compare', operator: '>=', left, right: low, position }
    const to: PredicateNode = { tag: 'compare', operator: '<=', left, right: high, position }
    return { tag: 'and', parts: [from, to], position }
  }

  #operand(): PredicateNode {
    let node = this.#primary()
    for (;;) {
      const { position } = this.#peek()
      if (this.#takeSymbol('::')) node = this.#cast(node, position)
      else if (this.#takeWord('collate')) node = { tag: 'collate', of: node, collation: this.#name(), position }
      else return node
    }
  }

  #cast(node: PredicateNode, position: number): PredicateNode {
    const castTo = this.#typeName()
    if (node.tag !== 'literal' || node.castTo !== null) {
      throw new FilterError('only a literal can be cast', position, 'cast the other side, or leave the cast out')
    }
    return { ...node, castTo }
  }

  #primary(): PredicateNode {
    const token = this.#take()
    const { tag, text, position } = token
    if (tag === 'symbol' && text === '(') return this.#parenthesis()
    if (tag === 'symbol' && (text === '-' || text === '+')) return this.#signed(text, position)
    if (tag === 'string') return { tag: 'literal', form: 'quoted', text, castTo: null, position }
    if (tag === 'number') return { tag: 'literal', form: 'number', text, castTo: null, position }
    if (tag === 'word' || tag === 'quoted-name') return this.#word(token)
    this.#next--
    throw this.#unexpected('a column or a literal')
  }

  #parenthesis(): PredicateNode {
    const inner = this.#or()
    this.#expectSymbol(')')
    return inner
  }

  #signed(sign: string, position: number): PredicateNode {
    const number = this.#take()
    if (number.tag !== 'number') throw new FilterError('a sign must stand before a number', position)
    // `-5::int` is -(5::int) in PostgreSQL; for numbers both are one.
    return {
      tag: 'literal',
      form: 'number',
      text: sign === '-' ? `-${number.text}` : number.text,
      castTo: null,
      position,
    }
  }

  #word(token: Token): PredicateNode {
    const { tag, text, position } = token
    const plain = (form: LiteralNode['form']): PredicateNode => ({ tag: 'literal', form, text, castTo: null, position })
    if (tag === 'word') {
      if (text === 'true' || text === 'false') return plain('boolean')
      if (text === 'null') return plain('null')
      if (text === 'cast') return this.#castFunction(position)
      if (TYPED_LITERALS.has(text) && this.#peek().tag === 'string') {
        return { tag: 'literal', form: 'quoted', text: this.#take().text, castTo: text, position }
      }
      if (this.#isSymbol('(')) {
        throw new FilterError(`the function ${text} is not understood`, position, 'compare columns with literals')
      }
    }
    let name = text
    while (this.#takeSymbol('.')) name = this.#name()
    return { tag: 'column', name, position }
  }

  #castFunction(position: number): PredicateNode {
    this.#expectSymbol('(')
    const node = this.#operand()
    if (!this.#takeWord('as')) throw this.#unexpected('AS')
    const cast = this.#cast(node, position)
    this.#expectSymbol(')')
    return cast
  }

  #typeName(): string {
    let name = this.#name()
    while (this.#takeSymbol('.')) name = this.#name()
    if (name === 'double' && this.#takeWord('precision')) name = 'float8'
    if (name === 'timestamp' || name === 'time') name = this.#timeType(name)
    if (this.#isSymbol('(')) throw this.#refuse('a type with a length or precision is not understood', 'leave it out')
    return name
  }

  #timeType(name: string): string {
    const zoned = this.#takeWord('with')
    if (!zoned && !this.#takeWord('without')) return name
    if (!this.#takeWord('time') || !this.#takeWord('zone')) throw this.#unexpected('TIME ZONE')
    return zoned ? `${name}tz` : name
  }

  #name(): string {
    const token = this.#take()
    if (token.tag === 'word' || token.tag === 'quoted-name') return token.text
    this.#next--
    throw this.#unexpected('a name')
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? END
  }

  #take(): Token {
    const token = this.#peek()
    this.#next++
    return token
  }

  #isWord(word: string): boolean {
    const { tag, text } = this.#peek()
    return tag === 'word' && text === word
  }

  #isSymbol(symbol: string): boolean {
    const { tag, text } = this.#peek()
    return tag === 'symbol' && text === symbol
  }

  #takeWord(word: string): boolean {
    const found = this.#isWord(word)
    if (found) this.#next++
    return found
  }

  #takeSymbol(symbol: string): boolean {
    const found = this.#isSymbol(symbol)
    if (found) this.#next++
    return found
  }

  #expectSymbol(symbol: string): void {
    if (!this.#takeSymbol(symbol)) throw this.#unexpected(symbol)
  }

  #unexpected(wanted: string): FilterError {
    const { tag, text, position } = this.#peek()
    return new FilterError(`${wanted} was expected, not ${tag === 'end' ? 'the end' : JSON.stringify(text)}`, position)
  }

  #refuse(message: string, suggestion: string): FilterError {
    return new FilterError(message, this.#peek().position, suggestion)
  }
}

/** Parses a predicate. @throws {FilterError} where it leaves what is understood. */
export const parsePredicate = (source: string): PredicateNode => new Parser(source).whole()
