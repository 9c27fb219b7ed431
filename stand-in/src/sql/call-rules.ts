import { quoteText } from '../storage/duck.ts'
import { dateFormatCodes } from './functions.ts'
import type { QueryWalk } from './query-walk.ts'

/** Writes the call at the current name; true when it has. */
type CallRule = (walk: QueryWalk) => boolean

/** A call without arguments that is a constant of the session. */
const constant =
  (value: (walk: QueryWalk) => string): CallRule =>
  (walk) => {
    walk.emit(value(walk), 3)
    return true
  }

const variable = (name: string): CallRule => constant((walk) => quoteText(walk.environment.variable(name) ?? ''))
const database = constant(({ environment }) =>
  environment.database === undefined ? 'NULL' : quoteText(environment.database),
)
const user = constant(({ environment }) => quoteText(`'${environment.user}'@'%'`))

/** COUNT(DISTINCT a, b) counts combinations. */
const count: CallRule = (walk) => {
  const start = walk.at
  const { end, commas } = walk.callExtent()
  if (walk.wordAt(2) !== 'DISTINCT' || commas.length === 0) return false
  walk.emit(`count(DISTINCT (${walk.inner(start + 3, end)}))`, end - start + 1)
  return true
}

const dateFormat: CallRule = (walk) => {
  const start = walk.at
  const { end, commas } = walk.callExtent()
  const comma = commas[0] ?? end
  const format = walk.tokens[comma + 1]?.text ?? ''
  const codes = format.replaceAll(/%(.)/g, (code, letter: string) => dateFormatCodes[letter] ?? code)
  walk.emit(`strftime((${walk.inner(start + 2, comma)})::TIMESTAMP, ${quoteText(codes)})`, end - start + 1)
  return true
}

const groupConcat: CallRule = (walk) => {
  const start = walk.at + 2
  const { end } = walk.callExtent()
  const words = walk.tokens.slice(start, end).map((token) => token.word)
  const position = (word: string): number => (words.includes(word) ? words.indexOf(word) : words.length)
  const [orderAt, separatorAt] = [position('ORDER'), position('SEPARATOR')]
  const value = walk.inner(start, start + Math.min(orderAt, separatorAt))
  const separator = walk.tokens[start + separatorAt + 1]?.text
  const order = orderAt < words.length ? ` ${walk.inner(start + orderAt, start + separatorAt)}` : ''
  const shown = separatorAt < words.length ? (separator ?? ',') : ','
  walk.emit(`string_agg(${value}, ${quoteText(shown)}${order})`, end - walk.at + 1)
  return true
}

/** Calls that need more than another name, by upper-case name. */
export const callRules: Readonly<Record<string, CallRule>> = {
  DATABASE: database,
  SCHEMA: database,
  VERSION: variable('version'),
  CURRENT_VERSION: variable('current_version'),
  USER: user,
  CURRENT_USER: user,
  SESSION_USER: user,
  CONNECTION_ID: constant(({ environment }) => environment.variable('connection_id') ?? '0'),
  LAST_QUERY_ID: constant(() => `''`),
  COUNT: count,
  DATE_FORMAT: dateFormat,
  GROUP_CONCAT: groupConcat,
}
