import { analyzingError } from '../stand-in-error.ts'
import { quoteText } from '../storage/duck.ts'
import { dateFormatCodes } from './functions.ts'
import type { QueryWalk } from './query-walk.ts'

/** Writes the call at the current name; true when it has. */
type CallRule = (walk: QueryWalk) => boolean

/** A call without arguments that is a constant of the session. */
const constant =
  (value: (walk: QueryWalk) => string): CallRule =>
  (walk) => {
    const { end } = walk.callExtent()
    walk.emit(value(walk), end - walk.at + 1)
    return true
  }

const variable = (name: string): CallRule => constant((walk) => quoteText(walk.environment.variable(name) ?? ''))
const database = constant(({ environment }) =>
  environment.database === undefined ? 'NULL' : quoteText(environment.database),
)
const user = constant(({ environment }) => quoteText(environment.user))
const moment = constant(({ environment }) => `TIMESTAMP ${quoteText(environment.localTime())}`)
const today = constant(({ environment }) => `DATE ${quoteText(environment.localTime().slice(0, 10))}`)

/** COUNT(DISTINCT a, b) counts combinations. */
const count: CallRule = (walk) => {
  const start = walk.at
  const { end, commas } = walk.callExtent()
  if (walk.wordAt(2) !== 'DISTINCT' || commas.length === 0) return false
  walk.emit(`count(DISTINCT (${walk.inner(start + 3, end)}))`, end - start + 1)
  return true
}

/** The arguments of the call at the current name, each translated. */
function callArguments(walk: QueryWalk): { readonly texts: readonly string[]; readonly length: number } {
  const start = walk.at
  const { end, commas } = walk.callExtent()
  const from = [start + 2, ...commas.map((comma) => comma + 1)]
  const texts = end === start + 2 ? [] : from.map((at, index) => walk.inner(at, commas[index] ?? end))
  return { texts, length: end - start + 1 }
}

/** A format that is written out, in DuckDB's codes. */
function formatArgument(walk: QueryWalk, index: number): string {
  const { end, commas } = walk.callExtent()
  const token = walk.tokens[(commas[index - 1] ?? end) + 1]
  if (token?.tag !== 'string') throw analyzingError('The stand-in takes formats of dates as literals only')
  return quoteText(token.text.replaceAll(/%(.)/g, (code, letter: string) => dateFormatCodes[letter] ?? code))
}

const dateFormat: CallRule = (walk) => {
  const format = formatArgument(walk, 1)
  const { texts, length } = callArguments(walk)
  walk.emit(`strftime(TRY_CAST(${texts[0] ?? 'NULL'} AS TIMESTAMP), ${format})`, length)
  return true
}

const textToDate: CallRule = (walk) => {
  const format = formatArgument(walk, 1)
  const { texts, length } = callArguments(walk)
  walk.emit(`try_strptime(${texts[0] ?? 'NULL'}, ${format})`, length)
  return true
}

/** Seconds since 1970 of a moment in the session's time zone. */
const unixTimestamp: CallRule = (walk) => {
  const { texts, length } = callArguments(walk)
  const { environment } = walk
  if (texts[0] === undefined) walk.emit(String(Math.floor(environment.nowMs / 1000)), length)
  else walk.emit(`(epoch(TRY_CAST(${texts[0]} AS TIMESTAMP))::BIGINT - ${environment.offsetSeconds()})`, length)
  return true
}

const fromUnixtime: CallRule = (walk) => {
  const { texts, length } = callArguments(walk)
  const format = texts.length > 1 ? formatArgument(walk, 1) : quoteText('%Y-%m-%d %H:%M:%S')
  const seconds = `((${texts[0] ?? 'NULL'})::BIGINT + ${walk.environment.offsetSeconds()})`
  walk.emit(`strftime(make_timestamp(${seconds} * 1000000), ${format})`, length)
  return true
}

/** `sleep(n)`: the query waits once before it runs. */
const sleep: CallRule = (walk) => {
  const { texts, length } = callArguments(walk)
  walk.environment.notes.sleepMs += Number(texts[0] ?? 0) * 1000
  walk.emit('true', length)
  return true
}

/** `timestampdiff(DAY, a, b)`: whole units from a to b; `timestampadd(DAY, n, a)`. */
const timestampDiff: CallRule = (walk) => {
  const unit = walk.textAt(2).toLowerCase()
  const { texts, length } = callArguments(walk)
  const [from, to] = texts.slice(1).map((text) => `TRY_CAST(${text} AS TIMESTAMP)`)
  walk.emit(`date_sub(${quoteText(unit)}, ${from ?? 'NULL'}, ${to ?? 'NULL'})`, length)
  return true
}

const timestampAdd: CallRule = (walk) => {
  const unit = walk.textAt(2).toLowerCase()
  const { texts, length } = callArguments(walk)
  const [count = 'NULL', base = 'NULL'] = texts.slice(1)
  if (!/^(?:second|minute|hour|day|week|month|year)$/.test(unit))
    throw analyzingError(`Unsupported time unit '${unit}'`, 5013)
  walk.emit(`(TRY_CAST(${base} AS TIMESTAMP) + to_${unit}s((${count})::INTEGER))`, length)
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
  CURRENT_ROLE: constant(({ environment }) => quoteText(environment.roles)),
  CATALOG: constant(() => `'default_catalog'`),
  CONNECTION_ID: constant(({ environment }) => String(environment.connectionId)),
  LAST_QUERY_ID: constant(() => `''`),
  COUNT: count,
  DATE_FORMAT: dateFormat,
  GROUP_CONCAT: groupConcat,
  NOW: moment,
  CURRENT_TIMESTAMP: moment,
  LOCALTIME: moment,
  LOCALTIMESTAMP: moment,
  UTC_TIMESTAMP: constant(({ environment }) => `TIMESTAMP ${quoteText(environment.utcTime())}`),
  CURDATE: today,
  CURRENT_DATE: today,
  CURTIME: constant(({ environment }) => quoteText(environment.localTime().slice(11))),
  SLEEP: sleep,
  STR_TO_DATE: textToDate,
  UNIX_TIMESTAMP: unixTimestamp,
  FROM_UNIXTIME: fromUnixtime,
  TIMESTAMPDIFF: timestampDiff,
  TIMESTAMPADD: timestampAdd,
}
