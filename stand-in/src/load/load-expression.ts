import { type LoadValue, loadFunctions } from './load-functions.ts'
import { LoadFailure } from './field-row.ts'

/** An expression of the `columns` or `where` header, compiled: reads the source fields, answers a value or null. */
export type LoadExpression = (field: (name: string) => LoadValue) => LoadValue

type Token = { readonly tag: 'name' | 'string' | 'number' | 'sign'; readonly text: string }

const tokenPattern =
  /\s*(?:(`[^`]+`|[A-Za-z_][\w$]*)|('(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*")|(\d+(?:\.\d+)?)|(<=>|<>|!=|>=|<=|[-+(),=<>]))/y

/**
 * Cuts a header into its comma-separated items, e.g. `a`, `b=to_binary(tmp,'hex')`.
 * @throws {LoadFailure} when the text is no such list.
 */
export function columnItems(
  header: string,
): { readonly name: string; readonly expression?: LoadExpression | undefined }[] {
  const parser = new ExpressionParser(header)
  const items = []
  do {
    const name = parser.name()
    const expression = parser.accept('=') ? parser.expression() : undefined
    items.push({ name, expression })
  } while (parser.accept(','))
  parser.end()
  return items
}

/** Compiles the `where` header; the row is kept when the value is true. */
export function whereExpression(header: string): LoadExpression {
  const parser = new ExpressionParser(header)
  const expression = parser.condition()
  parser.end()
  return expression
}

const comparisons: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
}

const truth = (value: boolean): LoadValue => ({ bytes: Buffer.from(value ? '1' : '0'), binary: false })
const isTrue = (value: LoadValue): boolean => value !== null && value.bytes.toString() !== '0'

class ExpressionParser {
  readonly #tokens: Token[] = []
  #at = 0

  constructor(text: string) {
    tokenPattern.lastIndex = 0
    while (tokenPattern.lastIndex < text.trimEnd().length) {
      const match = tokenPattern.exec(text)
      if (match === null) throw new LoadFailure(`Getting syntax error in header: ${text}`)
      if (match[1] !== undefined) this.#tokens.push({ tag: 'name', text: match[1].replaceAll('`', '') })
      else if (match[2] !== undefined) this.#tokens.push({ tag: 'string', text: unquote(match[2]) })
      else if (match[3] !== undefined) this.#tokens.push({ tag: 'number', text: match[3] })
      else this.#tokens.push({ tag: 'sign', text: match[4] ?? '' })
    }
  }

  accept(sign: string): boolean {
    const token = this.#tokens[this.#at]
    if (token === undefined || token.tag === 'string' || token.text.toLowerCase() !== sign) return false
    this.#at++
    return true
  }

  name(): string {
    const token = this.#next()
    if (token.tag !== 'name') throw this.#unexpected(token)
    return token.text
  }

  end(): void {
    const token = this.#tokens[this.#at]
    if (token !== undefined) throw this.#unexpected(token)
  }

  condition(): LoadExpression {
    let left = this.#conjunction()
    while (this.accept('or')) {
      const [a, b] = [left, this.#conjunction()]
      left = (field) => truth(isTrue(a(field)) || isTrue(b(field)))
    }
    return left
  }

  #conjunction(): LoadExpression {
    let left = this.#comparison()
    while (this.accept('and')) {
      const [a, b] = [left, this.#comparison()]
      left = (field) => truth(isTrue(a(field)) && isTrue(b(field)))
    }
    return left
  }

  #comparison(): LoadExpression {
    const left = this.expression()
    if (this.accept('is')) {
      const negated = this.accept('not')
      if (!this.accept('null')) throw new LoadFailure('Getting syntax error in header: IS needs NULL')
      return (field) => truth((left(field) === null) !== negated)
    }
    const operator = Object.keys(comparisons).find((sign) => this.accept(sign))
    const test = operator === undefined ? undefined : comparisons[operator]
    if (test === undefined) return left
    const right = this.expression()
    return (field) => {
      const [a, b] = [left(field), right(field)]
      return a === null || b === null ? null : truth(test(compare(a.bytes.toString(), b.bytes.toString())))
    }
  }

  expression(): LoadExpression {
    if (this.accept('(')) {
      const inner = this.condition()
      if (!this.accept(')')) throw new LoadFailure('Getting syntax error in header: ) is missing')
      return inner
    }
    const negative = this.accept('-')
    const token = this.#next()
    if (token.tag === 'string' || token.tag === 'number') {
      const constant = { bytes: Buffer.from(negative ? `-${token.text}` : token.text), binary: false }
      return () => constant
    }
    if (token.tag !== 'name') throw this.#unexpected(token)
    if (this.accept('(')) return this.#call(token.text)
    if (token.text.toLowerCase() === 'null') return () => null
    return (field) => field(token.text)
  }

  #call(name: string): LoadExpression {
    const parameters: LoadExpression[] = []
    while (!this.accept(')')) {
      parameters.push(this.condition())
      this.accept(',')
      if (this.#at >= this.#tokens.length) throw new LoadFailure('Getting syntax error in header: ) is missing')
    }
    const apply = loadFunctions[name.toLowerCase()]
    if (apply === undefined) throw new LoadFailure(`No matching function with signature: ${name}(...)`)
    return (field) => apply(parameters.map((parameter) => parameter(field)))
  }

  #next(): Token {
    const token = this.#tokens[this.#at++]
    if (token === undefined) throw new LoadFailure('Getting syntax error in header: unexpected end')
    return token
  }

  #unexpected(token: Token): LoadFailure {
    return new LoadFailure(`Getting syntax error in header: unexpected '${token.text}'`)
  }
}

function unquote(text: string): string {
  return text.slice(1, -1).replaceAll("''", "'").replaceAll(/\\(.)/g, '$1')
}

function compare(a: string, b: string): number {
  const [left, right] = [Number(a), Number(b)]
  if (a !== '' && b !== '' && !Number.isNaN(left) && !Number.isNaN(right)) return left - right
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
