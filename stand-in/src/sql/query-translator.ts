import { informationSchemaTables } from '../catalog/meta-schema.ts'
import { storageName } from '../catalog/table-def.ts'
import { StandInError } from '../stand-in-error.ts'
import { quoteName, quoteText } from '../storage/duck.ts'
import { castTypes, dateFormatCodes, functionNames } from './functions.ts'
import type { QueryEnvironment } from './query-environment.ts'
import { selectItems } from './select-items.ts'
import type { Token } from './token.ts'

const afterTables = new Set([
  'WHERE',
  'GROUP',
  'HAVING',
  'ORDER',
  'LIMIT',
  'UNION',
  'INTERSECT',
  'EXCEPT',
  'MINUS',
  'WINDOW',
  'QUALIFY',
  'SET',
])
const noAlias = new Set([
  ...afterTables,
  'JOIN',
  'INNER',
  'LEFT',
  'RIGHT',
  'FULL',
  'CROSS',
  'NATURAL',
  'ON',
  'USING',
  'AS',
  'SEMI',
  'ANTI',
  'OFFSET',
])
const fromIsNoClause = new Set(['EXTRACT', 'TRIM', 'SUBSTRING', 'SUBSTR'])

/** One level of parentheses while a query is walked. */
interface Level {
  /** Whether the next name, or the one after a comma, is a table. */
  inFrom: boolean
  wantsTable: boolean
  /** The function whose arguments these are, upper case. */
  readonly call: string
}

/**
 * Turns a StarRocks query, or an expression of one, into DuckDB's SQL: quotes, table names, functions, operators and
 * type names. What DuckDB would do differently in silence is listed in the README as a known difference.
 *
 * @throws {StandInError} for an unknown table or database.
 */
export function translateQuery(sql: string, tokens: readonly Token[], environment: QueryEnvironment): string {
  return new QueryTranslator(sql, tokens, environment).query()
}

/** An expression alone, such as a WHERE condition. */
export function translateExpression(sql: string, tokens: readonly Token[], environment: QueryEnvironment): string {
  return new QueryTranslator(sql, tokens, environment).expression()
}

class QueryTranslator {
  readonly #sql: string
  readonly #tokens: readonly Token[]
  readonly #environment: QueryEnvironment
  readonly #commonTables: Set<string>
  readonly #output: string[] = []
  readonly #levels: Level[] = [{ inFrom: false, wantsTable: false, call: '' }]
  #at = 0

  constructor(sql: string, tokens: readonly Token[], environment: QueryEnvironment) {
    this.#sql = sql
    this.#tokens = tokens
    this.#environment = environment
    this.#commonTables = new Set(
      tokens.flatMap((token, index) => {
        const isDefinition = tokens[index + 1]?.word === 'AS' && tokens[index + 2]?.text === '('
        return isDefinition && /^(?:SELECT|WITH)$/.test(tokens[index + 3]?.word ?? '') ? [token.text] : []
      }),
    )
  }

  query(): string {
    const items = selectItems(this.#sql, this.#tokens)
    while (this.#at < this.#tokens.length) {
      const alias = items.get(this.#at)
      if (alias !== undefined) this.#output.push(`AS ${quoteName(alias)}`)
      this.#step()
    }
    const last = items.get(this.#at)
    if (last !== undefined) this.#output.push(`AS ${quoteName(last)}`)
    return this.#output.join(' ')
  }

  expression(): string {
    while (this.#at < this.#tokens.length) this.#step()
    return this.#output.join(' ')
  }

  get #level(): Level {
    const level = this.#levels.at(-1)
    if (level === undefined) throw new StandInError('Getting syntax error: unbalanced )', 1064, '42000')
    return level
  }

  #look(offset: number): Token | undefined {
    return this.#tokens[this.#at + offset]
  }

  #emit(text: string, tokens = 1): void {
    this.#output.push(text)
    this.#at += tokens
  }

  #step(): void {
    const token = this.#look(0)
    if (token === undefined) return
    switch (token.tag) {
      case 'string':
        return this.#string(token)
      case 'number':
        return this.#emit(token.text)
      case 'parameter':
        return this.#emit('?')
      case 'sign':
        return this.#sign(token)
      default:
        if (this.#level.wantsTable) this.#table()
        else this.#name(token)
    }
  }

  #string(token: Token): void {
    const like = this.#tokens[this.#at - 1]?.word === 'LIKE'
    this.#emit(quoteText(token.text) + (like && token.text.includes('\\') ? String.raw` ESCAPE '\'` : ''))
  }

  #sign(token: Token): void {
    switch (token.text) {
      case '(': {
        const before = this.#tokens[this.#at - 1]
        const isCall = before?.tag === 'name' && !this.#level.wantsTable
        this.#levels.push({
          inFrom: this.#level.wantsTable,
          wantsTable: this.#level.wantsTable,
          call: isCall ? before.word : '',
        })
        return this.#emit('(')
      }
      case ')':
        this.#levels.pop()
        this.#level.wantsTable = false
        return this.#emit(')')
      case ',':
        this.#level.wantsTable = this.#level.inFrom
        return this.#emit(',')
      case '<=>':
        return this.#emit('IS NOT DISTINCT FROM')
      case '&&':
        return this.#emit('AND')
      case '||':
        return this.#emit('OR')
      case '!':
        return this.#emit('NOT')
      case '@@':
      case '@':
        return this.#variable()
      default:
        this.#emit(token.text)
    }
  }

  #variable(): void {
    let length = 2
    let name = this.#look(1)?.text ?? ''
    if (/^(?:session|global|local)$/i.test(name) && this.#look(2)?.text === '.') {
      name = this.#look(3)?.text ?? ''
      length = 4
    }
    const value = this.#environment.variable(name)
    if (value === undefined && this.#look(0)?.text === '@@') {
      throw new StandInError(`Unknown system variable '${name}'`, 1193)
    }
    const literal = value === undefined ? 'NULL' : /^-?\d{1,18}$/.test(value) ? value : quoteText(value)
    this.#emit(literal, length)
  }

  #name(token: Token): void {
    if (token.tag === 'quoted') return this.#column(token)
    const word = token.word
    if (word === 'SELECT') this.#level.inFrom = this.#level.wantsTable = false
    if ((word === 'FROM' && !fromIsNoClause.has(this.#level.call)) || word === 'JOIN') {
      if (this.#look(1)?.word === 'DUAL') {
        this.#at += 2
        return
      }
      this.#level.inFrom = this.#level.wantsTable = true
      return this.#emit(word)
    }
    if (afterTables.has(word)) this.#level.inFrom = false
    if (word === 'LIMIT' && this.#look(2)?.text === ',') {
      return this.#emit(`LIMIT ${this.#look(3)?.text ?? ''} OFFSET ${this.#look(1)?.text ?? ''}`, 4)
    }
    if (this.#look(1)?.text === '(') return this.#call(word, token)
    if (word === 'AS' && this.#level.call === 'CAST') return this.#castType()
    this.#keyword(token)
  }

  #keyword(token: Token): void {
    switch (token.word) {
      case 'DIV':
        return this.#emit('//')
      case 'MINUS':
        return this.#emit('EXCEPT')
      case 'REGEXP':
      case 'RLIKE':
        return this.#emit(`~ ('(?s).*(?:' || ${quoteText(this.#look(1)?.text ?? '')} || ').*')`, 2)
      case 'CURRENT_TIMESTAMP':
        return this.#emit('sr_now()')
      case 'CURRENT_DATE':
        return this.#emit('current_date')
      default:
        this.#column(token)
    }
  }

  /** A column or another word; of `db.table.column` the database is dropped. */
  #column(token: Token): void {
    const isThreeParts = this.#look(1)?.text === '.' && this.#look(3)?.text === '.'
    if (isThreeParts) this.#at += 2
    const shown = isThreeParts ? (this.#look(0) ?? token) : token
    const isName = shown.tag === 'quoted' || this.#look(1)?.text === '.' || this.#tokens[this.#at - 1]?.text === '.'
    this.#emit(isName ? quoteName(shown.text) : shown.text)
  }

  #call(word: string, token: Token): void {
    switch (word) {
      case 'DATABASE':
      case 'SCHEMA':
        return this.#emit(this.#environment.database === undefined ? 'NULL' : quoteText(this.#environment.database), 3)
      case 'VERSION':
        return this.#emit(quoteText(this.#environment.variable('version') ?? ''), 3)
      case 'CURRENT_VERSION':
        return this.#emit(quoteText(this.#environment.variable('current_version') ?? ''), 3)
      case 'USER':
      case 'CURRENT_USER':
      case 'SESSION_USER':
        return this.#emit(quoteText(`'${this.#environment.user}'@'%'`), 3)
      case 'CONNECTION_ID':
        return this.#emit(this.#environment.variable('connection_id') ?? '0', 3)
      case 'LAST_QUERY_ID':
        return this.#emit(`''`, 3)
      case 'DATE_FORMAT':
        return this.#dateFormat()
      case 'GROUP_CONCAT':
        return this.#groupConcat()
      case 'COUNT':
        if (this.#look(2)?.word === 'DISTINCT' && this.#argumentCommas() > 0) return this.#countDistinct()
        return this.#emit('count')
      default:
        this.#emit(functionNames[word] ?? token.text)
    }
  }

  /** Position of the parenthesis that closes the call at the current name, and the commas directly inside. */
  #callExtent(): { readonly end: number; readonly commas: number[] } {
    let depth = 0
    const commas: number[] = []
    for (let at = this.#at + 1; at < this.#tokens.length; at++) {
      const token = this.#tokens[at]
      if (token?.tag !== 'sign') continue
      if (token.text === '(') depth++
      else if (token.text === ')' && --depth === 0) return { end: at, commas }
      else if (token.text === ',' && depth === 1) commas.push(at)
    }
    throw new StandInError('Getting syntax error: unbalanced (', 1064, '42000')
  }

  #argumentCommas(): number {
    return this.#callExtent().commas.length
  }

  #inner(from: number, to: number): string {
    return translateExpression(this.#sql, this.#tokens.slice(from, to), this.#environment)
  }

  #countDistinct(): void {
    const start = this.#at
    const { end } = this.#callExtent()
    this.#emit(`count(DISTINCT (${this.#inner(start + 3, end)}))`, end - start + 1)
  }

  #dateFormat(): void {
    const start = this.#at
    const { end, commas } = this.#callExtent()
    const comma = commas[0] ?? end
    const format = this.#tokens[comma + 1]?.text ?? ''
    const codes = format.replaceAll(/%(.)/g, (code, letter: string) => dateFormatCodes[letter] ?? code)
    this.#emit(`strftime((${this.#inner(start + 2, comma)})::TIMESTAMP, ${quoteText(codes)})`, end - start + 1)
  }

  #groupConcat(): void {
    const start = this.#at
    const { end } = this.#callExtent()
    const inside = this.#tokens.slice(start + 2, end)
    const orderAt = inside.findIndex((token) => token.word === 'ORDER')
    const separatorAt = inside.findIndex((token) => token.word === 'SEPARATOR')
    const valueEnd = [orderAt, separatorAt, inside.length].filter((at) => at >= 0).reduce((a, b) => Math.min(a, b))
    const separator = separatorAt >= 0 ? (inside[separatorAt + 1]?.text ?? ',') : ','
    const orderEnd = separatorAt > orderAt ? separatorAt : inside.length
    const order = orderAt >= 0 ? ` ${this.#inner(start + 2 + orderAt, start + 2 + orderEnd)}` : ''
    const value = this.#inner(start + 2, start + 2 + valueEnd)
    this.#emit(`string_agg(${value}, ${quoteText(separator)}${order})`, end - start + 1)
  }

  /** `AS type)` of a CAST; casts to text keep StarRocks' forms of DATETIME and BOOLEAN. */
  #castType(): void {
    const type = this.#look(1)?.text.toUpperCase() ?? ''
    let length = 2
    let size = ''
    if (this.#look(2)?.text === '(') {
      while (this.#look(length)?.text !== ')') size += this.#look(length++)?.text ?? ''
      size += ')'
      length++
    }
    if (type === 'STRING' || type === 'VARCHAR' || type === 'CHAR') {
      const open = this.#output.lastIndexOf('(')
      const call = this.#castStart()
      if (call >= 0 && open >= 0) this.#output[call] = 'sr_text'
      this.#at += length
      return
    }
    this.#emit(`AS ${castTypes[type] ?? type}${type === 'DECIMAL' ? size : ''}`, length)
  }

  /** Where the CAST that is now being closed was written to the output. */
  #castStart(): number {
    let depth = 0
    for (let at = this.#output.length - 1; at > 0; at--) {
      if (this.#output[at] === ')') depth++
      else if (this.#output[at] === '(' && depth-- === 0) return at - 1
    }
    return -1
  }

  /** A table of a FROM clause: the stored table under the name that the query calls it by. */
  #table(): void {
    this.#level.wantsTable = false
    const parts: string[] = []
    let length = 0
    do {
      parts.push(this.#look(length)?.text ?? '')
      length += 2
    } while (this.#look(length - 1)?.text === '.')
    length--
    if (this.#look(1)?.text === '(') return this.#emit(this.#look(0)?.text ?? '')
    const name = parts.at(-1) ?? ''
    const alias = this.#look(length)
    const hasAlias =
      alias !== undefined &&
      ((alias.tag === 'name' && (alias.word === 'AS' || !noAlias.has(alias.word))) || alias.tag === 'quoted')
    if (parts.length === 1 && this.#commonTables.has(name)) return this.#emit(quoteName(name), length)
    const database = parts.at(-2) ?? this.#environment.database
    this.#emit(this.#stored(database, name) + (hasAlias ? '' : ` AS ${quoteName(name)}`), length)
  }

  #stored(database: string | undefined, name: string): string {
    if (database === undefined) throw new StandInError('No database selected', 1046, '3D000')
    if (database.toLowerCase() === 'information_schema') {
      const table = informationSchemaTables[name.toLowerCase()]
      if (table === undefined) throw new StandInError(`Unknown table 'information_schema.${name}'`, 5502, '42S02')
      return table
    }
    return storageName(this.#environment.catalog.table(database, name).id)
  }
}
