import type { TableDef } from '../catalog/table-def.ts'
import type { Token } from './token.ts'

/** What a table's key is. */
export type KeyedTable = Pick<TableDef, 'model' | 'keyNames'>

/** Rows that are few enough to be held at once, whatever their size. */
const fewRows = 100

/** Words that make more rows of one, or other rows than those that a condition names. */
const unsure = new Set('OR || NOT ! UNION EXCEPT INTERSECT MINUS JOIN EXISTS CASE WITH UNNEST'.split(' '))

/**
 * Whether a query answers few rows by its form alone: a LIMIT at its end, no FROM at all, or a literal for each column of
 * the primary key of the one table that it reads. Such an answer is taken from DuckDB in one step, any other is streamed.
 */
export function isShortAnswer(tokens: readonly Token[], tables: readonly KeyedTable[]): boolean {
  const [before, last] = tokens.slice(-2)
  if (before?.word === 'LIMIT' && last?.tag === 'number' && Number(last.text) <= fewRows) return true
  if (tokens.some(({ tag, word }) => unsure.has(word) && tag !== 'string')) return false
  const froms = tokens.filter(({ tag, word }) => tag === 'name' && word === 'FROM').length
  if (froms === 0) return true
  const [table] = tables
  return froms === 1 && tables.length === 1 && table?.model === 'primary' && namesKey(tokens, table)
}

/** `WHERE key = literal AND other_key = literal ...`, after one table. */
function namesKey(tokens: readonly Token[], table: KeyedTable): boolean {
  const from = tokens.findIndex(({ word, tag }) => tag === 'name' && word === 'FROM')
  const where = tokens.findIndex(({ word, tag }) => tag === 'name' && word === 'WHERE')
  if (where < from || tokens.slice(from, where).some(({ tag, text }) => tag === 'sign' && text !== '.')) return false
  return table.keyNames.every((key) => tokens.some((_token, at) => at > where && isLiteralFor(key, tokens, at)))
}

/** Whether `key = literal` stands at a position, as a condition of its own. */
function isLiteralFor(key: string, tokens: readonly Token[], at: number): boolean {
  const [name, equals, literal, next] = tokens.slice(at, at + 4)
  if (name === undefined || literal === undefined || equals?.text !== '=') return false
  const isName = (name.tag === 'name' || name.tag === 'quoted') && name.text.toLowerCase() === key.toLowerCase()
  const isLiteral = literal.tag === 'number' || literal.tag === 'string'
  return isName && isLiteral && beginsCondition(tokens, at) && endsCondition(next)
}

/** After WHERE or AND, with or without the name of the table. */
function beginsCondition(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1]?.text === '.' ? tokens[at - 3] : tokens[at - 1]
  return before?.word === 'WHERE' || before?.word === 'AND'
}

const endsCondition = (next: Token | undefined): boolean =>
  next === undefined || next.word === 'AND' || next.word === 'LIMIT' || next.word === 'ORDER'
