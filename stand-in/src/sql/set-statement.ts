import { type StandInError, syntaxError } from '../stand-in-error.ts'
import type { DmlStatement } from './dml.ts'
import { translateExpression } from './query-translator.ts'
import { ok, type StatementResult } from './statement-result.ts'
import { checkTimeZone } from './time-zone.ts'
import type { Token } from './token.ts'
import type { TokenCursor } from './token-cursor.ts'

/** `SET [SESSION | GLOBAL] a = x, @b = y, NAMES utf8mb4, ...` (reference/starrocks.md 6). */
export async function runSet(statement: DmlStatement): Promise<StatementResult> {
  const { cursor } = statement
  do {
    if (isClientSetting(cursor)) continue
    await setOne(statement)
  } while (cursor.accept(','))
  cursor.end()
  return ok()
}

/** Settings of MySQL that StarRocks takes and does nothing about. */
function isClientSetting(cursor: TokenCursor): boolean {
  if (cursor.accept('NAMES')) {
    cursor.next()
    if (cursor.accept('COLLATE')) cursor.next()
    return true
  }
  if (cursor.accept('CHARSET') || cursor.accept('CHARACTER', 'SET') || cursor.accept('CHAR', 'SET')) {
    cursor.next()
    return true
  }
  if (['TRANSACTION', 'SESSION', 'GLOBAL', 'LOCAL'].some((word) => isTransactionSetting(cursor, word))) {
    while (!cursor.atEnd) cursor.word()
    return true
  }
  if (!cursor.accept('CATALOG')) return false
  const name = cursor.name()
  if (name !== 'default_catalog') throw unknownCatalog(cursor, name)
  return true
}

const unknownCatalog = (cursor: TokenCursor, name: string): StandInError =>
  syntaxError(name, cursor.tokens[0] ?? { line: 1, column: 0 }, ['default_catalog'])

const isTransactionSetting = (cursor: TokenCursor, word: string): boolean =>
  word === 'TRANSACTION' ? cursor.accept(word) : cursor.accept(word, 'TRANSACTION')

type Scope = 'user' | 'session' | 'global'

async function setOne(statement: DmlStatement): Promise<void> {
  const { context, session, cursor } = statement
  const scope = readScope(cursor)
  const name = cursor.word().toLowerCase()
  if (!cursor.accept('=') && !cursor.accept(':=')) throw cursor.unexpected(cursor.peek, "'='")
  const value = (await evaluated(statement, expression(cursor))) ?? ''
  if (scope === 'user') return session.setUserVariable(name, value)
  if (name === 'time_zone') checkTimeZone(value)
  if (scope === 'session') return session.setVariable(name, value)
  session.access.require({ tag: 'system' }, 'OPERATE')
  await context.system.setGlobal(name, value)
}

/** `@a`, `@@a`, `@@global.a`, `GLOBAL a`, `SESSION a`, `a`. */
function readScope(cursor: TokenCursor): Scope {
  if (cursor.accept('@')) return 'user'
  const dot = cursor.accept('@@') ? ['.'] : []
  if (cursor.accept('GLOBAL', ...dot)) return 'global'
  for (const word of ['SESSION', 'LOCAL', 'VERBOSE']) cursor.accept(word, ...dot)
  return 'session'
}

/** The tokens up to the next comma outside parentheses. */
function expression(cursor: TokenCursor): Token[] {
  const start = cursor.at
  let depth = 0
  while (!cursor.atEnd && !(depth === 0 && cursor.sees(','))) {
    const { tag, text } = cursor.next()
    if (tag === 'sign') depth += text === '(' ? 1 : text === ')' ? -1 : 0
  }
  if (cursor.at === start) throw cursor.unexpected()
  return cursor.tokens.slice(start, cursor.at)
}

/** A word stands for itself; anything else is computed. */
async function evaluated({ context, environment }: DmlStatement, tokens: readonly Token[]): Promise<string | null> {
  const [first] = tokens
  if (tokens.length === 1 && first !== undefined && first.tag !== 'parameter') {
    const word = first.tag === 'name' ? first.word : ''
    if (word === 'NULL') return null
    if (word === 'ON' || word === 'TRUE') return 'true'
    if (word === 'OFF' || word === 'FALSE') return 'false'
    return first.text
  }
  const sql = `SELECT sr_text(${translateExpression(tokens, environment)})`
  const rows = await context.duck.with((connection) => connection.texts(sql))
  return rows[0]?.[0] ?? null
}
