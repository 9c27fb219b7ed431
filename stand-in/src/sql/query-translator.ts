import { StandInError } from '../stand-in-error.ts'
import { quoteName, quoteText } from '../storage/duck.ts'
import { callRules } from './call-rules.ts'
import { castTypes, functionNames } from './functions.ts'
import type { QueryEnvironment } from './query-environment.ts'
import { QueryWalk } from './query-walk.ts'
import { reservedWords, timeUnits } from './reserved-words.ts'
import { selectItems } from './select-items.ts'
import { afterTables, commonTables, writeTable } from './table-reference.ts'
import type { Token } from './token.ts'

/** Functions whose arguments may hold a FROM that begins no clause. */
const fromIsNoClause = new Set(['EXTRACT', 'TRIM', 'SUBSTRING', 'SUBSTR'])

/**
 * Turns a StarRocks query into DuckDB's SQL: quotes, table names, functions, operators and type names.
 * @throws {StandInError} for an unknown table or database.
 */
export function translateQuery(sql: string, tokens: readonly Token[], environment: QueryEnvironment): string {
  const walk = newWalk(tokens, environment)
  const common = commonTables(tokens)
  const aliases = selectItems(sql, tokens)
  for (;;) {
    const alias = aliases.get(walk.at)
    if (alias !== undefined) walk.output.push(`AS ${quoteName(alias)}`)
    if (walk.at >= tokens.length) return walk.output.join(' ')
    step(walk, common)
  }
}

/** Turns an expression alone, such as a WHERE condition. */
export function translateExpression(tokens: readonly Token[], environment: QueryEnvironment): string {
  const walk = newWalk(tokens, environment)
  const common = commonTables(tokens)
  while (walk.at < tokens.length) step(walk, common)
  return walk.output.join(' ')
}

function newWalk(tokens: readonly Token[], environment: QueryEnvironment): QueryWalk {
  return new QueryWalk(tokens, environment, (part) => translateExpression(part, environment))
}

function step(walk: QueryWalk, common: ReadonlySet<string>): void {
  const token = walk.look(0)
  switch (token?.tag) {
    case 'string':
      return writeString(walk, token)
    case 'number':
    case 'parameter':
      return walk.emit(token.text)
    case 'sign':
      return writeSign(walk, token)
    case 'name':
    case 'quoted':
      return isTable(walk, token) ? writeTable(walk, common) : writeName(walk, token)
    case undefined:
      return
  }
}

/** Whether a name of a FROM clause is a table: not the SELECT of a subquery. */
const isTable = (walk: QueryWalk, token: Token): boolean =>
  walk.level.wantsTable && (token.tag === 'quoted' || !/^(?:SELECT|WITH|VALUES)$/.test(token.word))

/** Patterns of LIKE have a backslash as escape in MySQL and none in DuckDB. */
function writeString(walk: QueryWalk, token: Token): void {
  const isPattern = walk.look(-1)?.word === 'LIKE' && token.text.includes('\\')
  walk.emit(quoteText(token.text) + (isPattern ? String.raw` ESCAPE '\'` : ''))
}

const signs: Readonly<Record<string, string>> = { '<=>': 'IS NOT DISTINCT FROM', '&&': 'AND', '||': 'OR', '!': 'NOT' }

function writeSign(walk: QueryWalk, token: Token): void {
  switch (token.text) {
    case '(':
      return openLevel(walk)
    case ')':
      walk.levels.pop()
      walk.level.wantsTable = false
      break
    case ',':
      walk.level.wantsTable = walk.level.inFrom
      break
    case '@@':
    case '@':
      return writeVariable(walk)
  }
  walk.emit(signs[token.text] ?? token.text)
}

function openLevel(walk: QueryWalk): void {
  const { wantsTable } = walk.level
  const before = walk.look(-1)
  const call = before?.tag === 'name' && !wantsTable ? before.word : ''
  walk.levels.push({ inFrom: wantsTable, wantsTable, call })
  walk.emit('(')
}

function writeVariable(walk: QueryWalk): void {
  const isScoped = /^(?:session|global|local)$/i.test(walk.textAt(1)) && walk.textAt(2) === '.'
  const name = walk.textAt(isScoped ? 3 : 1)
  const value = walk.environment.variable(name)
  if (value === undefined && walk.textAt(0) === '@@') throw new StandInError(`Unknown system variable '${name}'`, 1193)
  const literal = /^-?\d{1,18}$/.test(value ?? '') ? value : undefined
  walk.emit(literal ?? (value === undefined ? 'NULL' : quoteText(value)), isScoped ? 4 : 2)
}

const keywords: Readonly<Record<string, string>> = {
  DIV: '//',
  MINUS: 'EXCEPT',
  CURRENT_TIMESTAMP: 'sr_now()',
  LOCALTIMESTAMP: 'sr_now()',
  CURRENT_DATE: 'current_date',
}

function writeName(walk: QueryWalk, token: Token): void {
  if (token.tag === 'quoted' || walk.look(-1)?.text === '.') return writeColumn(walk, token)
  if (walk.textAt(1) === '(') return writeCall(walk, token)
  if (writeClause(walk, token.word)) return
  const keyword = keywords[token.word]
  if (keyword === undefined) writeColumn(walk, token)
  else walk.emit(keyword)
}

/** FROM, LIMIT and other words that need more than their text; false when the word is none of them. */
function writeClause(walk: QueryWalk, word: string): boolean {
  if (afterTables.has(word)) walk.level.inFrom = false
  switch (word) {
    case 'SELECT':
      walk.level.inFrom = walk.level.wantsTable = false
      return false
    case 'FROM':
    case 'JOIN':
      return writeFrom(walk, word)
    case 'LIMIT':
      if (walk.textAt(2) !== ',') return false
      walk.emit(`LIMIT ${walk.textAt(3)} OFFSET ${walk.textAt(1)}`, 4)
      return true
    case 'REGEXP':
    case 'RLIKE':
      walk.emit(`~ ${quoteText(`(?s).*(?:${walk.textAt(1)}).*`)}`, 2)
      return true
    case 'AS':
      if (walk.level.call !== 'CAST') return false
      writeCastType(walk)
      return true
    default:
      return false
  }
}

function writeFrom(walk: QueryWalk, word: string): boolean {
  if (fromIsNoClause.has(walk.level.call)) return false
  if (walk.wordAt(1) === 'DUAL') {
    walk.at += 2
    return true
  }
  walk.level.inFrom = walk.level.wantsTable = true
  walk.emit(word)
  return true
}

/** A column or another word; of `db.table.column` the database is dropped. */
function writeColumn(walk: QueryWalk, token: Token): void {
  const isThreeParts = walk.textAt(1) === '.' && walk.textAt(3) === '.'
  if (isThreeParts) walk.at += 2
  const shown = isThreeParts ? (walk.look(0) ?? token) : token
  walk.emit(isSyntax(walk, shown) ? shown.text : quoteName(shown.text))
}

/** Whether a bare word is no name: a reserved word, a unit, or the type before a literal as in `DATE '2024-01-01'`. */
function isSyntax(walk: QueryWalk, token: Token): boolean {
  if (token.tag === 'quoted' || walk.textAt(1) === '.' || walk.look(-1)?.text === '.') return false
  if (reservedWords.has(token.word)) return true
  if (/^(?:DATE|TIMESTAMP|DATETIME)$/.test(token.word)) return walk.look(1)?.tag === 'string'
  if (!timeUnits.has(token.word)) return false
  return /^(?:EXTRACT|TRIM)$/.test(walk.level.call) || intervalBefore(walk)
}

/** Whether the word ends `INTERVAL n`. */
function intervalBefore(walk: QueryWalk): boolean {
  const back =
    walk.look(-1)?.text === ')'
      ? walk.tokens.findLastIndex(({ word }, at) => at < walk.at && word === 'INTERVAL')
      : walk.at - 2
  return walk.tokens[back]?.word === 'INTERVAL' || walk.tokens[walk.at - 3]?.word === 'INTERVAL'
}

/** Before these words a parenthesis opens no arguments. */
const noCalls = new Set([
  'SELECT',
  'FROM',
  'JOIN',
  'WHERE',
  'AND',
  'OR',
  'NOT',
  'IN',
  'ON',
  'AS',
  'BY',
  'THEN',
  'ELSE',
  'WHEN',
  'UNION',
  'ALL',
  'EXISTS',
  'OVER',
  'HAVING',
  'VALUES',
  'USING',
  'LIMIT',
  'DISTINCT',
  'IS',
  'LIKE',
  'BETWEEN',
  'CASE',
  'INTERVAL',
  'EXCEPT',
  'INTERSECT',
  'MINUS',
  'SET',
  'WITH',
])

function writeCall(walk: QueryWalk, token: Token): void {
  if (noCalls.has(token.word)) {
    if (!writeClause(walk, token.word)) walk.emit(keywords[token.word] ?? token.text)
    return
  }
  if (callRules[token.word]?.(walk) === true) return
  walk.emit(functionNames[token.word] ?? token.text)
}

/** `AS type` of a CAST; casts to text keep StarRocks' forms of DATETIME and BOOLEAN. */
function writeCastType(walk: QueryWalk): void {
  const type = walk.textAt(1).toUpperCase()
  let length = 2
  if (walk.textAt(2) === '(') while (walk.textAt(length - 1) !== ')') length++
  if (type === 'STRING' || type === 'VARCHAR' || type === 'CHAR') {
    walk.output[openCall(walk.output)] = 'sr_text'
    walk.at += length
    return
  }
  const size = type === 'DECIMAL' ? walk.tokens.slice(walk.at + 2, walk.at + length).map((token) => token.text) : []
  walk.emit(`AS ${castTypes[type] ?? type}${size.join('')}`, length)
}

/** Where the innermost call that is still open was written. */
function openCall(output: readonly string[]): number {
  let depth = 0
  for (let at = output.length - 1; at > 0; at--) {
    if (output[at] === ')') depth++
    if (output[at] === '(' && depth-- === 0) return at - 1
  }
  return 0
}
