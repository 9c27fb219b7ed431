import { analyzingError, type StandInError } from '../stand-in-error.ts'
import { functionNames, functionTemplates, sameFunctions } from './functions.ts'
import type { QueryWalk } from './query-walk.ts'
import type { Token } from './token.ts'

const aggregateStates =
  /^(?:TO_BITMAP|BITMAP|HLL|PERCENTILE_(?:UNION|HASH|EMPTY|APPROX_RAW)|INTERSECT_COUNT|SUB_BITMAP|UNNEST_BITMAP|DS_)/

/**
 * Writes a call whose name, arguments or both differ in DuckDB.
 * @throws {StandInError} for a function that StarRocks, or the stand-in, has not.
 */
export function writeFunction(walk: QueryWalk, token: Token): void {
  const template = functionTemplates[token.word]
  if (template !== undefined) return writeTemplate(walk, token, template)
  const name = functionNames[token.word] ?? (sameFunctions.has(token.word) ? token.text : undefined)
  if (name === undefined) throw unknownFunction(walk, token)
  walk.emit(name)
}

function writeTemplate(walk: QueryWalk, token: Token, template: Readonly<Record<number | string, string>>): void {
  const start = walk.at
  const { end, commas } = walk.callExtent()
  const from = [start + 2, ...commas.map((comma) => comma + 1)]
  const texts = end === start + 2 ? [] : from.map((at, index) => walk.inner(at, commas[index] ?? end))
  const text = template[texts.length] ?? (texts.length > 0 ? template['any'] : undefined)
  if (text === undefined) throw unknownFunction(walk, token)
  const written = text.replaceAll(/\$([\d*|&])/g, (_whole, which: string) => {
    if (which === '*') return texts.join(', ')
    if (which === '|') return texts.map((one) => `sr_text(${one})`).join(' || ')
    if (which === '&') return texts.map((one) => `(${one}) IS NULL`).join(', ')
    return texts[Number(which) - 1] ?? 'NULL'
  })
  walk.emit(written, end - start + 1)
}

function unknownFunction(walk: QueryWalk, token: Token): StandInError {
  const { end } = walk.callExtent()
  const written = walk.tokens.slice(walk.at + 2, end).map(({ text }) => text)
  const detail = `No matching function with signature: ${token.text.toLowerCase()}(${written.join(' ')})`
  if (!aggregateStates.test(token.word)) return analyzingError(detail)
  return analyzingError(`${detail}: the stand-in has no BITMAP, HLL and PERCENTILE values`)
}
