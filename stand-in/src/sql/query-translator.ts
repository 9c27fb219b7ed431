import { analyzingError, StandInError, syntaxError } from '../stand-in-error.ts'
import { quoteName, quoteText } from '../storage/duck.ts'
import { callRules } from './call-rules.ts'
import { writeCastType } from './cast-type.ts'
import { writeFunction } from './function-call.ts'
import { filterAfterSelect } from './filter-after-select.ts'
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
  const filter = filterAfterSelect(tokens)
  if (filter !== undefined) {
    const inner = translateQuery(sql, filter.select, environment)
    const [condition, limit] = [filter.condition, filter.limit].map((part) => translateExpression(part, environment))
    return `SELECT * FROM (${inner}) AS filtered WHERE ${condition} ${limit}`
  }
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
      if (/^\d{19,}$/.test(token.text)) walk.environment.notes.hasLargeint = true
      return walk.emit(token.text)
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
      return writeSystemVariable(walk)
    case '@':
      return writeUserVariable(walk)
    case '^':
      throw analyzingError('The stand-in does not know the operator ^: use bitxor')
    case ':':
    case '{':
      throw syntaxError(token.text, token, ['<EOF>', "';'"])
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

function writeSystemVariable(walk: QueryWalk): void {
  const isScoped = /^(?:session|global|local)$/i.test(walk.textAt(1)) && walk.textAt(2) === '.'
  const name = walk.textAt(isScoped ? 3 : 1)
  const value = walk.environment.variable(name)
  if (value === undefined) throw new StandInError(`Unknown system variable '${name}'`, 1193)
  walk.emit(literal(value), isScoped ? 4 : 2)
}

function writeUserVariable(walk: QueryWalk): void {
  const value = walk.environment.userVariable(walk.textAt(1))
  walk.emit(value === undefined ? 'NULL' : literal(value), 2)
}

/** Numbers and booleans are such; everything else is text. */
const literal = (value: string): string =>
  /^(?:-?\d{1,18}(?:\.\d+)?|true|false)$/.test(value) ? value : quoteText(value)

const keywords: Readonly<Record<string, string>> = {
  DIV: '//',
  MINUS: 'EXCEPT',
}

/** Words that are a call without parentheses. */
const bareCalls = new Set(
  'CURRENT_TIMESTAMP LOCALTIMESTAMP LOCALTIME CURRENT_DATE CURRENT_USER CURRENT_ROLE'.split(' '),
)

function writeName(walk: QueryWalk, token: Token): void {
  if (token.tag === 'quoted' || walk.look(-1)?.text === '.') return writeColumn(walk, token)
  if (walk.textAt(1) === '(') return writeCall(walk, token)
  if (writeClause(walk, token.word)) return
  const keyword = keywords[token.word]
  if (bareCalls.has(token.word)) writeBareCall(walk, token)
  else if (keyword === undefined) writeColumn(walk, token)
  else walk.emit(keyword)
}

function writeBareCall(walk: QueryWalk, token: Token): void {
  const sign = (text: string): Token => ({ ...token, tag: 'sign', text, word: text })
  const call = walk.onTokens([token, sign('('), sign(')')])
  callRules[token.word]?.(call)
  walk.emit(call.output.join(' '))
}

type ClauseRule = (walk: QueryWalk) => boolean

const refused: ClauseRule = (walk) => {
  throw syntaxError(walk.textAt(0), walk.look(0) ?? { line: 1, column: 0 }, ['<EOF>', "';'"])
}

const match: ClauseRule = (walk) => {
  walk.emit(`~ ${quoteText(`(?s).*(?:${walk.textAt(1)}).*`)}`, 2)
  return true
}

const steps =
  (count: number): ClauseRule =>
  (walk) => {
    walk.at += count
    return true
  }

/** Words that need more than their text; each answers whether it was one here. */
const clauseRules: Readonly<Record<string, ClauseRule>> = {
  SELECT: (walk) => {
    walk.level.inFrom = walk.level.wantsTable = false
    return false
  },
  FROM: (walk) => writeFrom(walk, 'FROM'),
  JOIN: (walk) => writeFrom(walk, 'JOIN'),
  LIMIT: (walk) => {
    if (walk.textAt(2) !== ',') return false
    walk.emit(`LIMIT ${walk.textAt(3)} OFFSET ${walk.textAt(1)}`, 4)
    return true
  },
  REGEXP: match,
  RLIKE: match,
  AS: (walk) => {
    if (walk.level.call !== 'CAST') return false
    writeCastType(walk)
    return true
  },
  COLLATE: steps(2),
  ESCAPE: refused,
  ILIKE: refused,
  // LEFT SEMI JOIN is DuckDB's SEMI JOIN.
  LEFT: (walk) => /^(?:SEMI|ANTI)$/.test(walk.wordAt(1)) && steps(1)(walk),
}

function writeClause(walk: QueryWalk, word: string): boolean {
  if (afterTables.has(word)) walk.level.inFrom = false
  return clauseRules[word]?.(walk) ?? false
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
  if (token.word === 'CAST') walk.emit('TRY_CAST')
  else writeFunction(walk, token)
}
