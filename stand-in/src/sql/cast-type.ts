import { syntaxError } from '../stand-in-error.ts'
import { castTypes } from './functions.ts'
import type { QueryWalk } from './query-walk.ts'

const texts = new Set(['STRING', 'VARCHAR', 'CHAR', 'TEXT', 'JSON'])
const wholes = new Set(['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'UBIGINT', 'HUGEINT'])

/**
 * Writes `AS type` of a CAST. Casts to text keep StarRocks' forms of DATETIME and BOOLEAN; those to whole numbers cut
 * fractions off, where DuckDB would round.
 * @throws {StandInError} for a type that is none.
 */
export function writeCastType(walk: QueryWalk): void {
  const type = walk.textAt(1).toUpperCase()
  let length = 2
  if (walk.textAt(2) === '(') while (walk.textAt(length - 1) !== ')' && walk.textAt(length) !== '') length++
  const call = openCall(walk.output)
  if (texts.has(type)) {
    walk.output[call] = 'sr_text'
    walk.at += length
    return
  }
  const duckType = castTypes[type]
  if (duckType === undefined) throw syntaxError(walk.textAt(1), walk.look(1) ?? { line: 1, column: 0 }, ['a data type'])
  const size = duckType === 'DECIMAL' ? walk.tokens.slice(walk.at + 2, walk.at + length).map(({ text }) => text) : []
  const bare = duckType === 'DECIMAL' && size.length === 0 ? '(10,0)' : size.join('')
  if (duckType === 'HUGEINT') walk.environment.notes.hasLargeint = true
  if (wholes.has(duckType)) {
    walk.output[call + 1] = '(sr_whole('
    walk.emit(`) AS ${duckType}`, length)
    return
  }
  walk.emit(`AS ${duckType}${bare}`, length)
}

/** Where the innermost call that is still open was written. */
function openCall(output: readonly string[]): number {
  let depth = 0
  for (let at = output.length - 1; at > 0; at--) {
    if (output[at] === ')') depth++
    if ((output[at] === '(' || output[at] === '(sr_whole(') && depth-- === 0) return at - 1
  }
  return 0
}
